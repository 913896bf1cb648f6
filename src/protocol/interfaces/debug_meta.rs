//! `debug_meta`: the files that were loaded, by which symbols and source maps are found.

use std::borrow::Cow;

use crate::protocol::interfaces::read::{any, items, text};
use crate::types::json::Json;

#[derive(Clone, Debug, Default)]
pub struct DebugImage<'a> {
    /// `sourcemap`, `macho`, `elf`, `pe`, `proguard`, …
    pub kind: Option<Cow<'a, str>>,
    pub debug_id: Option<Cow<'a, str>>,
    pub code_id: Option<Cow<'a, str>>,
    pub code_file: Option<Cow<'a, str>>,
    pub debug_file: Option<Cow<'a, str>>,
    pub image_addr: Option<Cow<'a, str>>,
    pub arch: Option<Cow<'a, str>>,
}

impl<'a> DebugImage<'a> {
    /// Reads the event's `debug_meta.images`.
    pub fn read_all(event: &'a Json<'a>) -> Vec<Self> {
        let Some(meta) = any(event, "debug_meta") else { return Vec::new() };
        items(meta, "images").iter().filter(|image| image.as_object().is_some()).map(Self::read).collect()
    }

    fn read(json: &'a Json<'a>) -> Self {
        Self {
            kind: text(json, "type"),
            debug_id: text(json, "debug_id"),
            code_id: text(json, "code_id"),
            code_file: text(json, "code_file"),
            debug_file: text(json, "debug_file"),
            image_addr: text(json, "image_addr"),
            arch: text(json, "arch"),
        }
    }
}
