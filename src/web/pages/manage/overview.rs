//! How the installation is doing. Red only for what needs a person.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};

use crate::app::App;
use crate::messages::{Messages, grouped};
use crate::services::problems;
use crate::services::stats::{self, Overview};
use crate::store::outcomes::OutcomeHour;
use crate::volatile::heartbeats::Latency;
use crate::web::error::Result;
use crate::web::extract::{SuperuserAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::projects::sparkline;
use crate::web::render;

/// Hours in the chart.
const HOURS: usize = 24;

#[derive(Template)]
#[template(path = "manage/overview.html")]
struct OverviewPage {
    layout: Layout,
    overview: Overview,
    latency: Latency,
    public_url: String,
    accepted: [i64; HOURS],
    totals: Vec<Total>,
    /// What needs a person, in words.
    problems: Vec<String>,
}

/// What became of requests within a day, for one reason.
struct Total {
    outcome: String,
    reason: String,
    category: String,
    quantity: i64,
}

impl OverviewPage {
    fn t(&self) -> Messages {
        self.layout.t
    }

    fn bars(&self) -> String {
        sparkline::path(&self.accepted)
    }

    fn width(&self) -> usize {
        sparkline::width(self.accepted.len())
    }

    #[expect(clippy::unused_self, clippy::trivially_copy_pass_by_ref, reason = "templates call it so")]
    fn count(&self, number: &u64) -> String {
        grouped(i64::try_from(*number).unwrap_or(i64::MAX))
    }

    fn accepted_total(&self) -> String {
        grouped(self.accepted.iter().sum())
    }

    fn peak(&self) -> String {
        grouped(self.accepted.iter().copied().max().unwrap_or(0))
    }

    fn outcome(&self, total: &Total) -> &'static str {
        match total.outcome.as_str() {
            "accepted" => self.t().manage_outcome_accepted(),
            "filtered" => self.t().manage_outcome_filtered(),
            "rate_limited" => self.t().manage_outcome_rate_limited(),
            "client_discard" => self.t().manage_outcome_client_discard(),
            _ => self.t().manage_outcome_invalid(),
        }
    }
}

pub async fn show(State(app): State<App>, viewer: Viewer, _access: SuperuserAccess) -> Result<Response> {
    let overview = stats::overview(&app).await?;
    let layout = Layout::in_section(&app, &viewer, Section::Admin);
    let problems = problems::among(&app, &overview.queue, &overview.processes);
    render(&OverviewPage {
        problems: problems.iter().map(|problem| problem.text(layout.t)).collect(),
        layout,
        latency: overview.latency(),
        public_url: app.config.system.url_prefix.clone(),
        accepted: accepted_per_hour(&overview.outcomes, app.clock.now()),
        totals: totals(&overview.outcomes),
        overview,
    })
}

/// Accepted events of each of the last hours, the present one last.
fn accepted_per_hour(outcomes: &[OutcomeHour], now: DateTime<Utc>) -> [i64; HOURS] {
    let mut bars = [0; HOURS];
    let errors = outcomes.iter().filter(|row| row.outcome == "accepted" && row.category == "error");
    for row in errors {
        let age = usize::try_from((now - row.hour).num_hours()).unwrap_or(HOURS);
        if let Some(bar) = HOURS.checked_sub(age + 1).and_then(|place| bars.get_mut(place)) {
            *bar += row.quantity;
        }
    }
    bars
}

/// The day's sums by outcome, reason and category, largest first.
fn totals(outcomes: &[OutcomeHour]) -> Vec<Total> {
    let mut totals: Vec<Total> = Vec::new();
    for row in outcomes {
        let same = |total: &&mut Total| {
            total.outcome == row.outcome && total.reason == row.reason && total.category == row.category
        };
        match totals.iter_mut().find(same) {
            Some(total) => total.quantity += row.quantity,
            None => totals.push(Total {
                outcome: row.outcome.clone(),
                reason: row.reason.clone(),
                category: row.category.clone(),
                quantity: row.quantity,
            }),
        }
    }
    totals.sort_by_key(|total| -total.quantity);
    totals
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone, Utc};

    use super::{HOURS, OutcomeHour, accepted_per_hour, totals};

    #[test]
    fn a_day_is_summed_by_hour_and_by_reason() {
        let now = Utc.with_ymd_and_hms(2026, 11, 20, 14, 30, 0).unwrap();
        let row = |hours_ago, outcome: &str, quantity| OutcomeHour {
            hour: Utc.with_ymd_and_hms(2026, 11, 20, 14, 0, 0).unwrap() - TimeDelta::hours(hours_ago),
            outcome: outcome.to_owned(),
            reason: String::new(),
            category: "error".to_owned(),
            quantity,
        };
        let rows = [row(0, "accepted", 2), row(23, "accepted", 3), row(24, "accepted", 9), row(1, "filtered", 20)];
        let bars = accepted_per_hour(&rows, now);
        assert_eq!((bars[HOURS - 1], bars[0], bars.iter().sum::<i64>()), (2, 3, 5));
        let sums: Vec<_> = totals(&rows).into_iter().map(|total| (total.outcome, total.quantity)).collect();
        assert_eq!(sums, [("filtered".to_owned(), 20), ("accepted".to_owned(), 14)]);
    }
}
