//! What became of events over time, as bars: accepted, filtered, limited, invalid from below.

use chrono::{DateTime, Utc};

use crate::messages::{Messages, grouped};
use crate::services::event_stats::{Counts, Period, Stats};
use crate::web::pages::issues::chart::{Mark, ReleaseMark};

/// Height of the chart, and width of a step.
const HEIGHT: i64 = 120;
const WIDTH: usize = 20;

/// The bars; `stats/chart.html` shows it as `chart`.
pub struct OutcomeChart {
    pub bars: Vec<Bar>,
    pub width: usize,
    pub max: String,
    pub first: String,
    pub last: String,
    pub marks: Vec<Mark>,
}

/// A step: its parts from below.
pub struct Bar {
    pub parts: Vec<Part>,
    pub label: String,
}

pub struct Part {
    pub class: &'static str,
    pub x: usize,
    pub y: i64,
    pub height: i64,
}

impl OutcomeChart {
    pub fn new(stats: &Stats, period: Period, now: DateTime<Utc>, t: Messages) -> Self {
        let max = stats.steps.iter().map(Counts::received).max().unwrap_or(0);
        let bars = stats.steps.iter().enumerate();
        let bars = bars.map(|(place, counts)| bar(place, counts, max, &label(period, now, place, t), t));
        Self {
            bars: bars.collect(),
            width: stats.steps.len() * WIDTH,
            max: grouped(max),
            first: label(period, now, 0, t),
            last: label(period, now, stats.steps.len().saturating_sub(1), t),
            marks: Vec::new(),
        }
    }

    /// Marks the releases of the time.
    pub fn with_marks(mut self, period: Period, now: DateTime<Utc>, releases: Vec<ReleaseMark>, t: Messages) -> Self {
        let mark = |release: ReleaseMark| {
            let seconds = (release.at - period.since(now)).num_seconds().div_euclid(period.step().num_seconds());
            let place = usize::try_from(seconds).ok().filter(|place| *place < self.bars.len())?;
            let label = format!("{} · {}", label(period, now, place, t), release.shown);
            Some(Mark { x: place * WIDTH + WIDTH / 2, shown: release.shown, path: release.path, label })
        };
        self.marks = releases.into_iter().filter_map(mark).collect();
        self
    }
}

fn label(period: Period, now: DateTime<Utc>, place: usize, t: Messages) -> String {
    let at = period.since(now) + period.step() * i32::try_from(place).unwrap_or(0);
    if period == Period::Day { t.hour(at) } else { format!("{} {}", t.clock.local(at).format("%m-%d"), t.hour(at)) }
}

fn bar(place: usize, counts: &Counts, max: i64, at: &str, t: Messages) -> Bar {
    let mut y = HEIGHT;
    let mut parts = Vec::new();
    let all = [
        ("accepted", counts.accepted),
        ("filtered", counts.filtered),
        ("limited", counts.limited),
        ("invalid", counts.invalid),
    ];
    for (class, events) in all.into_iter().filter(|(_, events)| *events > 0) {
        let height = (events.saturating_mul(HEIGHT - 8) / max.max(1)).max(1);
        y -= height;
        parts.push(Part { class, x: place * WIDTH, y, height });
    }
    let label = t.stats_bar(
        grouped(counts.accepted),
        at,
        grouped(counts.filtered),
        grouped(counts.invalid),
        grouped(counts.limited),
    );
    Bar { parts, label }
}
