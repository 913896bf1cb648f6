//! One frame of a stack trace: what of it is hashed (grouping.md 8.3).

use std::borrow::Cow;

use crate::pipeline::frames::{FrameFields, Platform};
use crate::pipeline::in_app::rules;

use super::function::{clean_function, clean_module};
use super::sink::Sink;

/// A value that may be hashed.
#[derive(Clone, Debug, Default, PartialEq)]
enum Leaf<'a> {
    #[default]
    Absent,
    Used(Cow<'a, str>),
    Ignored(&'a str, &'static str),
}

impl<'a> Leaf<'a> {
    fn is_used(&self) -> bool {
        matches!(self, Self::Used(_))
    }

    fn from_result(raw: &'a str, cleaned: Result<Cow<'a, str>, &'static str>) -> Self {
        match cleaned {
            Ok(value) if value.is_empty() => Self::Absent,
            Ok(value) => Self::Used(value),
            Err(hint) => Self::Ignored(raw, hint),
        }
    }

    fn ignore(&mut self, raw: &'a str, hint: &'static str) {
        if self.is_used() {
            *self = Self::Ignored(raw, hint);
        }
    }

    fn write(&self, id: &'static str, sink: &mut impl Sink) {
        match self {
            Self::Absent => {}
            Self::Used(value) => sink.leaf(id, value),
            Self::Ignored(value, hint) => sink.ignored(id, value, hint),
        }
    }
}

/// A frame, analysed.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    pub in_app: bool,
    /// Why the frame is left out of every variant.
    pub excluded: Option<&'static str>,
    module: Leaf<'a>,
    filename: Leaf<'a>,
    function: Leaf<'a>,
    context_line: Leaf<'a>,
    lineno: Leaf<'a>,
    offset: Leaf<'a>,
}

impl<'a> Frame<'a> {
    pub fn new(fields: &FrameFields<'a>, event_platform: Platform) -> Self {
        let platform = fields.platform_or(event_platform);
        let mut frame = Self {
            in_app: fields.in_app == Some(true),
            excluded: exclusion(fields, platform),
            module: module(fields, platform),
            filename: Leaf::Absent,
            function: function(fields, platform),
            context_line: context_line(fields, platform),
            lineno: Leaf::Absent,
            offset: Leaf::Absent,
        };
        frame.filename = filename(fields, platform);
        if frame.module.is_used() {
            frame.filename.ignore(fields.filename, "module takes precedence");
        }
        if platform.is_javascript() && fields.has_source_map && frame.context_line.is_used() {
            frame.function.ignore(fields.function, "name recovered through a source map");
        }
        frame.add_last_resort(fields, platform);
        frame
    }

    /// A frame of nothing but a file name says too little; one of nothing at all may have an address.
    fn add_last_resort(&mut self, fields: &FrameFields<'a>, platform: Platform) {
        let others = [&self.module, &self.function, &self.context_line];
        if others.into_iter().any(Leaf::is_used) {
            return;
        }
        if !self.filename.is_used() {
            self.offset = offset(fields).map_or(Leaf::Absent, |offset| Leaf::Used(offset.into()));
        } else if platform.is_javascript() {
            self.filename.ignore(fields.filename, "file name alone");
        } else if let Some(lineno) = fields.lineno {
            self.lineno = Leaf::Used(lineno.to_string().into());
        }
    }

    /// Whether any variant could hash something of it.
    pub fn is_usable(&self) -> bool {
        self.excluded.is_none()
            && [&self.module, &self.filename, &self.function, &self.context_line, &self.offset]
                .into_iter()
                .any(Leaf::is_used)
    }

    pub fn write(&self, sink: &mut impl Sink) {
        self.module.write("module", sink);
        self.filename.write("filename", sink);
        self.function.write("function", sink);
        self.context_line.write("context-line", sink);
        self.lineno.write("lineno", sink);
        self.offset.write("offset", sink);
    }
}

/// Why a frame counts in no variant.
fn exclusion(fields: &FrameFields<'_>, platform: Platform) -> Option<&'static str> {
    let is_engine =
        |path: &str| matches!(path, "[native code]" | "native code" | "native" | "eval code" | "<anonymous>");
    if platform.is_javascript()
        && (fields.function == "eval" || is_engine(fields.abs_path) || is_engine(fields.filename))
    {
        return Some("native or evaluated code");
    }
    rules::is_out_of_group(fields, platform).then_some("ignored by stack rule")
}

fn module<'a>(fields: &FrameFields<'a>, platform: Platform) -> Leaf<'a> {
    let module = fields.module;
    if module.is_empty() || module == "<unknown module>" {
        return Leaf::Absent;
    }
    if platform.is_javascript() && module.contains('/') && fields.abs_path.ends_with(module) {
        return Leaf::Ignored(module, "copy of the path");
    }
    Leaf::from_result(module, clean_module(module, platform))
}

fn filename<'a>(fields: &FrameFields<'a>, platform: Platform) -> Leaf<'a> {
    let path = if fields.filename.is_empty() { fields.abs_path } else { fields.filename };
    if path.is_empty() {
        return Leaf::Absent;
    }
    if fields.has_url_origin(platform) {
        return Leaf::Ignored(path, "URL");
    }
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    if matches!(name, "<anonymous>" | "[native code]" | "<unknown>") || path.starts_with("Caused by: ") {
        return Leaf::Ignored(path, "no file");
    }
    let name = without_content_hash(name);
    let is_lower = !name.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii());
    Leaf::from_result(path, Ok(if is_lower { name } else { Cow::Owned(name.to_lowercase()) }))
}

/// `main.3f2a9bc1.chunk.js` without the hash: seven or more hexadecimal characters with a digit, set off by `.`, `-`
/// or `_`, before the extensions.
fn without_content_hash(name: &str) -> Cow<'_, str> {
    let is_hash = |token: &str| {
        token.len() >= 7
            && token.bytes().all(|byte| byte.is_ascii_hexdigit())
            && token.bytes().any(|byte| byte.is_ascii_digit())
    };
    if name.len() < 9 || !name.bytes().any(|byte| byte.is_ascii_digit()) {
        return Cow::Borrowed(name);
    }
    let mut end = name.len();
    loop {
        let stem = &name[..end];
        if let Some(place) = stem.rfind(['.', '-', '_']).filter(|place| *place > 0 && is_hash(&stem[place + 1..])) {
            return Cow::Owned(format!("{}{}", &name[..place], &name[end..]));
        }
        // Behind the hash only extensions may follow.
        match stem.rfind('.') {
            Some(dot) if dot > 0 => end = dot,
            _ => return Cow::Borrowed(name),
        }
    }
}

fn function<'a>(fields: &FrameFields<'a>, platform: Platform) -> Leaf<'a> {
    let name = match platform {
        Platform::CSharp if !fields.raw_function.is_empty() => fields.raw_function,
        _ => fields.function,
    };
    if name.is_empty() { Leaf::Absent } else { Leaf::from_result(name, clean_function(name, platform)) }
}

/// Longer lines are minified code.
const MAX_LINE_CHARS: usize = 120;

fn context_line<'a>(fields: &FrameFields<'a>, platform: Platform) -> Leaf<'a> {
    let raw = fields.context_line;
    if raw.is_empty() || !platform.has_source_lines() {
        return Leaf::Absent;
    }
    let line = collapse_spaces(raw);
    if line.len() > MAX_LINE_CHARS && line.chars().nth(MAX_LINE_CHARS).is_some() {
        return Leaf::Ignored(raw, "line too long");
    }
    if platform == Platform::JavaScript && fields.function.is_empty() && fields.has_url_origin(platform) {
        return Leaf::Ignored(raw, "page without function");
    }
    Leaf::from_result(raw, Ok(line))
}

/// Runs of white space as one blank, none at the ends.
fn collapse_spaces(line: &str) -> Cow<'_, str> {
    let line = line.trim();
    let is_plain = |bytes: &[u8]| !bytes.windows(2).any(|pair| pair == b"  ") && !bytes.iter().any(|byte| *byte < b' ');
    if line.is_ascii() && is_plain(line.as_bytes()) {
        return Cow::Borrowed(line);
    }
    // Enough words to tell that a line is too long.
    Cow::Owned(line.split_whitespace().take(MAX_LINE_CHARS + 1).collect::<Vec<_>>().join(" "))
}

/// Where in its image an unsymbolicated frame is; survives address randomisation.
fn offset(fields: &FrameFields<'_>) -> Option<String> {
    let instruction = address(fields.instruction_addr)?;
    let offset = instruction.checked_sub(address(fields.image_addr)?)?;
    let image = fields.package.rsplit(['/', '\\']).next().unwrap_or_default();
    Some(format!("{image}+0x{offset:x}"))
}

fn address(text: &str) -> Option<u64> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
    u64::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::without_content_hash;

    #[test]
    fn content_hashes_leave_file_names() {
        for (name, expected) in [
            ("main.3f2a9bc1.chunk.js", "main.chunk.js"),
            ("main.a01b77e0d3c4.js", "main.js"),
            ("vendor-3f2a9bc1.js", "vendor.js"),
            ("vendor_3f2a9bc1", "vendor"),
            ("jquery-3.6.0.min.js", "jquery-3.6.0.min.js"),
            ("main.abcdefab.js", "main.abcdefab.js"),
            ("3f2a9bc1.js", "3f2a9bc1.js"),
            ("cart.py", "cart.py"),
            ("....1", "....1"),
        ] {
            assert_eq!(without_content_hash(name), expected, "{name}");
        }
    }
}
