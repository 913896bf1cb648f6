//! Python's literals as JSON: settings that people paste from `sentry.conf.py`.
//!
//! Takes texts, numbers, `True`, `None`, lists, tuples, dictionaries, names (`ldap.SCOPE_SUBTREE` is the text
//! `SCOPE_SUBTREE`) and calls (`Name(1, key=2)` is `{"call": "Name", "arguments": [1], "named": {"key": 2}}`). Nothing
//! is computed. JSON itself is understood as well.

use serde_json::{Map, Value as Json, json};

const MAX_BYTES: usize = 64 << 10;
const MAX_DEPTH: usize = 16;

/// The value of one expression; `None` if it's something else.
pub fn parse(text: &str) -> Option<Json> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let mut reader = Reader { rest: text };
    let value = reader.value(0)?;
    reader.skip();
    reader.rest.trim_end_matches(',').is_empty().then_some(value)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Option<Json> {
        self.skip();
        match self.rest.chars().next().filter(|_| depth < MAX_DEPTH)? {
            '[' => self.list('[', ']', depth).map(Json::Array),
            '(' => self.brackets(depth),
            '{' => self.dictionary(depth),
            '"' | '\'' => self.texts().map(Json::String),
            c if c.is_ascii_digit() || c == '-' => self.number(),
            c if c.is_alphabetic() || c == '_' => self.name(depth),
            _ => None,
        }
    }

    /// Blanks and comments.
    fn skip(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            let Some(comment) = self.rest.strip_prefix('#') else { return };
            self.rest = comment.find('\n').map_or("", |end| &comment[end..]);
        }
    }

    fn take(&mut self, c: char) -> bool {
        self.skip();
        self.rest.strip_prefix(c).map(|rest| self.rest = rest).is_some()
    }

    fn list(&mut self, open: char, close: char, depth: usize) -> Option<Vec<Json>> {
        let mut items = Vec::new();
        if !self.take(open) {
            return None;
        }
        while !self.take(close) {
            items.push(self.value(depth + 1)?);
            if !self.take(',') {
                return self.take(close).then_some(items);
            }
        }
        Some(items)
    }

    /// One value in brackets is itself, unless a comma makes a tuple of it.
    fn brackets(&mut self, depth: usize) -> Option<Json> {
        let start = self.rest;
        let mut items = self.list('(', ')', depth)?;
        let inner = start[1..start.len() - self.rest.len() - 1].trim_end();
        Some(if items.len() == 1 && !inner.ends_with(',') { items.remove(0) } else { items.into() })
    }

    fn dictionary(&mut self, depth: usize) -> Option<Json> {
        let mut entries = Map::new();
        self.take('{');
        while !self.take('}') {
            let Json::String(key) = self.value(depth + 1)? else { return None };
            if !self.take(':') {
                return None;
            }
            entries.insert(key, self.value(depth + 1)?);
            if !self.take(',') {
                return self.take('}').then_some(entries.into());
            }
        }
        Some(entries.into())
    }

    /// Texts that stand side by side are one.
    fn texts(&mut self) -> Option<String> {
        let mut text = self.text()?;
        loop {
            self.skip();
            if !self.rest.starts_with(['"', '\'']) {
                return Some(text);
            }
            text.push_str(&self.text()?);
        }
    }

    fn text(&mut self) -> Option<String> {
        let quote = self.rest.chars().next()?;
        let mut text = String::new();
        let mut letters = self.rest.char_indices().skip(1);
        while let Some((at, c)) = letters.next() {
            match c {
                c if c == quote => {
                    self.rest = &self.rest[at + 1..];
                    return Some(text);
                }
                '\n' => return None,
                '\\' => match letters.next()?.1 {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    escaped @ ('\\' | '"' | '\'' | '/') => text.push(escaped),
                    // As Python does with what it doesn't know: `\,` in a DN stays.
                    other => text.extend(['\\', other]),
                },
                c => text.push(c),
            }
        }
        None
    }

    fn number(&mut self) -> Option<Json> {
        let end =
            self.rest.find(|c: char| !c.is_ascii_alphanumeric() && !"+-._".contains(c)).unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        number.parse::<i64>().ok().map(Json::from)
    }

    fn name(&mut self, depth: usize) -> Option<Json> {
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        if matches!(name, "u" | "r" | "b") && rest.starts_with(['"', '\'']) {
            return self.texts().map(Json::String);
        }
        let short = name.rsplit('.').next().unwrap_or(name);
        self.skip();
        if self.rest.starts_with('(') {
            return self.call(short, depth);
        }
        Some(match short {
            "True" | "true" => true.into(),
            "False" | "false" => false.into(),
            "None" | "null" => Json::Null,
            short => short.into(),
        })
    }

    fn call(&mut self, name: &str, depth: usize) -> Option<Json> {
        let (mut arguments, mut named) = (Vec::new(), Map::new());
        self.take('(');
        while !self.take(')') {
            match self.keyword() {
                Some(key) => drop(named.insert(key, self.value(depth + 1)?)),
                None => arguments.push(self.value(depth + 1)?),
            }
            if !self.take(',') {
                if !self.take(')') {
                    return None;
                }
                break;
            }
        }
        Some(json!({"call": name, "arguments": arguments, "named": named}))
    }

    /// `name=` before an argument.
    fn keyword(&mut self) -> Option<String> {
        self.skip();
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
        let after = self.rest[end..].trim_start().strip_prefix('=')?;
        let name = self.rest[..end].to_owned();
        (!name.is_empty()).then(|| self.rest = after)?;
        Some(name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::parse;

    #[test]
    fn literals_become_json() {
        for (text, expected) in [
            ("'a' \"b\"", json!("ab")),
            ("u'x'", json!("x")),
            (r"'CN=Lin\, Wei'", json!(r"CN=Lin\, Wei")),
            ("{'name': 'cn', \"n\": -5, 'x': None,}", json!({"name": "cn", "n": -5, "x": null})),
            ("('a',)", json!(["a"])),
            ("('a')", json!("a")),
            ("(\n 'a', # first\n 'b'\n)", json!(["a", "b"])),
            ("ldap.SCOPE_SUBTREE", json!("SCOPE_SUBTREE")),
            ("T(name_attr='cn')", json!({"call": "T", "arguments": [], "named": {"name_attr": "cn"}})),
            ("[True, False]", json!([true, false])),
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_would_have_to_be_computed_is_refused() {
        let deep = "[".repeat(100);
        for text in ["os.environ['X']", "'a' + 'b'", "A('x') | A('y')", "{1: 2}", "'open", "", "f(", "()x", &deep] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
