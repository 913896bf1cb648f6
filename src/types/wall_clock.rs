//! How one reader's clock stands: in which time zone, and whether its hours go to 12 or to 24.

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
pub use chrono_tz::Tz;

/// UTC and 24 hours, where nobody chose otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WallClock {
    pub zone: Tz,
    pub is_24_hours: bool,
}

impl Default for WallClock {
    fn default() -> Self {
        Self::UTC
    }
}

impl WallClock {
    pub const UTC: Self = Self { zone: Tz::UTC, is_24_hours: true };

    /// What the clock shows.
    pub fn local(self, at: DateTime<Utc>) -> DateTime<Tz> {
        at.with_timezone(&self.zone)
    }

    /// `UTC`, `UTC+08:00`. No abbreviation: `CST` is the time of Chicago, of Shanghai and of Havana.
    pub fn offset(self, at: DateTime<Utc>) -> String {
        let offset = self.local(at).offset().fix();
        if offset.local_minus_utc() == 0 { "UTC".to_owned() } else { format!("UTC{offset}") }
    }

    /// When the clock shows this. Twice a year it is shown twice, and means the first time, or never: then the clock has
    /// just been put forward, and an hour later is meant.
    pub fn moment(self, shown: NaiveDateTime) -> Option<DateTime<Utc>> {
        match self.zone.from_local_datetime(&shown) {
            MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => Some(at.to_utc()),
            MappedLocalTime::None => {
                let later = shown.checked_add_signed(TimeDelta::hours(1))?;
                self.zone.from_local_datetime(&later).earliest().map(|at| at.to_utc())
            }
        }
    }
}

/// The zone of an IANA name, old names too.
pub fn parse_zone(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// The names to choose from: places, as people know them, and UTC.
pub fn zone_names() -> impl Iterator<Item = &'static str> {
    const REGIONS: [&str; 10] =
        ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];
    let is_place = |name: &str| name.split_once('/').is_some_and(|(region, _)| REGIONS.contains(&region));
    chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).filter(move |name| *name == "UTC" || is_place(name))
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDateTime, Utc};

    use super::{WallClock, parse_zone, zone_names};

    fn clock(zone: &str) -> WallClock {
        WallClock { zone: parse_zone(zone).unwrap(), ..WallClock::default() }
    }

    #[test]
    fn offsets_follow_the_season() {
        for (zone, at, shown, offset) in [
            ("UTC", "2026-11-20T18:27:03Z", "2026-11-20 18:27", "UTC"),
            ("Asia/Shanghai", "2026-11-20T18:27:03Z", "2026-11-21 02:27", "UTC+08:00"),
            ("Asia/Calcutta", "2026-11-20T18:27:03Z", "2026-11-20 23:57", "UTC+05:30"),
            ("America/New_York", "2026-07-01T00:00:00Z", "2026-06-30 20:00", "UTC-04:00"),
            ("America/New_York", "2026-12-01T00:00:00Z", "2026-11-30 19:00", "UTC-05:00"),
            ("Europe/London", "2026-12-01T00:00:00Z", "2026-12-01 00:00", "UTC"),
        ] {
            let at: DateTime<Utc> = at.parse().unwrap();
            let local = clock(zone).local(at).format("%Y-%m-%d %H:%M").to_string();
            assert_eq!((local.as_str(), clock(zone).offset(at).as_str()), (shown, offset), "{zone}");
        }
    }

    #[test]
    fn what_a_clock_shows_twice_or_never_has_a_meaning() {
        for (zone, shown, at) in [
            ("UTC", "2026-03-29T02:30:00", "2026-03-29T02:30:00Z"),
            ("Asia/Shanghai", "2026-03-29T02:30:00", "2026-03-28T18:30:00Z"),
            ("Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z"),
            ("Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
        ] {
            let shown: NaiveDateTime = shown.parse().unwrap();
            assert_eq!(clock(zone).moment(shown), Some(at.parse().unwrap()), "{zone} {shown}");
        }
        assert_eq!(clock("Pacific/Kiritimati").moment(NaiveDateTime::MAX).map(|_| ()), Some(()));
    }

    #[test]
    fn every_name_that_is_offered_is_taken() {
        let names: Vec<&str> = zone_names().collect();
        assert!(names.len() > 300 && names.contains(&"Asia/Shanghai") && names.contains(&"UTC"), "{}", names.len());
        assert!(names.iter().all(|name| parse_zone(name).is_some()));
        for name in ["", "Asia", "asia/shanghai ", "Mars/Base", "CST6CDT\0", "../etc/passwd"] {
            assert_eq!(parse_zone(name), None, "{name:?}");
        }
    }
}
