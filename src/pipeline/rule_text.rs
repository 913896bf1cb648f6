//! Rules that people write, one a line, as texts: the limits, the places of mistakes, and words with or without quotes.
//! Fingerprint rules and ownership rules are made of it.

use std::fmt;

/// Bytes of all rules of a project.
pub const MAX_BYTES: usize = 100_000;
/// Characters of a line.
pub const MAX_LINE: usize = 4_000;
/// Rules of a project; comments do not count.
pub const MAX_RULES: usize = 500;

/// A mistake, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct RuleError {
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    pub problem: Problem,
}

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    TooLong,
    LineTooLong,
    TooManyRules,
    /// A character that no text has.
    ControlCharacter,
    OpenQuote,
    /// A matcher was expected.
    NoMatcher,
    /// What a rule cannot look at.
    UnknownMatcher(String),
    /// A matcher without a colon and a value.
    NoValue,
    TooManyMatchers(usize),
    NotYesOrNo,
    NoArrow,
    NoPart,
    TooManyParts(usize),
    UnknownVariable(String),
    OpenVariable,
    /// `{{ default }}` as a piece of a text.
    DefaultInText,
    UnknownAttribute(String),
    NoOwner,
    TooManyOwners(usize),
}

/// For clients of the API; pages say it in the reader's language.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the rules may have {MAX_BYTES} bytes"),
            Self::LineTooLong => write!(f, "a line may have {MAX_LINE} characters"),
            Self::TooManyRules => write!(f, "a project may have {MAX_RULES} rules"),
            Self::ControlCharacter => f.write_str("control characters are not allowed"),
            Self::OpenQuote => f.write_str("the quote is not closed"),
            Self::NoMatcher => f.write_str("expected a matcher such as type:\"ValueError\""),
            Self::UnknownMatcher(name) => write!(f, "there is no matcher `{name}`"),
            Self::NoValue => f.write_str("expected a colon and a pattern"),
            Self::TooManyMatchers(max) => write!(f, "a rule may have {max} matchers"),
            Self::NotYesOrNo => f.write_str("expected yes or no"),
            Self::NoArrow => f.write_str("expected `->` and the parts of the fingerprint"),
            Self::NoPart => f.write_str("expected a part of the fingerprint"),
            Self::TooManyParts(max) => write!(f, "a fingerprint may have {max} parts"),
            Self::UnknownVariable(name) => write!(f, "there is no variable `{name}`"),
            Self::OpenVariable => f.write_str("the variable is not closed with }}"),
            Self::DefaultInText => f.write_str("{{ default }} must be a part of its own"),
            Self::UnknownAttribute(name) => write!(f, "there is no attribute `{name}`; only title"),
            Self::NoOwner => f.write_str("expected an owner: an e-mail address, a user name or #team"),
            Self::TooManyOwners(max) => write!(f, "a rule may have {max} owners"),
        }
    }
}

/// Reads every line that is neither blank nor a comment as a rule.
pub fn parse<T>(text: &str, rule: impl Fn(&mut Words<'_>) -> Result<T, Problem>) -> Result<Vec<T>, RuleError> {
    if text.len() > MAX_BYTES {
        return Err(RuleError { line: 1, column: 1, problem: Problem::TooLong });
    }
    let mut rules = Vec::new();
    for (place, line) in text.lines().enumerate() {
        let mut words = Words { line, at: 0, number: place + 1 };
        let at = |column, problem| RuleError { line: place + 1, column, problem };
        if line.len() > MAX_LINE && line.chars().count() > MAX_LINE {
            return Err(at(MAX_LINE + 1, Problem::LineTooLong));
        }
        if let Some(column) = line.chars().position(|char| char.is_control() && char != '\t') {
            return Err(at(column + 1, Problem::ControlCharacter));
        }
        words.skip_blanks();
        if words.is_at_end() || words.rest().starts_with('#') {
            continue;
        }
        let parsed = if rules.len() < MAX_RULES { rule(&mut words) } else { Err(Problem::TooManyRules) };
        let column = || line[..words.at].chars().count() + 1;
        rules.push(parsed.map_err(|problem| at(column(), problem))?);
    }
    Ok(rules)
}

/// The way through a line.
#[derive(Debug)]
pub struct Words<'l> {
    line: &'l str,
    at: usize,
    /// Of the line, counted from 1.
    pub number: usize,
}

impl<'l> Words<'l> {
    /// The whole rule.
    pub fn text(&self) -> &'l str {
        self.line.trim()
    }

    pub fn rest(&self) -> &'l str {
        &self.line[self.at..]
    }

    pub fn is_at_end(&self) -> bool {
        self.rest().is_empty()
    }

    pub fn skip_blanks(&mut self) {
        self.at = self.line.len() - self.rest().trim_start().len();
    }

    /// Passes a text if it is next.
    pub fn pass(&mut self, text: &str) -> bool {
        let is_next = self.rest().starts_with(text);
        if is_next {
            self.at += text.len();
        }
        is_next
    }

    /// The characters up to the first that does not belong.
    pub fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'l str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|char| !belongs(char)).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    /// Goes back to the beginning of what was just taken, so that a mistake is shown there.
    pub fn back(&mut self, taken: &str) {
        self.at -= taken.len();
    }

    /// Has something read; a mistake is shown where it begins.
    pub fn whole<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Problem>) -> Result<T, Problem> {
        let start = self.at;
        read(self).inspect_err(|_| self.at = start)
    }

    /// A text in quotes, if a quote is next; a backslash keeps a quote or a backslash.
    pub fn quoted(&mut self) -> Result<Option<String>, Problem> {
        let Some(inside) = self.rest().strip_prefix('"') else { return Ok(None) };
        let mut text = String::new();
        let mut chars = inside.char_indices().peekable();
        while let Some((place, char)) = chars.next() {
            match char {
                '"' => {
                    self.at += place + 2;
                    return Ok(Some(text));
                }
                '\\' => match chars.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                    Some((_, kept)) => text.push(kept),
                    None => text.push('\\'),
                },
                char => text.push(char),
            }
        }
        Err(Problem::OpenQuote)
    }

    /// A pattern: in quotes, or up to the next blank.
    pub fn pattern(&mut self) -> Result<String, Problem> {
        let pattern = match self.quoted()? {
            Some(quoted) => quoted,
            None => self.take_while(|char| !char.is_whitespace()).to_owned(),
        };
        if pattern.is_empty() { Err(Problem::NoValue) } else { Ok(pattern) }
    }
}

/// A text as [`Words::quoted`] reads it.
pub fn quote(text: &str) -> String {
    let line: String = text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    format!("\"{}\"", line.replace('\\', r"\\").replace('"', "\\\""))
}
