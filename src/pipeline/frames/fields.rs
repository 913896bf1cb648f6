//! The members of a frame that stages of the pipeline decide by.

use crate::types::json::{Json, Object};

use super::Platform;

/// The members of a frame that decide, read in one pass; absent texts are empty.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FrameFields<'a> {
    pub abs_path: &'a str,
    pub filename: &'a str,
    pub function: &'a str,
    pub raw_function: &'a str,
    pub module: &'a str,
    pub package: &'a str,
    pub platform: &'a str,
    pub context_line: &'a str,
    pub lineno: Option<i64>,
    pub colno: Option<i64>,
    /// What the client said, or the rules settled.
    pub in_app: Option<bool>,
    pub instruction_addr: &'a str,
    pub image_addr: &'a str,
    pub has_source_map: bool,
}

impl<'a> FrameFields<'a> {
    pub fn read(frame: &'a Object<'_>) -> Self {
        let mut fields = Self::default();
        for (key, value) in frame.iter() {
            match (key, value) {
                ("abs_path", Json::Str(text)) => fields.abs_path = text,
                ("filename", Json::Str(text)) => fields.filename = text,
                ("function", Json::Str(text)) => fields.function = text,
                ("raw_function", Json::Str(text)) => fields.raw_function = text,
                ("module", Json::Str(text)) => fields.module = text,
                ("package", Json::Str(text)) => fields.package = text,
                ("platform", Json::Str(text)) => fields.platform = text,
                ("context_line", Json::Str(text)) => fields.context_line = text,
                ("lineno", Json::Int(number)) => fields.lineno = Some(*number),
                ("colno", Json::Int(number)) => fields.colno = Some(*number),
                ("in_app", Json::Bool(in_app)) => fields.in_app = Some(*in_app),
                ("instruction_addr", Json::Str(text)) => fields.instruction_addr = text,
                ("image_addr", Json::Str(text)) => fields.image_addr = text,
                ("data", Json::Object(data)) => fields.has_source_map = data.contains_key("sourcemap"),
                _ => {}
            }
        }
        fields
    }

    /// The frame's own platform, else the event's.
    pub fn platform_or(&self, event_platform: Platform) -> Platform {
        if self.platform.is_empty() { event_platform } else { Platform::parse(self.platform) }
    }

    /// Whether both are the same call, as in a recursion.
    pub fn is_same_call(&self, other: &Self) -> bool {
        self.lineno == other.lineno
            && self.colno == other.colno
            && self.function == other.function
            && self.filename == other.filename
            && self.module == other.module
            && self.abs_path == other.abs_path
            && self.package == other.package
    }

    /// Whether the code came from the network, so that its path says where it was loaded from rather than what it is.
    pub fn has_url_origin(&self, platform: Platform) -> bool {
        ["http:", "https:", "blob:", "applewebdata:"].iter().any(|scheme| self.abs_path.starts_with(scheme))
            || (platform == Platform::JavaScript && self.abs_path.starts_with("file:"))
    }
}
