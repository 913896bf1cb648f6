//! Counts over time as `[[seconds, count], …]`, every point present.

use chrono::{DateTime, TimeDelta, Utc};

use crate::web::error::{Error, Result};

/// Points of a graph: seconds since 1970, and a count.
pub type Points = Vec<(i64, i64)>;

/// How far back a graph goes, and how long a point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    step: TimeDelta,
    points: i32,
}

const HOUR: TimeDelta = TimeDelta::hours(1);
const DAY: TimeDelta = TimeDelta::days(1);

impl Period {
    pub const DAY: Self = Self { step: HOUR, points: 24 };
    pub const FORTNIGHT: Self = Self { step: DAY, points: 14 };
    pub const MONTH: Self = Self { step: DAY, points: 30 };

    /// `24h`, `14d`, `30d`; an empty one is none.
    pub fn parse(text: &str) -> Result<Option<Self>> {
        match text {
            "" => Ok(None),
            "24h" => Ok(Some(Self::DAY)),
            "14d" => Ok(Some(Self::FORTNIGHT)),
            "30d" => Ok(Some(Self::MONTH)),
            _ => Err(Error::bad_request("statsPeriod is 24h, 14d, 30d or empty")),
        }
    }

    /// Where the first point begins: the last one is the current hour or day.
    pub fn start(self, now: DateTime<Utc>) -> DateTime<Utc> {
        let seconds = self.step.num_seconds();
        let current = now.timestamp().div_euclid(seconds) * seconds;
        DateTime::from_timestamp(current, 0).unwrap_or(now) - self.step * (self.points - 1)
    }

    /// Sums hours into points.
    pub fn sum(self, now: DateTime<Utc>, hours: impl IntoIterator<Item = (DateTime<Utc>, i64)>) -> Points {
        let (start, seconds) = (self.start(now).timestamp(), self.step.num_seconds());
        let mut points: Points = (0..i64::from(self.points)).map(|place| (start + place * seconds, 0)).collect();
        for (hour, count) in hours {
            let place = (hour.timestamp() - start).div_euclid(seconds);
            if let Some(point) = usize::try_from(place).ok().and_then(|place| points.get_mut(place)) {
                point.1 += count;
            }
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::Period;

    #[test]
    fn hours_are_summed_into_points_that_are_all_there() {
        let now = DateTime::from_timestamp(1_551_675_967, 0).unwrap();
        let hours = [(now, 2), (now - TimeDelta::hours(1), 3), (now - TimeDelta::days(400), 9)];
        let day = Period::DAY.sum(now, hours);
        assert_eq!((day.len(), day[23], day[22], day[0].1), (24, (1_551_675_600, 2), (1_551_672_000, 3), 0));
        let month = Period::MONTH.sum(now, hours);
        assert_eq!((month.len(), month[29]), (30, (1_551_657_600, 5)));
        assert!(Period::parse("7d").is_err());
    }
}
