//! How the events of an issue spread over the values of its tags.

use super::address::encode;
use crate::store::tag_counts::IssueTagValue;
use crate::web::visible;

/// Values of a tag that the bar tells apart.
const TOP: usize = 4;
/// Values that are looked at, over all tags.
pub const LOOKED_AT: i64 = 400;
/// Tags in the side column.
const MAX_METERS: usize = 8;
/// Width of a bar.
const WIDTH: i64 = 288;

pub struct Meter {
    pub key: String,
    pub top_value: String,
    pub percent: i64,
    /// Empty where there is only one value.
    pub segments: Vec<Segment>,
}

impl Meter {
    /// The key as part of a path.
    pub fn path(&self) -> String {
        encode(&self.key)
    }
}

pub struct Segment {
    pub x: i64,
    pub width: i64,
    pub label: String,
}

/// The meters of the tags seen most; `total` is how often the issue was seen.
pub fn meters(tags: &[IssueTagValue], total: i64) -> Vec<Meter> {
    let total = total.max(1);
    let mut meters: Vec<(i64, Meter)> = Vec::new();
    for values in tags.chunk_by(|a, b| a.key == b.key) {
        let Some(top) = values.first() else { continue };
        let seen: i64 = values.iter().map(|value| value.events).sum();
        meters.push((seen, meter(values, top, total)));
    }
    meters.sort_by(|a, b| rank(&a.1.key).cmp(&rank(&b.1.key)).then(b.0.cmp(&a.0)).then_with(|| a.1.key.cmp(&b.1.key)));
    meters.into_iter().map(|(_, meter)| meter).take(MAX_METERS).collect()
}

/// What people look for first.
fn rank(key: &str) -> usize {
    const FIRST: [&str; 8] = ["release", "environment", "browser", "os", "server_name", "transaction", "user", "url"];
    FIRST.iter().position(|first| *first == key).unwrap_or(FIRST.len())
}

fn meter(values: &[IssueTagValue], top: &IssueTagValue, total: i64) -> Meter {
    Meter {
        key: visible::text(&top.key).into_owned(),
        top_value: visible::text(&top.value).into_owned(),
        percent: percent(top.events, total),
        segments: if values.len() > 1 || top.events < total { segments(values, total) } else { Vec::new() },
    }
}

/// Neighbours are a unit apart.
fn segments(values: &[IssueTagValue], total: i64) -> Vec<Segment> {
    let mut x = 0;
    let mut segments = Vec::new();
    for value in values.iter().take(TOP) {
        let width = (value.events.saturating_mul(WIDTH) / total).min(WIDTH - x);
        if width > 1 {
            let label =
                format!("{} · {} % · {}", visible::text(&value.value), percent(value.events, total), value.events);
            segments.push(Segment { x, width: width - 1, label });
        }
        x += width;
    }
    segments
}

/// Never 100 for less than all.
pub fn percent(events: i64, total: i64) -> i64 {
    let rounded = (events.saturating_mul(200) / total + 1) / 2;
    if events < total { rounded.min(99) } else { rounded.min(100) }
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn percentages_are_rounded_but_never_lie() {
        for (events, total, expected) in [(1, 3, 33), (2, 3, 67), (999, 1000, 99), (5, 5, 100), (0, 7, 0)] {
            assert_eq!(percent(events, total), expected);
        }
    }
}
