//! Highlighting of source lines, on the server and without a library: a small lexer that knows words, texts, numbers
//! and comments of some twenty languages is enough to read five lines around an error.

mod languages;
mod lexer;

pub use languages::Language;

use crate::web::markup::Markup;

/// Longer lines are written plain: they are minified code or data.
const MAX_LINE_CHARS: usize = 2_000;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Plain,
    Keyword,
    Text,
    Number,
    Comment,
    /// What is called or defined.
    Name,
    Type,
}

impl Class {
    fn open(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Keyword => "<b class=\"k\">",
            Self::Text => "<b class=\"s\">",
            Self::Number => "<b class=\"n\">",
            Self::Comment => "<b class=\"c\">",
            Self::Name => "<b class=\"f\">",
            Self::Type => "<b class=\"t\">",
        }
    }
}

/// Consecutive lines of one file, each as markup. Comments and texts that span lines carry over.
pub fn lines<'a>(code: impl Iterator<Item = &'a str>, language: Option<&'static Language>) -> Vec<Markup> {
    let Some(language) = language else { return code.map(Markup::text).collect() };
    let mut lexer = lexer::Lexer::new(language);
    code.map(|line| line_markup(&mut lexer, line)).collect()
}

fn line_markup(lexer: &mut lexer::Lexer, line: &str) -> Markup {
    if line.len() > MAX_LINE_CHARS && line.chars().count() > MAX_LINE_CHARS {
        lexer.reset();
        return Markup::text(line);
    }
    let mut markup = Markup::new();
    for (class, text) in lexer.line(line) {
        markup.raw(class.open());
        markup.push(text);
        if class != Class::Plain {
            markup.raw("</b>");
        }
    }
    markup
}

#[cfg(test)]
mod tests;
