//! How much of a project's events comes from which release, as bars that are always full.

use crate::messages::Messages;
use crate::store::release_hours::ReleaseBucket;
use crate::types::ids::ReleaseId;
use crate::web::pages::issues::chart::Stretch;

/// Width of a step, and height, of the bars.
const STEP: usize = 20;
const HEIGHT: i64 = 100;

/// The bars with what their colours mean.
pub struct Adoption {
    pub bars: Vec<Segment>,
    pub width: usize,
    pub legend: Vec<Legend>,
    /// Where the time axis begins and ends.
    pub first: String,
    pub last: String,
}

/// A part of a bar.
pub struct Segment {
    /// The place of its colour, from 1.
    pub colour: usize,
    pub x: usize,
    pub y: i64,
    pub height: i64,
    pub label: String,
}

pub struct Legend {
    pub colour: usize,
    pub name: String,
    /// Path of the release's page.
    pub href: Option<String>,
    pub percent: String,
}

/// A release that has a colour of its own.
pub struct Series {
    pub id: ReleaseId,
    pub name: String,
    pub href: Option<String>,
}

/// Puts the releases of `series` above each other, then all others, then events without a release; None where there
/// were no events at all.
pub fn adoption(stretch: &Stretch, buckets: &[ReleaseBucket], series: Vec<Series>, t: Messages) -> Option<Adoption> {
    let colours = series.len() + 2;
    let colour_of = |id: ReleaseId| match series.iter().position(|one| one.id == id) {
        Some(place) => place,
        None if id.0 == 0 => colours - 1,
        None => colours - 2,
    };
    let mut counts = vec![vec![0_i64; colours]; stretch.steps];
    for bucket in buckets {
        let step = usize::try_from(bucket.bucket).ok().and_then(|step| counts.get_mut(step));
        if let Some(step) = step {
            step[colour_of(bucket.release_id)] += bucket.events;
        }
    }
    let sums: Vec<i64> = (0..colours).map(|colour| counts.iter().map(|step| step[colour]).sum()).collect();
    let total: i64 = sums.iter().sum();
    if total == 0 {
        return None;
    }
    let mut legend: Vec<Legend> = series
        .into_iter()
        .map(|one| Legend { colour: 0, name: one.name, href: one.href, percent: String::new() })
        .chain([t.releases_others(), t.releases_without()].map(|name| Legend {
            colour: 0,
            name: name.to_owned(),
            href: None,
            percent: String::new(),
        }))
        .collect();
    for (place, entry) in legend.iter_mut().enumerate() {
        (entry.colour, entry.percent) = (place + 1, percent(sums[place], total));
    }
    let bars = counts.iter().enumerate().flat_map(|(step, counts)| bar(step, counts, &legend, stretch, t)).collect();
    legend.retain(|entry| sums[entry.colour - 1] > 0);
    Some(Adoption {
        bars,
        width: stretch.steps * STEP,
        legend,
        first: stretch.label(0, t),
        last: stretch.label(stretch.steps.saturating_sub(1), t),
    })
}

/// The parts of one bar from the ground up; their heights add up to the whole.
fn bar(step: usize, counts: &[i64], legend: &[Legend], stretch: &Stretch, t: Messages) -> Vec<Segment> {
    let total: i64 = counts.iter().sum();
    let mut below = 0;
    let mut segments = Vec::new();
    for (place, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let from = below * HEIGHT / total;
        below += count;
        let to = below * HEIGHT / total;
        segments.push(Segment {
            colour: place + 1,
            x: step * STEP,
            y: HEIGHT - to,
            height: to - from,
            label: t.releases_share(*count, &legend[place].name, percent(*count, total), stretch.label(step, t)),
        });
    }
    segments
}

/// Never 100 % of what is not all, nor 0 % of what is something.
pub fn percent(part: i64, whole: i64) -> String {
    match part.saturating_mul(100) / whole.max(1) {
        0 if part > 0 => "<1 %".to_owned(),
        percent => format!("{percent} %"),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};

    use super::{Series, adoption, percent};
    use crate::messages::Messages;
    use crate::store::release_hours::ReleaseBucket;
    use crate::types::ids::ReleaseId;
    use crate::types::language::Language;
    use crate::web::pages::issues::chart::Stretch;

    #[test]
    fn bars_are_full_where_there_were_events() {
        let t = Messages::new(Language::English);
        let day = Stretch::day(Utc.with_ymd_and_hms(2026, 11, 20, 18, 27, 3).unwrap());
        let bucket = |release, bucket, events| ReleaseBucket { release_id: ReleaseId(release), bucket, events };
        let buckets = [bucket(7, 0, 1), bucket(8, 0, 1), bucket(0, 0, 1), bucket(7, 23, 5), bucket(7, 99, 5)];
        let series = || vec![Series { id: ReleaseId(7), name: "1.0".to_owned(), href: None }];
        let shown = adoption(&day, &buckets, series(), t).unwrap();
        let heights: Vec<(usize, i64, i64)> = shown.bars.iter().map(|part| (part.x, part.y, part.height)).collect();
        assert_eq!(heights, [(0, 67, 33), (0, 34, 33), (0, 0, 34), (460, 0, 100)]);
        let legend: Vec<&str> = shown.legend.iter().map(|entry| entry.percent.as_str()).collect();
        assert_eq!(legend, ["75 %", "12 %", "12 %"]);
        assert!(shown.bars[0].label.contains("1.0"), "{}", shown.bars[0].label);
        assert!(adoption(&day, &[], series(), t).is_none());
        assert_eq!((percent(1, 1000), percent(0, 7), percent(999, 1000)), ("<1 %".into(), "0 %".into(), "99 %".into()));
    }
}
