//! HTML made in Rust, for what templates cannot do: nested values, highlighted source.

use std::fmt::{self, Display, Write};

use askama::filters::HtmlSafe;

/// HTML that templates write as it is. Only literals enter it unescaped, so that whatever came with an event cannot
/// become markup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markup(String);

impl Markup {
    pub fn new() -> Self {
        Self::default()
    }

    /// A text, escaped.
    pub fn text(text: &str) -> Self {
        let mut markup = Self::new();
        markup.push(text);
        markup
    }

    /// A message of the catalogue whose arguments are markup already. Messages hold no HTML of their own.
    pub fn message(filled: String) -> Self {
        Self(filled)
    }

    /// `<tag>text</tag>`, for literal tags.
    pub fn element(open: &'static str, text: &str, close: &'static str) -> Self {
        let mut markup = Self::new();
        markup.raw(open);
        markup.push(text);
        markup.raw(close);
        markup
    }

    /// Appends a text, escaped.
    pub fn push(&mut self, text: &str) {
        let mut clean = 0;
        for (at, byte) in text.bytes().enumerate() {
            let Some(entity) = entity(byte) else { continue };
            self.0.push_str(&text[clean..at]);
            self.0.push_str(entity);
            clean = at + 1;
        }
        self.0.push_str(&text[clean..]);
    }

    /// Appends a literal as it is.
    pub fn raw(&mut self, literal: &'static str) {
        self.0.push_str(literal);
    }

    /// Appends other markup.
    pub fn append(&mut self, other: &Self) {
        self.0.push_str(&other.0);
    }

    /// The same with another literal at its beginning, where it begins with `start`.
    #[must_use]
    pub fn with_first(self, start: &'static str, instead: &'static str) -> Self {
        match self.0.strip_prefix(start) {
            Some(rest) => Self(format!("{instead}{rest}")),
            None => self,
        }
    }

    /// Appends a number.
    pub fn number(&mut self, number: i64) {
        write!(self.0, "{number}").expect("writing to a string cannot fail");
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes it adds to a page.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Elements it adds to a page.
    pub fn elements(&self) -> usize {
        let bytes = self.0.as_bytes();
        memchr::memchr_iter(b'<', bytes).filter(|at| bytes.get(at + 1) != Some(&b'/')).count()
    }
}

impl Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Markup {}

fn entity(byte: u8) -> Option<&'static str> {
    Some(match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'"' => "&quot;",
        b'\'' => "&#39;",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::Markup;

    #[test]
    fn texts_are_escaped_and_elements_counted() {
        let markup = Markup::element("<b title=\"x\">", "<i>&\"'", "</b>");
        assert_eq!(markup.to_string(), "<b title=\"x\">&lt;i&gt;&amp;&quot;&#39;</b>");
        assert_eq!(markup.elements(), 1);
    }
}
