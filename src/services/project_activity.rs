//! What happened lately in each of many projects, for lists.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sqlx::PgPool;

use crate::store::outcomes;
use crate::store::project_stats::{self, IssueCounts};
use crate::types::ids::ProjectId;

/// Hours of a day, one bar each.
pub const HOURS: usize = 24;

/// What a list shows of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectActivity {
    /// Accepted events of the last 24 hours, oldest hour first.
    pub hours: [i64; HOURS],
    pub unresolved: i64,
    /// Issues first seen within the last 24 hours.
    pub new_issues: i64,
    pub last_seen: Option<DateTime<Utc>>,
}

impl ProjectActivity {
    pub fn events(&self) -> i64 {
        self.hours.iter().sum()
    }
}

/// The activity of each project, in the given order.
pub async fn list(db: &PgPool, projects: &[ProjectId], now: DateTime<Utc>) -> sqlx::Result<Vec<ProjectActivity>> {
    let ids: Vec<i64> = projects.iter().map(|id| id.0).collect();
    let first_hour = first_hour(now);
    let hours = outcomes::list_accepted(db, &ids, first_hour).await?;
    let counts = project_stats::list_issue_counts(db, &ids, now - TimeDelta::hours(24)).await?;
    Ok(projects.iter().map(|id| activity(*id, &hours, &counts, first_hour)).collect())
}

/// A project, an hour, accepted events.
type HourCount = (ProjectId, DateTime<Utc>, i64);

fn first_hour(now: DateTime<Utc>) -> DateTime<Utc> {
    let hour = now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now);
    hour - TimeDelta::hours(23)
}

fn activity(id: ProjectId, hours: &[HourCount], counts: &[IssueCounts], first_hour: DateTime<Utc>) -> ProjectActivity {
    let mut activity = ProjectActivity::default();
    for (_, hour, quantity) in hours.iter().filter(|(project, ..)| *project == id) {
        let place = usize::try_from((*hour - first_hour).num_hours()).unwrap_or(HOURS);
        if let Some(bar) = activity.hours.get_mut(place) {
            *bar += quantity;
        }
    }
    if let Some(row) = counts.iter().find(|row| row.project_id == id) {
        activity.unresolved = row.unresolved;
        activity.new_issues = row.new_issues;
        activity.last_seen = row.last_seen;
    }
    activity
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone, Utc};

    use super::{HOURS, ProjectId, activity, first_hour};

    #[test]
    fn each_hour_has_its_bar() {
        let now = Utc.with_ymd_and_hms(2026, 11, 20, 14, 37, 5).unwrap();
        let first = first_hour(now);
        let row = |project, hours, quantity| (ProjectId(project), first + TimeDelta::hours(hours), quantity);
        let rows = [row(1, 0, 3), row(1, 23, 5), row(2, 23, 7), row(1, 24, 100), row(1, -1, 100)];
        let hours = activity(ProjectId(1), &rows, &[], first).hours;
        assert_eq!((hours[0], hours[HOURS - 1], hours.iter().sum::<i64>()), (3, 5, 8));
    }
}
