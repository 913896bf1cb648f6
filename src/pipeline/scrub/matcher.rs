//! One walk over a text that sees where secrets may be.
//!
//! A table says for each pair of neighbouring bytes whether a sensitive word or a pattern could begin there. Almost
//! every byte of an ordinary text costs one look into the table and nothing else.

use std::sync::LazyLock;

use crate::types::project_settings::ProjectSettings;

/// Words that make a key's value, or a text that contains them, secret (normalize.md 17). Lower case.
const WORDS: &[&str] = &[
    "password",
    "secret",
    "passwd",
    "api_key",
    "apikey",
    "api-key",
    "access_token",
    "auth",
    "credentials",
    "mysql_pwd",
    "stripetoken",
    "card[number]",
    "private_key",
    "private-key",
    "privatekey",
    "two_factor",
];

/// Which kinds of secrets a text may contain. Words are certain, patterns need a closer look.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "a set of independent sights")]
pub struct Sights {
    pub word: bool,
    pub digits: bool,
    pub account: bool,
    pub url: bool,
    pub pem: bool,
    pub bearer: bool,
}

/// The words of a project, ready to be looked for.
#[derive(Clone)]
pub struct Matcher {
    /// By first byte: for which lower five bits of the second byte something may begin.
    starts: Box<[u32; 256]>,
    words: Vec<String>,
    has_patterns: bool,
}

static DEFAULTS: LazyLock<Matcher> = LazyLock::new(Matcher::with_defaults);

impl Matcher {
    pub fn of(settings: &ProjectSettings) -> Self {
        let mut matcher = if settings.scrub_defaults { DEFAULTS.clone() } else { Self::empty() };
        for field in &settings.sensitive_fields {
            matcher.add(field.trim());
        }
        matcher
    }

    fn empty() -> Self {
        Self { starts: Box::new([0; 256]), words: Vec::new(), has_patterns: false }
    }

    fn with_defaults() -> Self {
        let mut matcher = Self::empty();
        matcher.has_patterns = true;
        for word in WORDS {
            matcher.add(word);
        }
        for start in ["to", "ot", "be", "//", "--"] {
            matcher.mark(start.as_bytes()[0], start.as_bytes()[1]);
        }
        for first in b'0'..=b'9' {
            for second in (b'0'..=b'9').chain([b' ', b'-']) {
                matcher.mark(first, second);
            }
        }
        matcher
    }

    /// A single letter would match everything and is ignored.
    fn add(&mut self, word: &str) {
        let word = word.to_ascii_lowercase();
        if let [first, second, ..] = *word.as_bytes() {
            self.mark(first, second);
            self.words.push(word);
        }
    }

    fn mark(&mut self, first: u8, second: u8) {
        for first in [first.to_ascii_lowercase(), first.to_ascii_uppercase()] {
            // Upper and lower case share the lower five bits.
            self.starts[usize::from(first)] |= 1 << (second & 31);
        }
    }

    pub fn has_patterns(&self) -> bool {
        self.has_patterns
    }

    /// Whether a key says that its value is secret.
    pub fn is_secret_key(&self, key: &str) -> bool {
        (self.has_patterns && key.eq_ignore_ascii_case("token")) || self.look(key).word
    }

    /// Walks over a text once.
    pub fn look(&self, text: &str) -> Sights {
        let bytes = text.as_bytes();
        let mut sights = Sights::default();
        let mut at = 0;
        while at + 1 < bytes.len() {
            if self.starts[usize::from(bytes[at])] >> (bytes[at + 1] & 31) & 1 == 0 {
                at += 1;
            } else {
                at += self.look_at(bytes, at, &mut sights);
            }
        }
        sights
    }

    /// Looks closer at one place. Gives how many bytes need no look of their own.
    fn look_at(&self, bytes: &[u8], at: usize, sights: &mut Sights) -> usize {
        let rest = &bytes[at..];
        sights.word |= !sights.word && self.words.iter().any(|word| is_word(rest, word.as_bytes()));
        match bytes[at] {
            b'0'..=b'9' if self.has_patterns => return look_at_digits(bytes, at, sights),
            b'/' if self.has_patterns => sights.url |= rest[1] == b'/',
            b'-' if self.has_patterns => sights.pem |= starts_with(rest, b"-----begin"),
            b'b' | b'B' if self.has_patterns => sights.bearer |= starts_with(rest, b"bearer "),
            b't' | b'T' if self.has_patterns => sights.word |= is_assigned_token(rest),
            b'o' | b'O' if self.has_patterns => sights.word |= is_whole_word(bytes, at, b"otp"),
            _ => {}
        }
        1
    }
}

fn starts_with(text: &[u8], word: &[u8]) -> bool {
    text.len() >= word.len() && text[..word.len()].eq_ignore_ascii_case(word)
}

/// An author is not authorised: the one harmless word that is common where `auth` is looked for.
fn is_word(text: &[u8], word: &[u8]) -> bool {
    starts_with(text, word) && !(word == b"auth" && starts_with(text, b"author") && !starts_with(text, b"authori"))
}

fn is_whole_word(bytes: &[u8], at: usize, word: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    starts_with(&bytes[at..], word)
        && !(at > 0 && is_part(&bytes[at - 1]))
        && !bytes.get(at + word.len()).is_some_and(is_part)
}

/// `token: …`, `token_id=…`.
fn is_assigned_token(text: &[u8]) -> bool {
    let Some(rest) = text.get(5..).filter(|_| starts_with(text, b"token")) else { return false };
    let between = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'"' | b'\'' | b' ');
    let length = rest.iter().take(32).take_while(|byte| between(byte)).count();
    matches!(rest.get(length), Some(b':' | b'='))
}

/// A run of digits and separators: a card or social security number is at least nine digits, an account number has
/// two capitals before it.
fn look_at_digits(bytes: &[u8], at: usize, sights: &mut Sights) -> usize {
    let run = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-'));
    let (mut digits, mut last) = (0, 0);
    for (place, byte) in run.enumerate() {
        if byte.is_ascii_digit() {
            digits += 1;
            last = place;
        }
    }
    sights.digits |= digits >= 9;
    sights.account |= at >= 2 && bytes[at - 2..at].iter().all(u8::is_ascii_uppercase);
    // Separators at the end may begin something else.
    last + 1
}
