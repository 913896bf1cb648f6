//! What an artifact tells about itself while it streams by: kind, reference to its source map, debug id.
//!
//! Only a window of the content is ever held. What is found serves lists and warnings; resolving a frame reads the file.

use memchr::memmem;
use uuid::Uuid;

use crate::types::artifact::{ArtifactKind, last_segment};

/// How much of the content behind a finding is looked at, and how much is held between two pieces.
const REACH: usize = 4096;

/// Longest reference that is kept; inline maps are kept as `data:`.
const MAX_REFERENCE: usize = 2048;

/// Average length of a line from which on a script counts as minified.
const MINIFIED_LINE: u64 = 300;

const SCRIPTS: &[&str] = &["js", "mjs", "cjs", "bundle", "jsbundle", "hbc"];
const SOURCES: &[&str] = &["ts", "tsx", "jsx", "mts", "cts", "vue", "svelte", "coffee", "dart", "elm"];

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    /// Reference to the source map.
    pub sourcemap_ref: Option<String>,
    pub debug_id: Option<Uuid>,
    /// Whether a map brings the text of its sources; of other files nothing.
    pub has_sources: Option<bool>,
}

/// Looks at content as it passes.
#[derive(Debug, Default)]
pub struct Inspector {
    window: Vec<u8>,
    first: Option<u8>,
    size: u64,
    lines: u64,
    reference: Option<String>,
    debug_id: Option<Uuid>,
    has_mappings: bool,
    has_sources: bool,
}

impl Inspector {
    pub fn look(&mut self, piece: &[u8]) {
        self.size += piece.len() as u64;
        self.lines += memchr::memchr_iter(b'\n', piece).count() as u64;
        if self.first.is_none() {
            self.first = piece.iter().copied().find(|byte| !byte.is_ascii_whitespace());
        }
        let mut window = std::mem::take(&mut self.window);
        window.extend_from_slice(piece);
        // What begins in the last part of the window is looked at when more has come.
        let settled = window.len().saturating_sub(REACH);
        self.search(&window, settled);
        window.drain(..settled);
        self.window = window;
    }

    /// The kind, and what was found; `headers` win over the content (sourcemaps.md 4).
    pub fn finish<'a>(
        mut self,
        name: &str,
        headers: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> (ArtifactKind, Traits) {
        let window = std::mem::take(&mut self.window);
        self.search(&window, window.len());
        for (header, value) in headers {
            match header.to_ascii_lowercase().as_str() {
                "sourcemap" | "x-sourcemap" => self.reference = reference(value.trim()),
                "debug-id" => self.debug_id = value.trim().parse().ok(),
                _ => {}
            }
        }
        let kind = self.kind(name);
        let is_map = kind == ArtifactKind::SourceMap;
        let traits = Traits {
            sourcemap_ref: self.reference.filter(|_| !is_map),
            debug_id: self.debug_id,
            has_sources: is_map.then_some(self.has_sources),
        };
        (kind, traits)
    }

    fn kind(&self, name: &str) -> ArtifactKind {
        let name = last_segment(name).to_ascii_lowercase();
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let is_json = self.first.is_some_and(|byte| matches!(byte, b'{' | b')' | 0xef));
        if extension == "map" || (is_json && self.has_mappings) {
            return ArtifactKind::SourceMap;
        }
        if SOURCES.contains(&extension) {
            return ArtifactKind::Source;
        }
        if !SCRIPTS.contains(&extension) {
            return ArtifactKind::Other;
        }
        let is_minified = self.reference.is_some()
            || self.debug_id.is_some()
            || name.contains(".min.")
            || self.size / (self.lines + 1) > MINIFIED_LINE;
        if is_minified { ArtifactKind::MinifiedSource } else { ArtifactKind::Source }
    }

    /// Reads all findings that begin before `settled`.
    fn search(&mut self, window: &[u8], settled: usize) {
        let findings = |needle: &'static str| {
            memmem::find_iter(window, needle).take_while(|at| *at < settled).map(|at| (at, at + needle.len()))
        };
        for (at, end) in findings("# sourceMappingURL=").chain(findings("@ sourceMappingURL=")) {
            if window[..at].ends_with(b"//") || window[..at].ends_with(b"/*") {
                self.reference = comment_value(&window[end..]).and_then(reference).or(self.reference.take());
            }
        }
        for (at, end) in findings("# debugId=") {
            if window[..at].ends_with(b"//") {
                self.debug_id = comment_value(&window[end..]).and_then(|id| id.parse().ok()).or(self.debug_id);
            }
        }
        for (_, end) in findings("\"debug_id\"").chain(findings("\"debugId\"")) {
            self.debug_id = json_text(&window[end..]).and_then(|id| id.parse().ok()).or(self.debug_id);
        }
        self.has_mappings |= findings("\"mappings\"").next().is_some() || findings("\"sections\"").next().is_some();
        for (_, end) in findings("\"sourcesContent\"") {
            self.has_sources |= has_text(&window[end..]);
        }
    }
}

/// The text after `=` in a comment, up to white space or a control character; nothing if it is part of a script's own text.
fn comment_value(rest: &[u8]) -> Option<&str> {
    let rest = &rest[..rest.len().min(REACH)];
    let end = rest.iter().position(|byte| *byte == b' ' || byte.is_ascii_control()).unwrap_or(rest.len());
    let value = std::str::from_utf8(rest.get(..end)?).ok()?;
    let value = value.split("*/").next().unwrap_or_default();
    // React Native adds a comment of its own.
    let value = value.split("/*ascii:").next().unwrap_or_default();
    (!value.is_empty() && !value.contains(['"', '\'', '`'])).then_some(value)
}

fn reference(value: &str) -> Option<String> {
    match value {
        "" => None,
        inline if inline.starts_with("data:") => Some("data:".to_owned()),
        long if long.len() > MAX_REFERENCE => None,
        _ => Some(value.to_owned()),
    }
}

/// The text in `: "text"`.
fn json_text(rest: &[u8]) -> Option<&str> {
    let rest = std::str::from_utf8(&rest[..rest.len().min(64)]).ok()?;
    let text = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    Some(&text[..text.find('"')?])
}

/// Whether a list `: [null, "…"]` begins with anything but nulls.
fn has_text(rest: &[u8]) -> bool {
    let rest = &rest[..rest.len().min(REACH)];
    let mut values = rest.iter().copied().skip_while(|byte| byte.is_ascii_whitespace() || *byte == b':');
    values.next() == Some(b'[')
        && values.find(|byte| !matches!(byte, b'n' | b'u' | b'l' | b',') && !byte.is_ascii_whitespace()) == Some(b'"')
}

#[cfg(test)]
mod tests {
    use super::{Inspector, Traits};
    use crate::types::artifact::ArtifactKind;

    const ID: &str = "8a2f4b1c-0d3e-4f56-9a7b-1c2d3e4f5a6b";

    /// Name, headers, content; kind, reference, whether it has a debug id and sources.
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, ArtifactKind, Option<&'a str>, bool, Option<bool>);

    fn inspect(name: &str, headers: &[(&str, &str)], content: &str, step: usize) -> (ArtifactKind, Traits) {
        let mut inspector = Inspector::default();
        for piece in content.as_bytes().chunks(step) {
            inspector.look(piece);
        }
        inspector.finish(name, headers.iter().copied())
    }

    #[test]
    fn content_tells_what_it_is() {
        use ArtifactKind::{MinifiedSource, Other, Source, SourceMap};
        let long = format!("{}//# sourceMappingURL=late.js.map", "x".repeat(9000));
        let id = format!("a\n//# debugId={ID}\n//# sourceMappingURL=a.js.map\n");
        let map = format!(r#"{{"version":3,"sourcesContent":[null, "a"],"mappings":"","debug_id":"{ID}"}}"#);
        let long_name = format!("~/{}.js", "x".repeat(300));
        let cases: &[Case<'_>] = &[
            (&long_name, &[("debug-id", ID)], "a", MinifiedSource, None, true, None),
            ("~/a.js", &[], "a\n//# sourceMappingURL=a.js.map", MinifiedSource, Some("a.js.map"), false, None),
            ("~/a.js", &[], "a\n/*# sourceMappingURL=a.js.map */\n", MinifiedSource, Some("a.js.map"), false, None),
            (
                "~/a.js",
                &[("Sourcemap", "b.map")],
                "//# sourceMappingURL=a.js.map",
                MinifiedSource,
                Some("b.map"),
                false,
                None,
            ),
            ("~/a.js", &[("debug-id", ID)], "", MinifiedSource, None, true, None),
            ("~/a.js", &[], &id, MinifiedSource, Some("a.js.map"), true, None),
            ("~/a.js", &[], &long, MinifiedSource, Some("late.js.map"), false, None),
            ("~/a.js", &[], "f(\"//# sourceMappingURL=\" + x)\n", Source, None, false, None),
            (
                "~/a.js",
                &[],
                "//# sourceMappingURL=data:application/json;base64,e30=",
                MinifiedSource,
                Some("data:"),
                false,
                None,
            ),
            ("~/a.min.js", &[], "a", MinifiedSource, None, false, None),
            ("~/a.ts", &[], "a", Source, None, false, None),
            ("~/a.css", &[], "a", Other, None, false, None),
            ("~/a.js.map", &[], &map, SourceMap, None, true, Some(true)),
            ("~/map?x", &[], &map, SourceMap, None, true, Some(true)),
            ("~/a.map", &[], r#"{"sourcesContent":[null],"mappings":""}"#, SourceMap, None, false, Some(false)),
            ("~/a.map", &[], "", SourceMap, None, false, Some(false)),
        ];
        for (name, headers, content, kind, reference, has_id, has_sources) in cases {
            for step in [1, 7, 5000, 100_000] {
                let (found, traits) = inspect(name, headers, content, step);
                assert_eq!(found, *kind, "{name} {content:.60}");
                assert_eq!(traits.sourcemap_ref.as_deref(), *reference, "{name} {content:.60} {step}");
                assert_eq!(traits.debug_id.is_some(), *has_id, "{name} {content:.60}");
                assert_eq!(traits.has_sources, *has_sources, "{name} {content:.60}");
            }
        }
    }
}
