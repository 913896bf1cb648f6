//! Makes characters visible that hide text or reorder it.
//!
//! Event data is hostile: a right-to-left override in a file name makes one path look like another, and a control
//! character can swallow what follows when a text is copied to a terminal. Pages therefore show such characters as marks:
//! `␀`, `⟨U+202E⟩`. The whole event is marked before any view reads it, so that no template can forget to.

use std::borrow::Cow;
use std::fmt::Write;

use crate::types::json::Json;

/// The value with every text in it marked, keys too.
pub fn json(value: Json<'_>) -> Json<'_> {
    match value {
        Json::Str(text) => Json::Str(cow(text)),
        Json::Array(items) => Json::Array(items.into_iter().map(json).collect()),
        Json::Object(object) => {
            Json::Object(object.into_members().into_iter().map(|(key, value)| (cow(key), json(value))).collect())
        }
        other => other,
    }
}

/// The text with its hidden characters marked.
pub fn text(text: &str) -> Cow<'_, str> {
    match text.find(is_hidden) {
        Some(first) => Cow::Owned(marked(text, first)),
        None => Cow::Borrowed(text),
    }
}

/// Like [`text`], of a text that is owned.
pub fn string(owned: String) -> String {
    match text(&owned) {
        Cow::Borrowed(_) => owned,
        Cow::Owned(marked) => marked,
    }
}

fn cow(value: Cow<'_, str>) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(borrowed) => text(borrowed),
        Cow::Owned(owned) => Cow::Owned(string(owned)),
    }
}

/// Line ends and tabs are shown by what they do; joiners belong to scripts and emoji.
fn is_hidden(character: char) -> bool {
    matches!(character,
        '\0'..='\x08' | '\x0b'..='\x1f' | '\x7f'..='\u{9f}'
        | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn marked(text: &str, first: usize) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(&text[..first]);
    let mut rest = text[first..].chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\r' if rest.peek() == Some(&'\n') => {}
            '\0'..='\x1f' if is_hidden(character) => {
                out.push(char::from_u32(0x2400 + u32::from(character)).unwrap_or(character));
            }
            '\x7f' => out.push('\u{2421}'),
            _ if is_hidden(character) => {
                write!(out, "⟨U+{:04X}⟩", u32::from(character)).expect("writing to a string cannot fail");
            }
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{json, text};
    use crate::types::json::parse;

    #[test]
    fn hidden_characters_become_marks() {
        for (sent, shown) in [
            ("plain 文字\n\ttab", "plain 文字\n\ttab"),
            ("a\0b", "a␀b"),
            ("\u{1b}[31m", "␛[31m"),
            ("one\r\ntwo\rthree", "one\ntwo␍three"),
            ("moc.exe\u{202e}gpj", "moc.exe⟨U+202E⟩gpj"),
            ("\u{feff}x\u{7f}\u{85}", "⟨U+FEFF⟩x␡⟨U+0085⟩"),
            ("👨\u{200d}👩", "👨\u{200d}👩"),
        ] {
            assert_eq!(text(sent), shown);
        }
    }

    #[test]
    fn keys_are_marked_too() {
        let tree = parse("{\"a\u{202e}\":[\"b\u{0}\"]}".replace('\0', "\\u0000").as_bytes()).unwrap().into_owned();
        assert_eq!(json(tree).to_string(), "{\"a⟨U+202E⟩\":[\"b␀\"]}");
    }
}
