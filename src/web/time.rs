//! Points in time as people read them.

use chrono::{DateTime, Datelike, SecondsFormat, Utc};

use super::markup::Markup;
use crate::messages::Messages;
use crate::types::language::Language;

/// `3 min ago`, with the exact time on hover; the script keeps it fresh.
pub fn ago(t: Messages, at: DateTime<Utc>, now: DateTime<Utc>) -> Markup {
    element(t, at, &ago_text(t, at, now), true)
}

/// `Nov 20, 2026, 18:27:03 UTC`.
pub fn absolute(t: Messages, at: DateTime<Utc>) -> Markup {
    element(t, at, &absolute_text(t, at), false)
}

/// `2026-11-20 18:27 UTC`, for tables.
pub fn stamp(t: Messages, at: DateTime<Utc>) -> Markup {
    element(t, at, &t.stamp(at), false)
}

/// RFC 3339 with the reader's offset, for files.
pub fn machine(t: Messages, at: DateTime<Utc>) -> String {
    t.clock.local(at).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// How long ago, in the unit that fits.
pub fn ago_text(t: Messages, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match Span::between(at, now) {
        Span::Now => t.time_just_now().to_owned(),
        Span::Minutes(n) => t.time_minutes_ago(n),
        Span::Hours(n) => t.time_hours_ago(n),
        Span::Days(n) => t.time_days_ago(n),
        Span::Months(n) => t.time_months_ago(n),
        Span::Years(n) => t.time_years_ago(n),
    }
}

/// How old something is.
pub fn age_text(t: Messages, since: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match Span::between(since, now) {
        Span::Now => t.time_new().to_owned(),
        Span::Minutes(n) => t.time_minutes_old(n),
        Span::Hours(n) => t.time_hours_old(n),
        Span::Days(n) => t.time_days_old(n),
        Span::Months(n) => t.time_months_old(n),
        Span::Years(n) => t.time_years_old(n),
    }
}

/// Date and time in words, with the zone.
pub fn absolute_text(t: Messages, at: DateTime<Utc>) -> String {
    let (day, clock, zone) = (day_text(t, at), t.second(at), t.clock.offset(at));
    match t.language {
        Language::English => format!("{day}, {clock} {zone}"),
        Language::Chinese => format!("{day} {clock} {zone}"),
    }
}

/// The reader's day in words.
pub fn day_text(t: Messages, at: DateTime<Utc>) -> String {
    let at = t.clock.local(at);
    match t.language {
        Language::English => at.format("%b %-d, %Y").to_string(),
        Language::Chinese => format!("{}年{}月{}日", at.year(), at.month(), at.day()),
    }
}

fn element(t: Messages, at: DateTime<Utc>, words: &str, is_relative: bool) -> Markup {
    let mut out = Markup::new();
    out.raw("<time datetime=\"");
    out.push(&at.to_rfc3339_opts(SecondsFormat::Millis, true));
    out.raw("\" title=\"");
    out.push(&t.clock.local(at).format("%Y-%m-%d %H:%M:%S%.3f %:z").to_string());
    out.raw(if is_relative { "\" data-relative>" } else { "\">" });
    out.push(words);
    out.raw("</time>");
    out
}

enum Span {
    Now,
    Minutes(i64),
    Hours(i64),
    Days(i64),
    Months(i64),
    Years(i64),
}

impl Span {
    /// A time to come counts as now: clocks differ a little.
    fn between(from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        let minutes = (to - from).num_minutes();
        match minutes {
            ..1 => Self::Now,
            1..60 => Self::Minutes(minutes),
            60..1_440 => Self::Hours(minutes / 60),
            1_440..86_400 => Self::Days(minutes / 1_440),
            86_400..1_036_800 => Self::Months(minutes / 43_200),
            _ => Self::Years(minutes / 525_600),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone, Utc};

    use super::{absolute_text, age_text, ago_text, machine, stamp};
    use crate::messages::Messages;
    use crate::types::language::Language;
    use crate::types::wall_clock::{WallClock, parse_zone};

    #[test]
    fn spans_are_told_in_the_unit_that_fits() {
        let now = Utc.with_ymd_and_hms(2026, 11, 20, 18, 27, 3).unwrap();
        let (en, zh) = (Messages::new(Language::English), Messages::new(Language::Chinese));
        for (minutes, ago, old) in [
            (0, "just now", "new"),
            (-5, "just now", "new"),
            (3, "3 min ago", "3 min old"),
            (119, "1 h ago", "1 h old"),
            (60 * 24 * 6, "6 d ago", "6 d old"),
            (60 * 24 * 95, "3 mo ago", "3 mo old"),
            (60 * 24 * 800, "2 y ago", "2 y old"),
        ] {
            let at = now - TimeDelta::minutes(minutes);
            assert_eq!((ago_text(en, at, now).as_str(), age_text(en, at, now).as_str()), (ago, old));
        }
        assert_eq!(ago_text(zh, now - TimeDelta::minutes(3), now), "3 分钟前");
        assert_eq!(absolute_text(en, now), "Nov 20, 2026, 18:27:03 UTC");
        assert_eq!(absolute_text(zh, now), "2026年11月20日 18:27:03 UTC");
    }

    #[test]
    fn absolute_times_follow_the_readers_clock() {
        let at = Utc.with_ymd_and_hms(2026, 11, 20, 18, 27, 3).unwrap();
        let clock = |zone, is_24_hours| WallClock { zone: parse_zone(zone).unwrap(), is_24_hours };
        let en = |clock| Messages { language: Language::English, clock };
        let zh = |clock| Messages { language: Language::Chinese, clock };
        let (shanghai, new_york) = (clock("Asia/Shanghai", true), clock("America/New_York", false));
        for (t, words, stamp, file) in [
            (
                en(shanghai),
                "Nov 21, 2026, 02:27:03 UTC+08:00",
                "2026-11-21 02:27 UTC+08:00",
                "2026-11-21T02:27:03.000+08:00",
            ),
            (
                en(new_york),
                "Nov 20, 2026, 1:27:03 PM UTC-05:00",
                "2026-11-20 1:27 PM UTC-05:00",
                "2026-11-20T13:27:03.000-05:00",
            ),
            (
                zh(new_york),
                "2026年11月20日 下午1:27:03 UTC-05:00",
                "2026-11-20 下午1:27 UTC-05:00",
                "2026-11-20T13:27:03.000-05:00",
            ),
        ] {
            assert_eq!((absolute_text(t, at).as_str(), t.stamp(at).as_str()), (words, stamp));
            assert_eq!(machine(t, at), file);
        }
        let shown = stamp(en(shanghai), at).to_string();
        assert!(shown.contains("title=\"2026-11-21 02:27:03.000 +08:00\"") && shown.contains("2026-11-20T18:27:03"));
    }
}
