//! `multipart/form-data` bodies: files that are posted for an event (ingest.md 1).

/// One field of the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    pub name: &'a str,
    pub filename: Option<&'a str>,
    pub content_type: Option<&'a str>,
    pub data: &'a [u8],
}

/// Headers of a part may be this long.
const MAX_HEADER_BYTES: usize = 16 << 10;

/// The most fields of a form.
const MAX_PARTS: usize = 200;

/// The boundary that a `Content-Type` names.
pub fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    parameter(parameters, "boundary").filter(|boundary| !boundary.is_empty() && boundary.len() <= 200)
}

/// Reads all parts; `None` if the framing is broken.
pub fn parse<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<Part<'a>>> {
    let delimiter = format!("\r\n--{boundary}");
    let finder = memchr::memmem::Finder::new(delimiter.as_bytes());
    // The first boundary stands at the start, or follows a preamble.
    let mut rest = match body.strip_prefix(&delimiter.as_bytes()[2..]) {
        Some(rest) => rest,
        None => &body[finder.find(body)? + delimiter.len()..],
    };
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        // Blanks may follow a boundary. Its line end stays: it is what an empty part's end begins with.
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let from = &rest[blanks..];
        let end = finder.find(from)?;
        if parts.len() == MAX_PARTS {
            return None;
        }
        parts.push(part(from[..end].strip_prefix(b"\r\n")?)?);
        rest = &from[end + delimiter.len()..];
    }
    Some(parts)
}

fn part(text: &[u8]) -> Option<Part<'_>> {
    let (head, data) = if let Some(data) = text.strip_prefix(b"\r\n") {
        (&text[..0], data)
    } else {
        let end = memchr::memmem::find(&text[..text.len().min(MAX_HEADER_BYTES)], b"\r\n\r\n")?;
        (&text[..end], &text[end + 4..])
    };
    let head = std::str::from_utf8(head).ok()?;
    let mut part = Part { name: "", filename: None, content_type: None, data };
    for (name, value) in head.split("\r\n").filter_map(|line| line.split_once(':')) {
        if name.trim().eq_ignore_ascii_case("content-disposition") {
            part.name = parameter(value, "name").unwrap_or_default();
            part.filename = parameter(value, "filename");
        } else if name.trim().eq_ignore_ascii_case("content-type") {
            part.content_type = Some(value.trim());
        }
    }
    Some(part)
}

/// The value of `; name=value` or `; name="value"`. A quoted value may contain semicolons.
fn parameter<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = text;
    loop {
        let (key, value) = rest.split_once('=')?;
        let key = key.rsplit(';').next()?.trim();
        let (value, after) = match value.trim_start().strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => value.split_once(';').unwrap_or((value, "")),
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(value.trim());
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, boundary, parse};

    #[test]
    fn boundaries_are_found() {
        for (content_type, expected) in [
            ("multipart/form-data; boundary=abc", Some("abc")),
            ("Multipart/Form-Data; charset=utf-8; boundary=\"a b\"", Some("a b")),
            ("multipart/form-data", None),
            ("application/json; boundary=abc", None),
            ("multipart/form-data; boundary=", None),
        ] {
            assert_eq!(boundary(content_type), expected, "{content_type}");
        }
    }

    #[test]
    fn parts_are_read() {
        let body = b"preamble\r\n--X \r\nContent-Disposition: form-data; name=\"a\"; filename=\"x;y=1.txt\"\r\n\
            Content-Type: text/plain\r\n\r\none\r\ntwo\r\n--X\r\nContent-Disposition: form-data; name=b\r\n\r\n\r\n--X--\r\n";
        let expected = [
            Part { name: "a", filename: Some("x;y=1.txt"), content_type: Some("text/plain"), data: b"one\r\ntwo" },
            Part { name: "b", filename: None, content_type: None, data: b"" },
        ];
        assert_eq!(parse(body, "X").unwrap(), expected);
        assert_eq!(parse(b"--X--", "X").unwrap(), []);
    }

    #[test]
    fn broken_framing_is_refused() {
        for body in ["", "--Y--", "--X\r\n", "--X\r\nno headers\r\n--X--", "--Xjunk\r\n\r\n\r\n--X--"] {
            assert_eq!(parse(body.as_bytes(), "X"), None, "{body}");
        }
    }
}
