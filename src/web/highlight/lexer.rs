//! One line at a time into classed pieces, carrying open comments and texts from line to line.

use super::Class;
use super::languages::{Language, Quote};

/// What is still open at the end of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Code,
    /// Inside a block comment that ends with this.
    Comment(&'static str),
    Text(Quote),
}

pub struct Lexer {
    language: &'static Language,
    state: State,
}

impl Lexer {
    pub fn new(language: &'static Language) -> Self {
        Self { language, state: State::Code }
    }

    /// Forgets what is open.
    pub fn reset(&mut self) {
        self.state = State::Code;
    }

    /// The pieces of a line, in order and without gaps.
    pub fn line<'a>(&mut self, line: &'a str) -> Vec<(Class, &'a str)> {
        let mut pieces = Pieces { line, done: Vec::new(), plain_from: 0 };
        let mut at = 0;
        while at < line.len() {
            at = match self.state {
                State::Comment(close) => self.inside_comment(&mut pieces, at, at, close),
                State::Text(quote) => self.inside_text(&mut pieces, at, at, quote),
                State::Code => self.code(&mut pieces, at),
            };
        }
        if let State::Text(quote) = self.state
            && !quote.spans_lines
        {
            self.state = State::Code;
        }
        pieces.finish()
    }

    /// Takes one token at `at`; returns where the next one begins.
    fn code(&mut self, pieces: &mut Pieces<'_>, at: usize) -> usize {
        let line = pieces.line;
        let rest = &line[at..];
        if let Some((open, close)) = self.language.block_comments.iter().find(|(open, _)| rest.starts_with(open)) {
            return self.inside_comment(pieces, at, at + open.len(), close);
        }
        if self.begins_line_comment(line, at) {
            pieces.push(Class::Comment, at, line.len());
            return line.len();
        }
        if let Some(quote) = self.language.quotes.iter().find(|quote| rest.starts_with(quote.open)) {
            return self.inside_text(pieces, at, at + quote.open.len(), *quote);
        }
        let first = rest.chars().next().unwrap_or_default();
        if first.is_ascii_digit() {
            let end = at + number_length(rest);
            pieces.push(Class::Number, at, end);
            return end;
        }
        if self.language.is_word_start(first) {
            let end = at + self.word_length(rest);
            if let Some(class) = self.class_of_word(line, at, end) {
                pieces.push(class, at, end);
            }
            return end;
        }
        at + first.len_utf8()
    }

    /// A `#` in the middle of a word is no comment.
    fn begins_line_comment(&self, line: &str, at: usize) -> bool {
        let Some(mark) = self.language.line_comments.iter().find(|mark| line[at..].starts_with(**mark)) else {
            return false;
        };
        let before = line[..at].chars().next_back();
        *mark != "#" || before.is_none_or(|before| before.is_whitespace() || ";{}()".contains(before))
    }

    fn inside_comment(&mut self, pieces: &mut Pieces<'_>, start: usize, from: usize, close: &'static str) -> usize {
        let end = pieces.line[from..].find(close).map(|found| from + found + close.len());
        self.state = if end.is_some() { State::Code } else { State::Comment(close) };
        let end = end.unwrap_or(pieces.line.len());
        pieces.push(Class::Comment, start, end);
        end
    }

    fn inside_text(&mut self, pieces: &mut Pieces<'_>, start: usize, from: usize, quote: Quote) -> usize {
        let bytes = pieces.line.as_bytes();
        let mut at = from;
        let mut closed = false;
        while at < bytes.len() && !closed {
            if bytes[at] == b'\\' && quote.escapes {
                at += 2;
            } else if bytes[at..].starts_with(quote.close.as_bytes()) {
                at += quote.close.len();
                closed = true;
            } else {
                at += 1;
            }
        }
        let mut end = at.min(bytes.len());
        while !pieces.line.is_char_boundary(end) {
            end += 1;
        }
        self.state = if closed { State::Code } else { State::Text(quote) };
        pieces.push(Class::Text, start, end);
        end
    }

    fn word_length(&self, rest: &str) -> usize {
        rest.find(|character| !self.language.is_word(character)).unwrap_or(rest.len())
    }

    fn class_of_word(&self, line: &str, at: usize, end: usize) -> Option<Class> {
        let word = &line[at..end];
        if self.language.is_keyword(word) {
            return Some(Class::Keyword);
        }
        let name = word.trim_start_matches(['$', '@']);
        if name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase) {
            return Some(Class::Type);
        }
        line[end..].trim_start().starts_with('(').then_some(Class::Name)
    }
}

fn number_length(rest: &str) -> usize {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let mut length = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
    let fraction = &rest[length..];
    if fraction.starts_with('.') && fraction[1..].starts_with(|character: char| character.is_ascii_digit()) {
        length += 1 + fraction[1..].find(|character| !is_part(character)).unwrap_or(fraction.len() - 1);
    }
    length
}

/// The pieces of a line so far; what no token claimed lies between them as plain text.
struct Pieces<'a> {
    line: &'a str,
    done: Vec<(Class, &'a str)>,
    plain_from: usize,
}

impl<'a> Pieces<'a> {
    fn push(&mut self, class: Class, start: usize, end: usize) {
        if start == end {
            return;
        }
        if self.plain_from < start {
            self.done.push((Class::Plain, &self.line[self.plain_from..start]));
        }
        self.done.push((class, &self.line[start..end]));
        self.plain_from = end;
    }

    fn finish(mut self) -> Vec<(Class, &'a str)> {
        if self.plain_from < self.line.len() {
            self.done.push((Class::Plain, &self.line[self.plain_from..]));
        }
        self.done
    }
}
