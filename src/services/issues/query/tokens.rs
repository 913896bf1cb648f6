//! Cuts a query into words and `key:value` pairs.

use std::ops::Range;

/// A word, or `key:value`, perhaps with `!` before it.
#[derive(Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it stands in the query, in bytes.
    pub span: Range<usize>,
    pub is_negated: bool,
    pub key: Option<String>,
    pub value: Value,
}

/// A text with wildcards: what stands before, between and behind them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    pub parts: Vec<String>,
    /// Quoted values may be empty.
    pub is_quoted: bool,
}

impl Value {
    /// The text, if it has no wildcard.
    pub fn text(&self) -> Option<&str> {
        if let [text] = self.parts.as_slice() { Some(text) } else { None }
    }

    pub fn is_empty(&self) -> bool {
        self.text() == Some("")
    }

    /// Nothing but wildcards.
    pub fn is_anything(&self) -> bool {
        self.parts.len() > 1 && self.parts.iter().all(String::is_empty)
    }
}

/// The tokens of a query; an error is the place of a quote that nothing closes.
pub struct Tokens<'q> {
    query: &'q str,
    at: usize,
}

impl<'q> Tokens<'q> {
    pub fn of(query: &'q str) -> Self {
        Self { query, at: 0 }
    }

    fn rest(&self) -> &'q str {
        &self.query[self.at..]
    }

    fn read(&mut self) -> Result<Token, Range<usize>> {
        let start = self.at;
        let unclosed = |query: &str| start..query.len();
        let is_negated = self.rest().starts_with('!') && key_length(&self.rest()[1..]).is_some();
        if is_negated {
            self.at += 1;
        }
        if let Some(length) = key_length(self.rest()) {
            let key = unquoted(&self.rest()[..length]);
            self.at += length + 1;
            let value = self.read_value().ok_or_else(|| unclosed(self.query))?;
            return Ok(Token { span: start..self.at, is_negated, key: Some(key), value });
        }
        let value = self.read_value().ok_or_else(|| unclosed(self.query))?;
        Ok(Token { span: start..self.at, is_negated: false, key: None, value })
    }

    /// Up to the closing quote, or to the next blank. `>=` may stand before a quote.
    fn read_value(&mut self) -> Option<Value> {
        let rest = self.rest();
        let before = rest.len() - rest.trim_start_matches(['>', '<', '=']).len();
        let is_quoted = rest[before..].starts_with('"');
        if is_quoted {
            let length = quoted_length(&rest[before..])?;
            self.at += before + length;
            let mut value = wildcards(&rest[before + 1..before + length - 1], true);
            value.parts[0].insert_str(0, &rest[..before]);
            return Some(value);
        }
        let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
        self.at += length;
        Some(wildcards(&rest[..length], false))
    }
}

impl Iterator for Tokens<'_> {
    type Item = Result<Token, Range<usize>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.at = self.query.len() - self.rest().trim_start().len();
        if self.at == self.query.len() {
            return None;
        }
        let token = self.read();
        if token.is_err() {
            self.at = self.query.len();
        }
        Some(token)
    }
}

/// Length of the key, if the text begins with `key:` and a value. `http://…`, `std::vec`, `C:\dir` and `TypeError: x`
/// are words; the value of `user.ip:::1` is an address.
fn key_length(text: &str) -> Option<usize> {
    let length = if text.starts_with('"') {
        quoted_length(text).filter(|length| *length > 2)?
    } else {
        let is_key = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        text.find(|c| !is_key(c)).filter(|_| starts_well)?
    };
    let value = text[length..].strip_prefix(':')?;
    let is_word = value.is_empty() && !is_known(&text[..length])
        || value.starts_with(char::is_whitespace) && !is_known(&text[..length])
        || ["//", "\\"].iter().any(|start| value.starts_with(start))
        || value.starts_with(':') && !value.starts_with("::");
    (!is_word).then_some(length)
}

/// Keys after which a value is missed rather than a colon of a text seen.
fn is_known(key: &str) -> bool {
    const KEYS: &str = " is has assigned bookmarks subscribed age firstseen lastseen timesseen users release firstrelease \
         environment level issue ";
    KEYS.contains(&format!(" {} ", key.to_ascii_lowercase()))
}

/// Length of a quoted text with its quotes.
fn quoted_length(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn unquoted(text: &str) -> String {
    match text.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) {
        Some(inner) => wildcards(inner, true).parts.join("*"),
        None => text.to_owned(),
    }
}

/// Cuts a text at `*`. `\*` is a star; in quotes `\"` is a quote and `\\` a backslash.
fn wildcards(text: &str, is_quoted: bool) -> Value {
    let mut parts = vec![String::new()];
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let last = parts.len() - 1;
        match (character, rest.peek()) {
            ('\\', Some('*')) => parts[last].extend(rest.next()),
            ('\\', Some('"' | '\\')) if is_quoted => parts[last].extend(rest.next()),
            ('*', Some('*')) => {}
            ('*', _) => parts.push(String::new()),
            _ => parts[last].push(character),
        }
    }
    Value { parts, is_quoted }
}

#[cfg(test)]
mod tests {
    use super::Tokens;

    fn read(query: &str) -> Vec<String> {
        let token = |token: Result<super::Token, std::ops::Range<usize>>| match token {
            Ok(token) => {
                let not = if token.is_negated { "not " } else { "" };
                format!("{not}{}|{}", token.key.unwrap_or_default(), token.value.parts.join("‹*›"))
            }
            Err(span) => format!("unclosed {span:?}"),
        };
        Tokens::of(query).map(token).collect()
    }

    #[test]
    fn words_and_pairs_are_told_apart() {
        for (query, expected) in [
            ("a  b\u{3000}c ", vec!["|a", "|b", "|c"]),
            ("key:value", vec!["key|value"]),
            ("!key:value !word", vec!["not key|value", "|!word"]),
            (r#"key:"a \"b\" \\ \n" c"#, vec![r#"key|a "b" \ \n"#, "|c"]),
            (r#""two words""#, vec!["|two words"]),
            (r#""my key":x"#, vec!["my key|x"]),
            ("http://x:1/ https://y", vec!["|http://x:1/", "|https://y"]),
            ("url:http://x/", vec!["url|http://x/"]),
            ("std::vec::Vec", vec!["|std::vec::Vec"]),
            (r"C:\dir", vec![r"|C:\dir"]),
            ("TypeError: x", vec!["|TypeError:", "|x"]),
            ("12:30:45", vec!["|12:30:45"]),
            ("is: x", vec!["is|", "|x"]),
            ("user:id:42", vec!["user|id:42"]),
            (r"Fire* \*x a**", vec!["|Fire‹*›", "|*x", "|a‹*›"]),
            (r#"n:>"5" 5" wide"#, vec!["n|>5", r#"|5""#, "|wide"]),
            (r#"a key:"open é"#, vec!["|a", "unclosed 2..14"]),
            (r#""open"#, vec!["unclosed 0..5"]),
            (r#""" key:"""#, vec!["|", "key|"]),
            (r#""a"b"#, vec!["|a", "|b"]),
        ] {
            assert_eq!(read(query), expected, "{query}");
        }
    }
}
