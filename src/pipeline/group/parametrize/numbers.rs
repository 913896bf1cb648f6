//! Numbers, hashes and ids. Each function answers how many bytes match at the start; the caller checks the bounds.

/// How many digits the text begins with.
pub fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn hex_digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_hexdigit()).count()
}

/// `1.2.3`: three or more numbers joined by dots.
pub fn is_version(text: &[u8]) -> bool {
    let mut rest = text;
    for _ in 0..2 {
        let len = digits(rest);
        if len == 0 || rest.get(len) != Some(&b'.') {
            return false;
        }
        rest = &rest[len + 1..];
    }
    digits(rest) > 0
}

/// 8-4-4-4-12 hexadecimal digits.
pub fn uuid(text: &[u8]) -> Option<usize> {
    const DASHES: [usize; 4] = [8, 13, 18, 23];
    let candidate = text.get(..36)?;
    let matches = |(place, byte): (usize, &u8)| {
        if DASHES.contains(&place) { *byte == b'-' } else { byte.is_ascii_hexdigit() }
    };
    candidate.iter().enumerate().all(matches).then_some(36)
}

/// The hexadecimal digits of SHA-256, SHA-1 or MD5.
pub fn hash(text: &[u8]) -> Option<usize> {
    Some(hex_digits(text)).filter(|len| matches!(len, 64 | 40 | 32))
}

/// `0x…`, or 8 to 128 digits of one letter case with both digits and letters among them.
pub fn hex(text: &[u8]) -> Option<usize> {
    if let [b'0', b'x' | b'X', digits @ ..] = text {
        return Some(hex_digits(digits)).filter(|len| *len > 0).map(|len| len + 2);
    }
    let len = hex_digits(text);
    let any = |test: fn(&u8) -> bool| text[..len].iter().any(test);
    let is_one_case = any(u8::is_ascii_lowercase) != any(u8::is_ascii_uppercase);
    ((8..=128).contains(&len) && is_one_case && any(u8::is_ascii_digit)).then_some(len)
}

/// A number with a unit of time: `35ms`, `3.4s`.
pub fn duration(text: &[u8]) -> Option<usize> {
    const UNITS: [&str; 8] = ["ns", "us", "µs", "μs", "ms", "s", "min", "h"];
    let mut len = digits(text);
    if text.get(len) == Some(&b'.') {
        let fraction = digits(&text[len + 1..]);
        len += if fraction > 0 { fraction + 1 } else { 0 };
    }
    let unit = &text[len..];
    let ends_word = |unit: &[u8], name: &str| unit.get(name.len()).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let name = UNITS.iter().find(|name| unit.starts_with(name.as_bytes()) && ends_word(unit, name))?;
    Some(len + name.len())
}

/// `1.5`, `0.3e-10`.
pub fn float(text: &[u8]) -> Option<usize> {
    let whole = digits(text);
    if whole == 0 || text.get(whole) != Some(&b'.') {
        return None;
    }
    let fraction = digits(&text[whole + 1..]);
    if fraction == 0 {
        return None;
    }
    let len = whole + 1 + fraction;
    Some(len + exponent(&text[len..]))
}

fn exponent(text: &[u8]) -> usize {
    if !matches!(text.first(), Some(b'e' | b'E')) {
        return 0;
    }
    let sign = usize::from(matches!(text.get(1), Some(b'+' | b'-')));
    match digits(&text[1 + sign..]) {
        0 => 0,
        len => 1 + sign + len,
    }
}
