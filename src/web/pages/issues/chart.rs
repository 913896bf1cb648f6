//! Events over time: a sparkline as one path, and bars with a tooltip each.

use std::fmt::Write;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use crate::messages::Messages;
use crate::store::issue_lists::IssueBucket;
use crate::types::ids::IssueId;

/// Width and height of a sparkline.
const SPARK: (usize, usize) = (132, 28);

/// The stretch of time a graph shows, in equal steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub since: DateTime<Utc>,
    pub step: TimeDelta,
    pub steps: usize,
}

impl Stretch {
    /// The last 24 hours, the running one included.
    pub fn day(now: DateTime<Utc>) -> Self {
        Self::until(now, TimeDelta::hours(1), 24)
    }

    /// The last 14 days, today included.
    pub fn fortnight(now: DateTime<Utc>) -> Self {
        Self::until(now, TimeDelta::days(1), 14)
    }

    /// The last 30 days, today included.
    pub fn month(now: DateTime<Utc>) -> Self {
        Self::until(now, TimeDelta::days(1), 30)
    }

    fn until(now: DateTime<Utc>, step: TimeDelta, steps: usize) -> Self {
        let last = now.duration_trunc(step).unwrap_or(now);
        let before = i32::try_from(steps.saturating_sub(1)).unwrap_or(0);
        Self { since: last - step * before, step, steps }
    }

    /// The counts of an issue, one for each step.
    pub fn counts(&self, buckets: &[IssueBucket], issue_id: IssueId) -> Vec<i64> {
        let of_issue = buckets.iter().filter(|bucket| bucket.issue_id == issue_id);
        self.sum(of_issue.map(|bucket| (bucket.bucket, bucket.events)))
    }

    /// Counts by the place of their step, one for each step.
    pub fn sum(&self, buckets: impl IntoIterator<Item = (i64, i64)>) -> Vec<i64> {
        let mut counts = vec![0; self.steps];
        for (place, events) in buckets {
            if let Some(count) = usize::try_from(place).ok().and_then(|place| counts.get_mut(place)) {
                *count += events;
            }
        }
        counts
    }

    fn start(&self, place: usize) -> DateTime<Utc> {
        self.since + self.step * i32::try_from(place).unwrap_or(0)
    }

    /// A step's time in words: an hour of the day, or a day.
    /// Days are those of UTC, whatever the reader's clock shows: their events were counted so.
    pub fn label(&self, place: usize, t: Messages) -> String {
        let start = self.start(place);
        if self.step < TimeDelta::days(1) { t.hour(start) } else { start.format("%m-%d").to_string() }
    }
}

/// A graph of an issue in a list.
pub struct Sparkline {
    pub path: String,
    /// The counts in words: sum and peak.
    pub label: String,
}

pub fn sparkline(counts: &[i64], stretch: &Stretch, t: Messages) -> Sparkline {
    let (width, height) = SPARK;
    let max = counts.iter().copied().max().unwrap_or(0);
    let step = width * 10 / counts.len().max(1);
    let mut path = String::new();
    for (place, count) in counts.iter().enumerate() {
        // Steps without events stay visible.
        let bar = bar_height(*count, max, height);
        let (x, width) = (tenths(place * step), tenths(step - 8));
        write!(path, "M{x} {height}v-{bar}h{width}v{bar}z").expect("writing to a string cannot fail");
    }
    let total: i64 = counts.iter().sum();
    let peak = counts.iter().position(|count| *count == max).unwrap_or(0);
    let label =
        if total == 0 { t.issues_graph_empty().to_owned() } else { t.issues_graph(total, max, stretch.label(peak, t)) };
    Sparkline { path, label }
}

fn tenths(n: usize) -> String {
    format!("{}.{}", n / 10, n % 10)
}

fn bar_height(count: i64, max: i64, height: usize) -> usize {
    if count <= 0 || max <= 0 {
        return 1;
    }
    let height = i64::try_from(height).unwrap_or(i64::MAX);
    let scaled = count.saturating_mul(height - 2) / max;
    usize::try_from(scaled + 2).unwrap_or(2)
}

/// A graph of an issue on its page.
pub struct Bars {
    pub steps: Vec<Bar>,
    pub max: i64,
    pub total: i64,
    /// Where the time axis begins and ends.
    pub first: String,
    pub last: String,
    pub marks: Vec<Mark>,
}

/// A release that came in the time a graph shows.
pub struct ReleaseMark {
    pub at: DateTime<Utc>,
    pub shown: String,
    pub path: String,
}

/// Where a release stands in a graph.
pub struct Mark {
    /// In the middle of its step.
    pub x: usize,
    pub shown: String,
    pub path: String,
    pub label: String,
}

impl Bars {
    /// Marks the releases of the time.
    pub fn with_marks(mut self, stretch: &Stretch, releases: Vec<ReleaseMark>, t: Messages) -> Self {
        let mark = |release: ReleaseMark| {
            let seconds = (release.at - stretch.since).num_seconds().div_euclid(stretch.step.num_seconds());
            let place = usize::try_from(seconds).ok().filter(|place| *place < stretch.steps)?;
            let label = format!("{} · {}", stretch.label(place, t), release.shown);
            Some(Mark { x: place * BAR.0 + BAR.0 / 2, shown: release.shown, path: release.path, label })
        };
        self.marks = releases.into_iter().filter_map(mark).collect();
        self
    }
}

pub struct Bar {
    pub x: usize,
    pub y: usize,
    pub height: usize,
    pub label: String,
}

/// Width of a step, and height, of the bars.
pub const BAR: (usize, usize) = (10, 60);

pub fn bars(counts: &[i64], stretch: &Stretch, t: Messages) -> Bars {
    let max = counts.iter().copied().max().unwrap_or(0);
    let bar = |(place, count): (usize, &i64)| {
        let height = bar_height(*count, max, BAR.1);
        Bar { x: place * BAR.0, y: BAR.1 - height, height, label: t.issues_bar(*count, stretch.label(place, t)) }
    };
    Bars {
        steps: counts.iter().enumerate().map(bar).collect(),
        max,
        total: counts.iter().sum(),
        first: stretch.label(0, t),
        last: stretch.label(stretch.steps.saturating_sub(1), t),
        marks: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone, Utc};

    use super::{ReleaseMark, Stretch, bars, sparkline};
    use crate::messages::Messages;
    use crate::store::issue_lists::IssueBucket;
    use crate::types::ids::IssueId;
    use crate::types::language::Language;

    #[test]
    fn counts_fall_into_their_steps() {
        let now = Utc.with_ymd_and_hms(2026, 11, 20, 18, 27, 3).unwrap();
        let day = Stretch::day(now);
        assert_eq!(day.since, Utc.with_ymd_and_hms(2026, 11, 19, 19, 0, 0).unwrap());
        let bucket = |bucket, events| IssueBucket { issue_id: IssueId(1), bucket, events };
        let counts = day.counts(&[bucket(0, 3), bucket(23, 5), bucket(24, 7), bucket(-1, 9)], IssueId(1));
        assert_eq!((counts[0], counts[23], counts.iter().sum::<i64>()), (3, 5, 8));
        let t = Messages::new(Language::English);
        let spark = sparkline(&counts, &day, t);
        assert_eq!(spark.path.matches('z').count(), 24);
        assert!(spark.path.starts_with("M0.0 28v-17h4.7v17z"), "{}", spark.path);
        assert!(spark.label.contains("8 events") && spark.label.contains("18:00"), "{}", spark.label);
        let mark =
            |hours| ReleaseMark { at: now - TimeDelta::hours(hours), shown: "1.0".to_owned(), path: String::new() };
        let marked = bars(&counts, &day, t);
        let marks: Vec<usize> = marked
            .with_marks(&day, vec![mark(0), mark(23), mark(24), mark(-9)], t)
            .marks
            .iter()
            .map(|mark| mark.x)
            .collect();
        assert_eq!(marks, [235, 5]);
        assert_eq!(Stretch::month(now).since, Utc.with_ymd_and_hms(2026, 10, 22, 0, 0, 0).unwrap());
    }
}
