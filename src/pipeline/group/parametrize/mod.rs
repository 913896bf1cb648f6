//! Texts without what varies from event to event: numbers, ids, addresses, dates (grouping.md 6). Used for hashing only.
//!
//! One scan from left to right by hand. At each place the tokens are tried in the order of the specification and the
//! first that matches is replaced; every attempt is bounded, and words are stepped over whole.

mod address;
mod dates;
mod numbers;

use std::borrow::Cow;

/// Longer texts are cut here, in characters.
const MAX_CHARS: usize = 512;

/// The first two lines that are not blank, with what varies replaced by `<name>`.
pub fn parametrize(text: &str) -> String {
    let (head, is_cut) = first_lines(text);
    let mut out = String::with_capacity(head.len() + 16);
    Scan { text: &head, bytes: head.as_bytes(), at: 0, no_email_before: 0 }.run(&mut out);
    if is_cut {
        out.push_str("...");
    }
    out
}

/// At most two lines and [`MAX_CHARS`] characters, and whether anything was left out.
fn first_lines(text: &str) -> (Cow<'_, str>, bool) {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let Some(first) = lines.next() else { return (Cow::Borrowed(""), false) };
    let Some(second) = lines.next() else { return cut(Cow::Borrowed(first.trim())) };
    let both = format!("{}\n{}", first.trim_start(), second.trim_end());
    let (head, is_cut) = cut(Cow::Owned(both));
    (head, is_cut || lines.next().is_some())
}

fn cut(text: Cow<'_, str>) -> (Cow<'_, str>, bool) {
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => (Cow::Owned(text[..end].to_owned()), true),
        None => (text, false),
    }
}

/// The state of the scan.
struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Up to here it is known that no e-mail address begins.
    no_email_before: usize,
}

impl Scan<'_> {
    fn run(mut self, out: &mut String) {
        while self.at < self.bytes.len() {
            let (piece, end) = self.token().unwrap_or_else(|| {
                let end = self.end_of_plain();
                (&self.text[self.at..end], end)
            });
            out.push_str(piece);
            self.at = end;
        }
    }

    /// The token that begins here and where it ends.
    fn token(&mut self) -> Option<(&'static str, usize)> {
        let byte = self.bytes[self.at];
        let rest = &self.bytes[self.at..];
        if let Some(len) = self.email() {
            return Some(("<email>", self.at + len));
        }
        let found = match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' if !self.follows_word() => self.word_token(rest),
            b':' | b'[' if !self.follows_word() => self.bounded(address::ip(rest).map(|len| ("<ip>", len))),
            b'+' | b'-' if !self.follows_word() => self.signed_number(rest),
            b'\'' | b'"' if self.at > 0 && self.bytes[self.at - 1] == b'=' => quoted(rest).map(|len| ("<str>", len)),
            _ => None,
        };
        found.map(|(name, len)| (name, self.at + len))
    }

    /// Tokens that begin with a letter or a digit.
    fn word_token(&self, rest: &[u8]) -> Option<(&'static str, usize)> {
        if let Some(len) = address::url(rest) {
            return Some(("<url>", len));
        }
        let bounded = |name, len: Option<usize>| self.bounded(len.map(|len| (name, len)));
        bounded("<datetime>", dates::datetime(rest))
            .or_else(|| bounded("<date>", dates::date(rest)))
            .or_else(|| bounded("<time>", dates::time(rest)))
            .or_else(|| bounded("<uuid>", numbers::uuid(rest)))
            .or_else(|| bounded("<ip>", address::ip(rest)))
            .or_else(|| bounded("<hash>", numbers::hash(rest)))
            .or_else(|| bounded("<hex>", numbers::hex(rest)))
            .or_else(|| self.number(rest))
    }

    fn signed_number(&self, rest: &[u8]) -> Option<(&'static str, usize)> {
        self.number(&rest[1..]).map(|(name, len)| (name, len + 1))
    }

    /// Durations, floats and integers, without sign.
    fn number(&self, rest: &[u8]) -> Option<(&'static str, usize)> {
        if !rest.first().is_some_and(u8::is_ascii_digit) || numbers::is_version(rest) {
            return None;
        }
        let start = self.bytes.len() - rest.len();
        let bounded =
            |name, len: Option<usize>| len.filter(|len| !self.word_begins_at(start + len)).map(|len| (name, len));
        let follows_dot = start > 0 && self.bytes[start - 1] == b'.';
        bounded("<duration>", numbers::duration(rest))
            .or_else(|| {
                bounded("<float>", numbers::float(rest))
                    .filter(|(_, len)| !follows_dot && rest.get(*len) != Some(&b'.'))
            })
            .or_else(|| bounded("<int>", Some(numbers::digits(rest))))
    }

    /// Lets a token pass if no word goes on behind it.
    fn bounded(&self, found: Option<(&'static str, usize)>) -> Option<(&'static str, usize)> {
        found.filter(|(_, len)| !self.word_begins_at(self.at + len))
    }

    /// The length of the e-mail address that begins here. A run of characters is looked at once.
    fn email(&mut self) -> Option<usize> {
        let rest = &self.bytes[self.at..];
        if self.at < self.no_email_before || !address::is_local(rest[0]) {
            return None;
        }
        let (len, found) = address::email(rest);
        self.no_email_before = self.at + len;
        found.then_some(len)
    }

    /// Where the plain text that begins here ends: behind the word, or behind one other character.
    fn end_of_plain(&self) -> usize {
        let mut end = self.at;
        while self.word_begins_at(end) {
            end += self.char_len(end);
        }
        if end == self.at {
            return self.at + self.char_len(self.at);
        }
        // `v1.2.3`, `1.2.3rc1`: the numbers of a version belong to it.
        while self.bytes[end - 1].is_ascii_digit() && self.bytes.get(end) == Some(&b'.') {
            let digits = numbers::digits(&self.bytes[end + 1..]);
            if digits == 0 {
                break;
            }
            end += 1 + digits;
            while self.word_begins_at(end) {
                end += self.char_len(end);
            }
        }
        end
    }

    fn char_len(&self, at: usize) -> usize {
        self.text[at..].chars().next().map_or(1, char::len_utf8)
    }

    fn follows_word(&self) -> bool {
        match self.at.checked_sub(1).map(|before| self.bytes[before]) {
            None => false,
            Some(byte) if byte.is_ascii() => is_word(byte),
            Some(_) => self.text[..self.at].chars().next_back().is_some_and(is_wide_word),
        }
    }

    fn word_begins_at(&self, at: usize) -> bool {
        match self.bytes.get(at) {
            None => false,
            Some(byte) if byte.is_ascii() => is_word(*byte),
            Some(_) => self.text[at..].chars().next().is_some_and(is_wide_word),
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Letters beyond ASCII glue to digits like others, except in scripts that write no spaces: `用户42` has a number.
fn is_wide_word(char: char) -> bool {
    char.is_alphanumeric() && char < '\u{2e80}'
}

/// `'…'` or `"…"` on one line.
fn quoted(rest: &[u8]) -> Option<usize> {
    let quote = rest[0];
    let inner = rest[1..].iter().position(|byte| *byte == quote || *byte == b'\n')?;
    (rest[1 + inner] == quote).then_some(inner + 2)
}

#[cfg(test)]
mod tests;
