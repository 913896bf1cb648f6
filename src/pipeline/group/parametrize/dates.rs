//! Dates and times of day. Each function answers how many bytes match at the start; the caller checks the bounds.

use super::numbers::digits;

const MONTHS: [&[u8]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
const DAYS: [&[u8]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];

/// Whether the text has this shape: `0` stands for a digit, everything else for itself.
fn shaped(text: &[u8], shape: &[u8]) -> Option<usize> {
    let candidate = text.get(..shape.len())?;
    let fits = |(byte, pattern): (&u8, &u8)| if *pattern == b'0' { byte.is_ascii_digit() } else { byte == pattern };
    candidate.iter().zip(shape).all(fits).then_some(shape.len())
}

fn begins_with_any(text: &[u8], names: &[&[u8]]) -> bool {
    names.iter().any(|name| text.starts_with(name))
}

/// `2006-01-02T15:04[:05[.000]][Z|+01:00]`, or `Mon, 02 Jan 2006 15:04:05 GMT`.
pub fn datetime(text: &[u8]) -> Option<usize> {
    if text.first()?.is_ascii_alphabetic() {
        return mail_date(text);
    }
    let date = shaped(text, b"0000-00-00")?;
    if !matches!(text.get(date), Some(b'T' | b' ')) {
        return None;
    }
    let mut len = date + 1;
    len += match time(&text[len..]) {
        Some(time) => time,
        None => shaped(&text[len..], b"00:00")?,
    };
    Some(len + offset(&text[len..]))
}

/// The date of a mail header.
fn mail_date(text: &[u8]) -> Option<usize> {
    if !begins_with_any(text, &DAYS) || text.get(3..5) != Some(b", ") {
        return None;
    }
    let mut len = 5;
    let day = digits(&text[len..]);
    if !(1..=2).contains(&day)
        || text.get(len + day) != Some(&b' ')
        || !begins_with_any(&text[len + day + 1..], &MONTHS)
    {
        return None;
    }
    len += day + 4;
    len += shaped(&text[len..], b" 0000 00:00:00")?;
    let zone = &text[len..];
    let name = zone.iter().skip(1).take_while(|byte| byte.is_ascii_uppercase()).count();
    Some(match zone.first() {
        Some(b' ') if name > 0 => len + 1 + name,
        Some(b' ') => len + shaped(&zone[1..], b"+0000").or_else(|| shaped(&zone[1..], b"-0000")).map_or(0, |n| n + 1),
        _ => len,
    })
}

/// `Z`, `+01:00`, `-0100`; 0 if there is none.
fn offset(text: &[u8]) -> usize {
    match text.first() {
        Some(b'Z') => 1,
        Some(b'+' | b'-') => {
            let rest = &text[1..];
            shaped(rest, b"00:00").or_else(|| shaped(rest, b"0000")).map_or(0, |len| len + 1)
        }
        _ => 0,
    }
}

/// `2006-01-02`, `2006/01/02`, `02/01/2006`, `02.01.2006`, `Jan 2, 2006`.
pub fn date(text: &[u8]) -> Option<usize> {
    const SHAPES: [&[u8]; 4] = [b"0000-00-00", b"0000/00/00", b"00/00/0000", b"00.00.0000"];
    if text.first()?.is_ascii_alphabetic() {
        return named_date(text);
    }
    SHAPES.iter().find_map(|shape| shaped(text, shape))
}

fn named_date(text: &[u8]) -> Option<usize> {
    if !begins_with_any(text, &MONTHS) || text.get(3) != Some(&b' ') {
        return None;
    }
    let day = digits(&text[4..]);
    if !(1..=2).contains(&day) {
        return None;
    }
    shaped(&text[4 + day..], b", 0000").map(|len| 4 + day + len)
}

/// `15:04:05`, with a fraction after a dot or a comma.
pub fn time(text: &[u8]) -> Option<usize> {
    let len = shaped(text, b"00:00:00")?;
    let fraction = match text.get(len) {
        Some(b'.' | b',') => digits(&text[len + 1..]),
        _ => 0,
    };
    Some(if fraction > 0 { len + 1 + fraction } else { len })
}
