//! E-mail, web and network addresses. Each function answers how many bytes match at the start.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::numbers::digits;

/// Characters of the part before the `@`.
pub fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-')
}

/// How far it was looked, and whether this is an address.
pub fn email(text: &[u8]) -> (usize, bool) {
    let local = text.iter().take_while(|byte| is_local(**byte)).count();
    if text.get(local) != Some(&b'@') {
        return (local, false);
    }
    match domain(&text[local + 1..]) {
        Some(len) => (local + 1 + len, true),
        None => (local, false),
    }
}

/// Names joined by dots, the last one of letters.
fn domain(text: &[u8]) -> Option<usize> {
    let mut end = None;
    let mut at = 0;
    loop {
        let name = text[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
        if name == 0 {
            return end;
        }
        if at > 0 && name > 1 && text[at..at + name].iter().any(u8::is_ascii_alphabetic) {
            end = Some(at + name);
        }
        at += name;
        if text.get(at) != Some(&b'.') {
            return end;
        }
        at += 1;
    }
}

/// Up to white space, a quote or a closing bracket; punctuation at the end belongs to the sentence.
pub fn url(text: &[u8]) -> Option<usize> {
    const SCHEMES: [&[u8]; 5] = [b"https", b"http", b"wss", b"ws", b"ftp"];
    let has_scheme = |scheme: &&&[u8]| {
        text.len() > scheme.len() + 3
            && text[..scheme.len()].eq_ignore_ascii_case(scheme)
            && text[scheme.len()..].starts_with(b"://")
    };
    let start = SCHEMES.iter().find(has_scheme)?.len() + 3;
    let ends = |byte: &u8| {
        byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b')' | b']' | b'}')
    };
    let mut end = start + text[start..].iter().take_while(|byte| !ends(byte)).count();
    while end > start && matches!(text[end - 1], b'.' | b',' | b';' | b':') {
        end -= 1;
    }
    (end > start).then_some(end)
}

/// An IPv4 or IPv6 address, with a port if there is one.
pub fn ip(text: &[u8]) -> Option<usize> {
    match text.first()? {
        b'[' => {
            let inner = v6_len(&text[1..])?;
            (text.get(inner + 1) == Some(&b']')).then(|| inner + 2 + port(&text[inner + 2..]))
        }
        b'0'..=b'9' if text.iter().take(4).any(|byte| *byte == b'.') => {
            v4_len(text).map(|len| len + port(&text[len..]))
        }
        _ => v6_len(text),
    }
}

fn v4_len(text: &[u8]) -> Option<usize> {
    let mut len = run(text, 15, |byte| byte.is_ascii_digit() || byte == b'.');
    // A full stop behind the address.
    if text[..len].last() == Some(&b'.') {
        len -= 1;
    }
    as_text(&text[..len]).parse::<Ipv4Addr>().ok().map(|_| len)
}

/// Needs a digit besides the colons, so that `a::b` of a program text is none.
fn v6_len(text: &[u8]) -> Option<usize> {
    let mut len = run(text, 45, |byte| byte.is_ascii_hexdigit() || byte == b':' || byte == b'.');
    if text[..len].split(|byte| *byte == b':').count() < 3 {
        return None;
    }
    if matches!(text[..len], [.., b'.'] | [.., b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F', b':']) {
        len -= 1;
    }
    let has_digit = text[..len].iter().any(u8::is_ascii_digit);
    (has_digit && as_text(&text[..len]).parse::<Ipv6Addr>().is_ok()).then_some(len)
}

fn port(text: &[u8]) -> usize {
    match text.first() {
        Some(b':') => match digits(&text[1..]) {
            len @ 1..=5 => len + 1,
            _ => 0,
        },
        _ => 0,
    }
}

fn run(text: &[u8], most: usize, belongs: impl Fn(u8) -> bool) -> usize {
    text.iter().take(most + 1).take_while(|byte| belongs(**byte)).count()
}

fn as_text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}
