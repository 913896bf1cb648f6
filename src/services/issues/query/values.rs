//! Numbers and times with comparisons.

use std::ops::Bound;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use crate::store::search::Between;

/// `100`, `>100`, `>=100`, `<100`, `<=100`.
pub fn number(text: &str) -> Option<Between<i64>> {
    let (comparison, digits) = comparison(text);
    if digits.is_empty() || digits.len() > 18 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = digits.parse().ok()?;
    Some(match comparison {
        Some(comparison) => compared(comparison, number),
        None => Between { from: Bound::Included(number), until: Bound::Included(number) },
    })
}

/// `-24h`: in the last 24 hours; `+24h`: before that. A day is the whole day, a time the minutes around it.
pub fn time(text: &str, now: DateTime<Utc>) -> Option<Between<DateTime<Utc>>> {
    let (comparison, text) = comparison(text);
    if let Some(age) = text.strip_prefix(['-', '+']) {
        let at = now.checked_sub_signed(age_of(age)?)?;
        return Some(match comparison {
            Some(comparison) => compared(comparison, at),
            None if text.starts_with('-') => Between::from(Bound::Included(at)),
            None => Between::until(Bound::Included(at)),
        });
    }
    let (at, is_day) = absolute(text)?;
    if let Some(comparison) = comparison {
        return Some(compared(comparison, at));
    }
    let (from, until) = if is_day {
        (at, at.checked_add_signed(TimeDelta::days(1))?)
    } else {
        (at.checked_sub_signed(TimeDelta::minutes(5))?, at.checked_add_signed(TimeDelta::minutes(6))?)
    };
    Some(Between { from: Bound::Included(from), until: Bound::Excluded(until) })
}

#[derive(Clone, Copy)]
enum Comparison {
    More,
    AtLeast,
    Less,
    AtMost,
}

fn comparison(text: &str) -> (Option<Comparison>, &str) {
    for (sign, comparison) in
        [(">=", Comparison::AtLeast), ("<=", Comparison::AtMost), (">", Comparison::More), ("<", Comparison::Less)]
    {
        if let Some(rest) = text.strip_prefix(sign) {
            return (Some(comparison), rest);
        }
    }
    (None, text)
}

fn compared<T>(comparison: Comparison, value: T) -> Between<T> {
    match comparison {
        Comparison::More => Between::from(Bound::Excluded(value)),
        Comparison::AtLeast => Between::from(Bound::Included(value)),
        Comparison::Less => Between::until(Bound::Excluded(value)),
        Comparison::AtMost => Between::until(Bound::Included(value)),
    }
}

/// `30m`, `24h`, `7d`, `2w`.
fn age_of(text: &str) -> Option<TimeDelta> {
    let unit = text.chars().last()?;
    let digits = &text[..text.len() - unit.len_utf8()];
    if digits.is_empty() || digits.len() > 5 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = digits.parse().ok()?;
    match unit {
        'm' => TimeDelta::try_minutes(number),
        'h' => TimeDelta::try_hours(number),
        'd' => TimeDelta::try_days(number),
        'w' => TimeDelta::try_weeks(number),
        _ => None,
    }
}

/// A day or a time, and whether it is a day. Without a zone it is UTC.
fn absolute(text: &str) -> Option<(DateTime<Utc>, bool)> {
    // Years of more than four digits are nobody's question, and some of them no database can store.
    if !text.is_ascii() || text.find('-') != Some(4) {
        return None;
    }
    if text.len() == 10 {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        return Some((day.and_hms_opt(0, 0, 0)?.and_utc(), true));
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some((time.to_utc(), false));
    }
    let text = text.trim_end_matches('Z');
    let formats = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
    let time = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
    Some((time.and_utc(), false))
}

#[cfg(test)]
mod tests {
    use std::ops::Bound;

    use chrono::{DateTime, Utc};

    use super::{number, time};

    fn shown(text: &str) -> String {
        let now = "2026-11-22T12:00:00Z".parse::<DateTime<Utc>>().unwrap();
        let bound = |bound| match bound {
            Bound::Included(at) => format!("={}", DateTime::<Utc>::to_rfc3339(&at).replace(":00+00:00", "")),
            Bound::Excluded(at) => DateTime::<Utc>::to_rfc3339(&at).replace(":00+00:00", ""),
            Bound::Unbounded => String::new(),
        };
        time(text, now).map_or("–".to_owned(), |between| format!("{}..{}", bound(between.from), bound(between.until)))
    }

    #[test]
    fn times_are_read() {
        for (text, expected) in [
            ("-24h", "=2026-11-21T12:00.."),
            ("+30m", "..=2026-11-22T11:30"),
            ("-2w", "=2026-11-08T12:00.."),
            (">-1d", "2026-11-21T12:00.."),
            ("2026-11-20", "=2026-11-20T00:00..2026-11-21T00:00"),
            (">2026-11-20", "2026-11-20T00:00.."),
            ("<=2026-11-20T10:30", "..=2026-11-20T10:30"),
            ("2026-11-20T10:30:00", "=2026-11-20T10:25..2026-11-20T10:36"),
            ("2026-11-20T10:30:00Z", "=2026-11-20T10:25..2026-11-20T10:36"),
            ("2026-11-20T10:30:00+02:00", "=2026-11-20T08:25..2026-11-20T08:36"),
            (">=2026-11-20 10:30", "=2026-11-20T10:30.."),
            ("24h", "–"),
            ("-24", "–"),
            ("-h", "–"),
            ("-1y", "–"),
            ("-1 d", "–"),
            ("-99999999999h", "–"),
            ("-999999w", "–"),
            ("-99999w", "=0110-05-18T12:00.."),
            ("2026-02-30", "–"),
            ("2026-13-01", "–"),
            ("12026-01-01", "–"),
            ("-1é", "–"),
            ("yesterday", "–"),
            (">", "–"),
            ("", "–"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_read() {
        use Bound::{Excluded, Included, Unbounded};
        for (text, expected) in [
            ("10", Some((Included(10), Included(10)))),
            (">10", Some((Excluded(10), Unbounded))),
            (">=10", Some((Included(10), Unbounded))),
            ("<10", Some((Unbounded, Excluded(10)))),
            ("<=10", Some((Unbounded, Included(10)))),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("9999999999999999999", None),
            ("=1", None),
        ] {
            assert_eq!(number(text).map(|between| (between.from, between.until)), expected, "{text}");
        }
    }
}
