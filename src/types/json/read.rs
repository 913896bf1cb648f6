//! Reading JSON as SDKs write it (ingest.md 3.3).
//!
//! More lenient than the standard where SDKs are: `NaN` and `Infinity` are numbers, lone surrogates and invalid UTF-8
//! become U+FFFD, a repeated key takes its last value, integers beyond 64 bits are floats, and what lies deeper than
//! [`MAX_DEPTH`] becomes one text. Strict otherwise: what no SDK means as JSON is refused.

use std::borrow::Cow;

use super::{Json, Object};

/// Levels of nesting that are read; deeper values are replaced by [`MAX_DEPTH_TEXT`].
pub const MAX_DEPTH: usize = 200;

/// Stands for a value that was nested too deep.
pub const MAX_DEPTH_TEXT: &str = "<max depth>";

/// Why a text is no JSON, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {at}")]
pub struct InvalidJson {
    pub what: &'static str,
    /// Offset of the offending byte.
    pub at: usize,
}

/// Reads one value; white space may surround it, nothing else may follow.
pub fn parse(text: &[u8]) -> Result<Json<'_>, InvalidJson> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    reader.end()?;
    Ok(value)
}

/// Whether [`parse`] would take the text, without building anything.
pub fn check(text: &[u8]) -> Result<(), InvalidJson> {
    let mut reader = Reader { text, at: 0 };
    reader.skip_value()?;
    reader.end()
}

/// The raw values of some members of the outermost object. Checks the whole text like [`check`] and builds nothing: all
/// that ingest needs to know of an event.
pub fn members<'a, const N: usize>(text: &'a [u8], keys: [&str; N]) -> Result<[Option<&'a [u8]>; N], InvalidJson> {
    let mut reader = Reader { text, at: 0 };
    let mut values = [None; N];
    reader.skip_space();
    reader.expect(b'{', "expected an object")?;
    reader.skip_space();
    let mut more = !reader.eat(b'}');
    while more {
        reader.skip_space();
        let key = reader.skip_key()?;
        reader.skip_space();
        let start = reader.at;
        reader.skip_value()?;
        if let Some(place) = keys.iter().position(|wanted| wanted.as_bytes() == key) {
            values[place] = Some(&text[start..reader.at]);
        }
        reader.skip_space();
        more = !reader.eat(b'}');
        if more {
            reader.expect(b',', "expected `,` or `}`")?;
        }
    }
    reader.end()?;
    Ok(values)
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn fail<T>(&self, what: &'static str) -> Result<T, InvalidJson> {
        Err(InvalidJson { what, at: self.at })
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn end(&mut self) -> Result<(), InvalidJson> {
        self.skip_space();
        if self.at == self.text.len() { Ok(()) } else { self.fail("unexpected text after the value") }
    }

    fn expect(&mut self, byte: u8, what: &'static str) -> Result<(), InvalidJson> {
        if self.peek() != Some(byte) {
            return self.fail(what);
        }
        self.at += 1;
        Ok(())
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Result<Json<'a>, InvalidJson> {
        self.skip_space();
        match self.peek() {
            Some(b'{' | b'[') if depth >= MAX_DEPTH => {
                self.skip_value()?;
                Ok(Json::Str(Cow::Borrowed(MAX_DEPTH_TEXT)))
            }
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Json::Str(self.string()?)),
            Some(_) => self.scalar(),
            None => self.fail("unexpected end"),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json<'a>, InvalidJson> {
        self.at += 1;
        let mut members = Vec::new();
        self.skip_space();
        if self.eat(b'}') {
            return Ok(Json::Object(Object::new()));
        }
        loop {
            self.skip_space();
            let key = self.string()?;
            self.skip_space();
            self.expect(b':', "expected `:`")?;
            members.push((key, self.value(depth + 1)?));
            self.skip_space();
            if self.eat(b'}') {
                return Ok(Json::Object(Object::from_members(members)));
            }
            self.expect(b',', "expected `,` or `}`")?;
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json<'a>, InvalidJson> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.eat(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.eat(b']') {
                return Ok(Json::Array(items));
            }
            self.expect(b',', "expected `,` or `]`")?;
        }
    }

    /// The raw bytes between two quotes, and whether there are escapes among them.
    fn raw_string(&mut self) -> Result<(&'a [u8], bool), InvalidJson> {
        self.expect(b'"', "expected a string")?;
        let start = self.at;
        let mut escaped = false;
        loop {
            let Some(step) = memchr::memchr2(b'"', b'\\', &self.text[self.at..]) else {
                self.at = self.text.len();
                return self.fail("unexpected end of a string");
            };
            self.at += step;
            if self.text[self.at] == b'"' {
                self.at += 1;
                return Ok((&self.text[start..self.at - 1], escaped));
            }
            escaped = true;
            self.at = (self.at + 2).min(self.text.len());
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, InvalidJson> {
        let (raw, escaped) = self.raw_string()?;
        if !escaped {
            return Ok(String::from_utf8_lossy(raw));
        }
        let at = self.at;
        unescape(raw).map(Cow::Owned).ok_or(InvalidJson { what: "invalid escape in a string", at })
    }

    fn scalar(&mut self) -> Result<Json<'a>, InvalidJson> {
        let word = self.word();
        let value = match word {
            b"null" => Json::Null,
            b"true" => Json::Bool(true),
            b"false" => Json::Bool(false),
            b"NaN" => Json::Float(f64::NAN),
            b"Infinity" => Json::Float(f64::INFINITY),
            b"-Infinity" => Json::Float(f64::NEG_INFINITY),
            _ => match number(word) {
                Some(number) => number,
                None => return self.fail("expected a value"),
            },
        };
        self.at += word.len();
        Ok(value)
    }

    /// The run of characters that literals and numbers are made of.
    fn word(&self) -> &'a [u8] {
        let rest = &self.text[self.at..];
        let len =
            rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')).count();
        &rest[..len]
    }

    /// Walks over one value of any depth without recursion.
    fn skip_value(&mut self) -> Result<(), InvalidJson> {
        // One bit per open container: whether it is an object. Bounded by the length of the text.
        let mut open: Vec<bool> = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                Some(b'{') => {
                    self.at += 1;
                    self.skip_space();
                    if !self.eat(b'}') {
                        open.push(true);
                        self.skip_key()?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.at += 1;
                    self.skip_space();
                    if !self.eat(b']') {
                        open.push(false);
                        continue;
                    }
                }
                Some(b'"') => {
                    let (raw, escaped) = self.raw_string()?;
                    if escaped && !escapes_are_valid(raw) {
                        return self.fail("invalid escape in a string");
                    }
                }
                Some(_) => {
                    self.scalar()?;
                }
                None => return self.fail("unexpected end"),
            }
            if !self.close(&mut open)? {
                return Ok(());
            }
        }
    }

    /// After a value: closes what ends here. `false` once the outermost value is complete.
    fn close(&mut self, open: &mut Vec<bool>) -> Result<bool, InvalidJson> {
        while let Some(&is_object) = open.last() {
            self.skip_space();
            if self.eat(b',') {
                if is_object {
                    self.skip_space();
                    self.skip_key()?;
                }
                return Ok(true);
            }
            self.expect(if is_object { b'}' } else { b']' }, "expected `,` or the end of the container")?;
            open.pop();
        }
        Ok(false)
    }

    /// Gives the key as it is written, escapes included.
    fn skip_key(&mut self) -> Result<&'a [u8], InvalidJson> {
        let (raw, escaped) = self.raw_string()?;
        if escaped && !escapes_are_valid(raw) {
            return self.fail("invalid escape in a string");
        }
        self.skip_space();
        self.expect(b':', "expected `:`")?;
        Ok(raw)
    }
}

fn number(word: &[u8]) -> Option<Json<'static>> {
    if !is_number(word) {
        return None;
    }
    let text = std::str::from_utf8(word).ok()?;
    if let Ok(integer) = text.parse::<i64>() {
        return Some(Json::Int(integer));
    }
    text.parse().ok().map(Json::Float)
}

/// The standard's grammar of a number.
fn is_number(word: &[u8]) -> bool {
    fn digits(text: &mut &[u8]) -> usize {
        let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        *text = &text[count..];
        count
    }
    let mut rest = word.strip_prefix(b"-").unwrap_or(word);
    let leading_zero = rest.first() == Some(&b'0');
    let integer = digits(&mut rest);
    if integer == 0 || (leading_zero && integer > 1) {
        return false;
    }
    if let Some(fraction) = rest.strip_prefix(b".") {
        rest = fraction;
        if digits(&mut rest) == 0 {
            return false;
        }
    }
    if let Some(exponent) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) {
        rest = exponent.strip_prefix(b"-").or_else(|| exponent.strip_prefix(b"+")).unwrap_or(exponent);
        if digits(&mut rest) == 0 {
            return false;
        }
    }
    rest.is_empty()
}

fn escapes_are_valid(raw: &[u8]) -> bool {
    let mut rest = raw;
    while let Some(step) = memchr::memchr(b'\\', rest) {
        let Some(&kind) = rest.get(step + 1) else { return false };
        let length = match kind {
            b'u' if hex4(&rest[step + 2..]).is_some() => 6,
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
            _ => return false,
        };
        rest = &rest[step + length..];
    }
    true
}

fn unescape(raw: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(step) = memchr::memchr(b'\\', rest) {
        out.push_str(&String::from_utf8_lossy(&rest[..step]));
        let kind = *rest.get(step + 1)?;
        rest = &rest[step + 2..];
        match kind {
            b'"' | b'\\' | b'/' => out.push(char::from(kind)),
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'n' => out.push('\n'),
            b'r' => out.push('\r'),
            b't' => out.push('\t'),
            b'u' => out.push(unicode_escape(&mut rest)?),
            _ => return None,
        }
    }
    out.push_str(&String::from_utf8_lossy(rest));
    Some(out)
}

/// The character of a `\uXXXX` escape, taking the second half of a pair if it follows. `rest` starts after the `u`.
fn unicode_escape(rest: &mut &[u8]) -> Option<char> {
    let first = hex4(rest)?;
    *rest = &rest[4..];
    if (0xD800..0xDC00).contains(&first)
        && let Some(second) = rest.strip_prefix(b"\\u").and_then(hex4)
        && (0xDC00..0xE000).contains(&second)
    {
        *rest = &rest[6..];
        return char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
    }
    Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
}

fn hex4(text: &[u8]) -> Option<u32> {
    text.get(..4)?.iter().try_fold(0, |value, byte| Some(value * 16 + char::from(*byte).to_digit(16)?))
}
