//! Points in time as SDKs write them (ingest.md 9.2).

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::types::json::Json;

/// First second of the year 10000: nothing later can be stored everywhere.
const END: f64 = 253_402_300_800.0;

/// Reads seconds since 1970 (number or numeric text) or an ISO 8601 text; without an offset it is UTC. What lies before
/// 1970 or after 9999 is no time of an event.
pub fn parse(value: &Json<'_>) -> Option<DateTime<Utc>> {
    match value {
        Json::Int(_) | Json::Float(_) => from_seconds(value.as_f64()?),
        Json::Str(text) => parse_text(text),
        _ => None,
    }
}

/// The same for a text that stands outside of JSON.
pub fn parse_text(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if is_decimal(text) { from_seconds(text.parse().ok()?) } else { from_iso(text.as_bytes()) }
}

/// Digits with at most one point; not what `f64` takes beyond that (`inf`, `1e3`).
fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let mut points = 0;
    !digits.is_empty()
        && digits.bytes().all(|byte| {
            points += u8::from(byte == b'.');
            byte.is_ascii_digit() || byte == b'.'
        })
        && points <= 1
}

fn from_seconds(seconds: f64) -> Option<DateTime<Utc>> {
    if !(0.0..END).contains(&seconds) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked; PostgreSQL keeps microseconds too")]
    DateTime::from_timestamp_micros((seconds * 1e6).round() as i64)
}

/// `YYYY-MM-DDTHH:MM:SS[.f{1,9}][Z|±HH:MM|±HHMM]`, a space or `t` for the `T`.
fn from_iso(text: &[u8]) -> Option<DateTime<Utc>> {
    let (stamp, rest) = text.split_at_checked(19)?;
    let separators = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    if separators.iter().any(|(at, byte)| stamp[*at] != *byte) || !matches!(stamp[10], b'T' | b't' | b' ') {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(
        i32::try_from(digits(&stamp[..4])?).ok()?,
        digits(&stamp[5..7])?,
        digits(&stamp[8..10])?,
    )?;
    let (nanoseconds, rest) = fraction(rest)?;
    let time =
        date.and_hms_nano_opt(digits(&stamp[11..13])?, digits(&stamp[14..16])?, digits(&stamp[17..19])?, nanoseconds)?;
    let time = time.checked_sub_signed(offset(rest)?)?.and_utc();
    (time.timestamp() >= 0).then_some(time)
}

fn digits(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')))
}

/// Nanoseconds of a fraction if there is one, and what follows.
fn fraction(text: &[u8]) -> Option<(u32, &[u8])> {
    let Some(rest) = text.strip_prefix(b".") else { return Some((0, text)) };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&length) {
        return None;
    }
    let scale = 10_u32.pow(9 - u32::try_from(length).ok()?);
    Some((digits(&rest[..length])? * scale, &rest[length..]))
}

fn offset(text: &[u8]) -> Option<TimeDelta> {
    let (sign, hours, minutes) = match text {
        [] | [b'Z' | b'z'] => return Some(TimeDelta::zero()),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] | [sign @ (b'+' | b'-'), h1, h2, m1, m2] => {
            (sign, digits(&[*h1, *h2])?, digits(&[*m1, *m2])?)
        }
        _ => return None,
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    let offset = TimeDelta::minutes(i64::from(hours * 60 + minutes));
    Some(if *sign == b'-' { -offset } else { offset })
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::types::json::Json;

    fn millis(value: &Json<'_>) -> Option<i64> {
        parse(value).map(|time| time.timestamp_millis())
    }

    #[test]
    fn every_format_is_read() {
        for (text, expected) in [
            ("1699999900", 1_699_999_900_000),
            ("1699999900.25", 1_699_999_900_250),
            (" 1699999900 ", 1_699_999_900_000),
            ("2023-11-14T22:11:40Z", 1_699_999_900_000),
            ("2023-11-14T22:11:40", 1_699_999_900_000),
            ("2023-11-14 22:11:40", 1_699_999_900_000),
            ("2023-11-14t22:11:40z", 1_699_999_900_000),
            ("2023-11-14T22:11:40.125Z", 1_699_999_900_125),
            ("2023-11-14T22:11:40.1", 1_699_999_900_100),
            ("2023-11-14T22:11:40.125999999+00:00", 1_699_999_900_125),
            ("2023-11-15T00:11:40+02:00", 1_699_999_900_000),
            ("2023-11-14T21:41:40-0030", 1_699_999_900_000),
        ] {
            assert_eq!(millis(&Json::from(text)), Some(expected), "{text}");
        }
        assert_eq!(millis(&Json::Int(1_699_999_900)), Some(1_699_999_900_000));
        assert_eq!(millis(&Json::Float(1_699_999_900.25)), Some(1_699_999_900_250));
        assert_eq!(millis(&Json::Int(0)), Some(0));
    }

    #[test]
    fn other_shapes_are_refused() {
        for text in [
            "",
            "-",
            ".",
            "yesterday",
            "-5",
            "inf",
            "1e9",
            "1.2.3",
            "2023-11-14",
            "2023-11-14T22:11",
            "2023-13-14T22:11:40Z",
            "2023-02-30T22:11:40Z",
            "2023-11-14T25:11:40Z",
            "2023-11-14T22:11:40.Z",
            "2023-11-14T22:11:40.1234567890Z",
            "2023-11-14T22:11:40+2:00",
            "2023-11-14T22:11:40+99:00",
            "2023-11-14T22:11:40 UTC",
            "1969-12-31T23:59:59Z",
            "0000-01-01T00:00:00+23:59",
            "２０２３-11-14T22:11:40Z",
            "999999999999999999999999999999",
        ] {
            assert_eq!(parse(&Json::from(text)), None, "{text}");
        }
        for number in [-5.0, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(parse(&Json::Float(number)), None, "{number}");
        }
        assert_eq!(parse(&Json::Null), None);
        assert_eq!(parse(&Json::Bool(true)), None);
    }
}
