//! Secrets by their shape, and what is left of them.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::FILTERED;
use super::matcher::Sights;

static BEARER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bbearer +[^\s,;'\x22]+"));

/// The password of `//user:password@host`.
static URL_CREDENTIALS: LazyLock<Regex> = LazyLock::new(|| pattern(r"//([^/\s:@?#]*):[^/\s@?#]+@"));

/// A key block; one that was cut off reaches to the end.
static PEM: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?is)(-----BEGIN [A-Z0-9 ]*(?:PRIVATE|PUBLIC) KEY-----)(.*?)(-----END [^-]*-----|\z)"));

/// A bank account, closed up or in groups of four.
static ACCOUNT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b[A-Z]{2}[0-9]{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?)\b"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the patterns are constant and a test uses each")
}

/// Replaces one kind of secret; `None` if there is none.
type Step = fn(&str) -> Option<String>;

/// The text without what was seen in it; `None` if a closer look finds nothing.
pub fn replace(text: &str, sights: Sights) -> Option<String> {
    if sights == (Sights { word: sights.word, ..Sights::default() }) {
        return None;
    }
    let mut clean: Option<String> = None;
    let steps: [(bool, Step); 5] = [
        (sights.pem, keys),
        (sights.bearer, bearers),
        (sights.url, credentials),
        (sights.account, accounts),
        (sights.digits, numbers),
    ];
    for (was_seen, step) in steps {
        if was_seen && let Some(next) = step(clean.as_deref().unwrap_or(text)) {
            clean = Some(next);
        }
    }
    clean
}

fn keys(text: &str) -> Option<String> {
    let body = |captures: &Captures<'_>| format!("{}\n{FILTERED}\n{}", &captures[1], &captures[3]);
    changed(text, PEM.replace_all(text, body))
}

fn bearers(text: &str) -> Option<String> {
    changed(text, BEARER.replace_all(text, format!("Bearer {FILTERED}")))
}

fn credentials(text: &str) -> Option<String> {
    memchr::memchr(b'@', text.as_bytes())?;
    changed(text, URL_CREDENTIALS.replace_all(text, format!("//$1:{FILTERED}@")))
}

fn accounts(text: &str) -> Option<String> {
    let account = |captures: &Captures<'_>| {
        let found = &captures[0];
        if is_account(found) { FILTERED.to_owned() } else { found.to_owned() }
    };
    changed(text, ACCOUNT.replace_all(text, account))
}

fn changed(before: &str, after: std::borrow::Cow<'_, str>) -> Option<String> {
    (after != before).then(|| after.into_owned())
}

/// The check of ISO 7064: the number, first four characters last and letters as two digits, leaves 1 modulo 97.
fn is_account(text: &str) -> bool {
    let compact: Vec<u8> = text.bytes().filter(|byte| *byte != b' ').collect();
    if !(15..=34).contains(&compact.len()) {
        return false;
    }
    let remainder = compact[4..].iter().chain(&compact[..4]).fold(0_u32, |remainder, byte| match byte {
        b'0'..=b'9' => (remainder * 10 + u32::from(byte - b'0')) % 97,
        letter => (remainder * 100 + u32::from(letter - b'A') + 10) % 97,
    });
    remainder == 1
}

/// Card and social security numbers: runs of digits with single separators that no digit touches.
fn numbers(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut clean = String::new();
    let (mut copied, mut at) = (0, 0);
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let starts_word = at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'_' | b'.'));
        let found = starts_word.then(|| secret_number(&bytes[at..])).flatten();
        if let Some(length) = found {
            clean.push_str(&text[copied..at]);
            clean.push_str(FILTERED);
            at += length;
            copied = at;
        } else {
            at += bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        }
    }
    if copied == 0 {
        return None;
    }
    clean.push_str(&text[copied..]);
    Some(clean)
}

/// The length of a card or social security number at the start of the text.
fn secret_number(text: &[u8]) -> Option<usize> {
    social_security_number(text).or_else(|| card_number(text))
}

fn social_security_number(text: &[u8]) -> Option<usize> {
    let number = text.get(..11)?;
    let has_shape = number.iter().enumerate().all(|(place, byte)| match place {
        3 | 6 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    (has_shape && ends_word(&text[11..])).then_some(11)
}

/// 13 to 16 digits, in one or in groups with single separators. Longer runs are no card.
fn card_number(text: &[u8]) -> Option<usize> {
    let mut digits = [0_u8; 16];
    let (mut count, mut length) = (0, 0);
    let mut end = None;
    while let Some(&byte) = text.get(length) {
        if byte.is_ascii_digit() {
            *digits.get_mut(count)? = byte - b'0';
            count += 1;
            length += 1;
            if (13..=16).contains(&count) && ends_word(&text[length..]) && is_card_digits(&digits[..count]) {
                end = Some(length);
            }
        } else if matches!(byte, b' ' | b'-') && text.get(length + 1).is_some_and(u8::is_ascii_digit) && count < 16 {
            length += 1;
        } else {
            break;
        }
    }
    end
}

fn ends_word(rest: &[u8]) -> bool {
    !rest.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// Whether a number is that of a card.
pub fn is_card(number: i64) -> bool {
    if !(1_000_000_000_000..10_000_000_000_000_000).contains(&number) {
        return false;
    }
    let digits: Vec<u8> = number.to_string().bytes().map(|byte| byte - b'0').collect();
    is_card_digits(&digits)
}

/// A prefix that card networks use, so that times in milliseconds are left alone, and the check digit of Luhn.
fn is_card_digits(digits: &[u8]) -> bool {
    let is_network = match digits[0] {
        4 => true,
        3 | 5 | 6 => digits.len() >= 14,
        2 => digits.len() == 16 && (2..=7).contains(&digits[1]),
        _ => false,
    };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(*digit) * if place % 2 == 1 { 2 } else { 1 };
            if value > 9 { value - 9 } else { value }
        })
        .sum();
    is_network && sum.is_multiple_of(10)
}
