//! What became of the events that were sent to projects: accepted, filtered, limited, invalid; over time and by source.

use std::collections::BTreeMap;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use crate::app::App;
use crate::services::outcomes::Outcome;
use crate::store::outcomes::{self, OutcomeStep, OutcomeSum};
use crate::types::ids::{ProjectId, ProjectKeyId};

/// How far back, and how long a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    Day,
    Week,
    Month,
}

impl Period {
    pub fn parse(text: &str) -> Self {
        match text {
            "7d" => Self::Week,
            "30d" => Self::Month,
            _ => Self::Day,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    pub fn step(self) -> TimeDelta {
        TimeDelta::hours(match self {
            Self::Day => 1,
            Self::Week => 6,
            Self::Month => 24,
        })
    }

    pub fn steps(self) -> usize {
        match self {
            Self::Day => 24,
            Self::Week => 28,
            Self::Month => 30,
        }
    }

    /// When the first step begins; the last one is the running one.
    pub fn since(self, now: DateTime<Utc>) -> DateTime<Utc> {
        let last = now.duration_trunc(self.step()).unwrap_or(now);
        last - self.step() * i32::try_from(self.steps() - 1).unwrap_or(0)
    }
}

/// Events by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub accepted: i64,
    pub filtered: i64,
    pub limited: i64,
    pub invalid: i64,
    /// Dropped by the SDK, which said so; these never reached the server.
    pub discarded: i64,
}

impl Counts {
    /// Everything that reached the server.
    pub fn received(&self) -> i64 {
        self.accepted + self.filtered + self.limited + self.invalid
    }

    pub fn add(&mut self, outcome: &str, quantity: i64) {
        let count = match outcome {
            _ if outcome == Outcome::Accepted.as_str() => &mut self.accepted,
            _ if outcome == Outcome::Filtered.as_str() => &mut self.filtered,
            _ if outcome == Outcome::RateLimited.as_str() => &mut self.limited,
            _ if outcome == Outcome::ClientDiscard.as_str() => &mut self.discarded,
            _ => &mut self.invalid,
        };
        *count = count.saturating_add(quantity);
    }
}

/// Everything a page of statistics shows.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    pub steps: Vec<Counts>,
    pub total: Counts,
    pub projects: BTreeMap<ProjectId, Counts>,
    pub keys: BTreeMap<(ProjectId, ProjectKeyId), (Option<String>, Counts)>,
    /// Why events were not accepted, the most frequent first: outcome, reason, events.
    pub reasons: Vec<(String, String, i64)>,
}

/// The statistics of some projects.
pub async fn read(app: &App, projects: &[i64], period: Period, now: DateTime<Utc>) -> sqlx::Result<Stats> {
    let since = period.since(now);
    let until = now + TimeDelta::hours(1);
    let steps = outcomes::list_steps(&app.db, projects, (since, until), period.step().num_seconds()).await?;
    let sums = outcomes::list_sums(&app.db, projects, since).await?;
    Ok(stats(&steps, sums, period))
}

fn stats(steps: &[OutcomeStep], sums: Vec<OutcomeSum>, period: Period) -> Stats {
    let mut stats = Stats { steps: vec![Counts::default(); period.steps()], ..Stats::default() };
    for row in steps {
        if let Some(counts) = usize::try_from(row.step).ok().and_then(|step| stats.steps.get_mut(step)) {
            counts.add(&row.outcome, row.quantity);
        }
    }
    let mut reasons: BTreeMap<(String, String), i64> = BTreeMap::new();
    for row in sums {
        stats.total.add(&row.outcome, row.quantity);
        stats.projects.entry(row.project_id).or_default().add(&row.outcome, row.quantity);
        let (_, counts) = stats.keys.entry((row.project_id, row.key_id)).or_insert((row.key_label, Counts::default()));
        counts.add(&row.outcome, row.quantity);
        if row.outcome != Outcome::Accepted.as_str() {
            *reasons.entry((row.outcome, row.reason)).or_default() += row.quantity;
        }
    }
    stats.reasons = reasons.into_iter().map(|((outcome, reason), events)| (outcome, reason, events)).collect();
    stats.reasons.sort_by_key(|(.., events)| -events);
    stats
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};

    use super::{Counts, OutcomeStep, OutcomeSum, Period, stats};
    use crate::types::ids::{ProjectId, ProjectKeyId};

    #[test]
    fn events_are_summed_by_what_became_of_them() {
        let step = |step, outcome: &str, quantity| OutcomeStep {
            project_id: ProjectId(1),
            step,
            outcome: outcome.to_owned(),
            reason: String::new(),
            quantity,
        };
        let sum = |key, outcome: &str, reason: &str, quantity| OutcomeSum {
            project_id: ProjectId(1),
            key_id: ProjectKeyId(key),
            key_label: Some("Default".to_owned()),
            outcome: outcome.to_owned(),
            reason: reason.to_owned(),
            quantity,
        };
        let steps = [step(0, "accepted", 3), step(23, "filtered", 2), step(24, "accepted", 9), step(-1, "accepted", 9)];
        let sums = vec![
            sum(1, "accepted", "", 3),
            sum(1, "filtered", "localhost", 1),
            sum(2, "filtered", "localhost", 1),
            sum(2, "rate_limited", "key_quota", 5),
            sum(0, "invalid", "auth", 4),
            sum(2, "client_discard", "sample_rate", 7),
        ];
        let found = stats(&steps, sums, Period::Day);
        assert_eq!((found.steps.len(), found.steps[0].accepted, found.steps[23].filtered), (24, 3, 2));
        assert_eq!(found.total, Counts { accepted: 3, filtered: 2, limited: 5, invalid: 4, discarded: 7 });
        assert_eq!(found.total.received(), 14);
        assert_eq!((found.projects.len(), found.keys.len()), (1, 3));
        let reasons: Vec<(&str, i64)> = found.reasons.iter().map(|(_, reason, n)| (reason.as_str(), *n)).collect();
        assert_eq!(reasons, [("sample_rate", 7), ("key_quota", 5), ("auth", 4), ("localhost", 2)]);
    }

    #[test]
    fn periods_end_with_the_running_step() {
        let now = Utc.with_ymd_and_hms(2026, 11, 20, 18, 27, 3).unwrap();
        for (text, since) in [("24h", (19, 19)), ("7d", (14, 0)), ("30d", (22, 0)), ("x", (19, 19))] {
            let period = Period::parse(text);
            let first = period.since(now);
            assert_eq!((chrono::Datelike::day(&first), chrono::Timelike::hour(&first)), since, "{text}");
        }
    }
}
