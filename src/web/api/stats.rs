//! Events over time, of organizations, teams and projects (web-api.md 11).

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use chrono::{DateTime, TimeDelta, Utc};

use super::series::Points;
use super::teams::TeamAccess;
use crate::app::App;
use crate::services::outcomes::Outcome;
use crate::store::outcomes::{self, OutcomeStep};
use crate::store::projects::Project;
use crate::store::teams;
use crate::types::ids::ProjectId;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::{OrgRead, ProjectRead, TeamRead};
use crate::web::extract::{OrganizationAccess, ProjectAccess};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// Hours are kept, so that a shorter range is one of hours, a longer one of days.
const MOST_HOURS: i64 = 7 * DAY;
/// Points of one answer.
const MAX_POINTS: i64 = 3_000;

/// The reasons of filters, which are statistics of their own.
const FILTERS: [&str; 10] = [
    "ip-address",
    "release-version",
    "error-message",
    "browser-extensions",
    "legacy-browsers",
    "localhost",
    "web-crawlers",
    "invalid-csp",
    "cors",
    "discarded-hash",
];

pub fn routes() -> Router<App> {
    Router::new()
        .route("/organizations/{organization}/stats/", get(of_organization))
        .route("/teams/{organization}/{team}/stats/", get(of_team))
        .route("/projects/{organization}/{project}/stats/", get(of_project))
}

type Pairs = Vec<(String, String)>;

/// `group=organization` sums up, `group=project` tells projects apart; `projectID` chooses some.
async fn of_organization(
    State(app): State<App>,
    access: OrganizationAccess<OrgRead>,
    Query(pairs): Query<Pairs>,
) -> Result<Response> {
    let asked = Asked::read(&pairs, app.clock.now())?;
    let chosen: Vec<&str> =
        pairs.iter().filter(|(name, _)| name == "projectID" || name == "id").map(|(_, id)| id.as_str()).collect();
    let mut projects = access.projects(&app).await?;
    projects.retain(|project| chosen.is_empty() || chosen.contains(&project.id.to_string().as_str()));
    let steps = asked.steps(&app, &projects).await?;
    match value(&pairs, "group") {
        None | Some("" | "organization") => Ok(Json(asked.points(&steps, None)).into_response()),
        Some("project") => {
            let of = |project: &Project| (project.id.to_string(), asked.points(&steps, Some(project.id)));
            Ok(Json(projects.iter().map(of).collect::<BTreeMap<String, Points>>()).into_response())
        }
        Some(_) => Err(Error::bad_request("group is organization or project")),
    }
}

async fn of_team(
    State(app): State<App>,
    access: TeamAccess<TeamRead>,
    Query(pairs): Query<Pairs>,
) -> Result<Json<Points>> {
    let asked = Asked::read(&pairs, app.clock.now())?;
    let visible = access.within.projects(&app).await?;
    let links = teams::list_project_links(&app.db, access.within.organization.id).await?;
    let is_own = |project: &Project| links.contains(&(project.id, access.team.id));
    let projects: Vec<Project> = visible.into_iter().filter(is_own).collect();
    Ok(Json(asked.points(&asked.steps(&app, &projects).await?, None)))
}

async fn of_project(
    State(app): State<App>,
    access: ProjectAccess<ProjectRead>,
    Query(pairs): Query<Pairs>,
) -> Result<Json<Points>> {
    let asked = Asked::read(&pairs, app.clock.now())?;
    let steps = asked.steps(&app, std::slice::from_ref(&access.project)).await?;
    Ok(Json(asked.points(&steps, None)))
}

fn value<'p>(pairs: &'p Pairs, name: &str) -> Option<&'p str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stat {
    Received,
    Rejected,
    Blacklisted,
    Generated,
    Forwarded,
    Filter(&'static str),
}

impl Stat {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "" | "received" => Self::Received,
            "rejected" => Self::Rejected,
            "blacklisted" => Self::Blacklisted,
            "generated" => Self::Generated,
            "forwarded" => Self::Forwarded,
            _ => Self::Filter(FILTERS.into_iter().find(|filter| *filter == text)?),
        })
    }

    fn counts(self, step: &OutcomeStep) -> bool {
        let is = |outcome: Outcome| step.outcome == outcome.as_str();
        match self {
            Self::Received => !is(Outcome::ClientDiscard),
            Self::Rejected => is(Outcome::RateLimited),
            Self::Blacklisted => is(Outcome::Filtered),
            Self::Generated => is(Outcome::Accepted),
            // Nothing is passed on to others.
            Self::Forwarded => false,
            Self::Filter(reason) => !is(Outcome::ClientDiscard) && step.reason == reason,
        }
    }
}

/// The parameters of all these endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asked {
    stat: Stat,
    /// Start of the first point, and seconds of each.
    start: i64,
    step: i64,
    points: i64,
}

impl Asked {
    fn read(pairs: &Pairs, now: DateTime<Utc>) -> Result<Self> {
        let stat = Stat::parse(value(pairs, "stat").unwrap_or_default());
        let stat = stat.ok_or_else(|| Error::bad_request("stat is not known"))?;
        let moment = |name: &str, default: DateTime<Utc>| match value(pairs, name).filter(|text| !text.is_empty()) {
            None => Ok(default.timestamp()),
            Some(text) => seconds(text).ok_or_else(|| Error::bad_request(format!("{name} is seconds since 1970"))),
        };
        let until = moment("until", now)?;
        let default_since = DateTime::from_timestamp(until, 0).unwrap_or(now) - TimeDelta::hours(24);
        let since = moment("since", default_since)?;
        if since > until {
            return Err(Error::bad_request("since is after until"));
        }
        let step = match value(pairs, "resolution").unwrap_or_default() {
            "" if until - since > MOST_HOURS => DAY,
            "" | "1h" => HOUR,
            "1d" => DAY,
            _ => return Err(Error::bad_request("resolution is 1h or 1d: counts are kept by the hour")),
        };
        let first = since.div_euclid(step) * step;
        let points = until.div_euclid(step) - since.div_euclid(step) + 1;
        if points > MAX_POINTS {
            return Err(Error::bad_request(format!(
                "at most {MAX_POINTS} points; take a shorter time or resolution=1d"
            )));
        }
        Ok(Self { stat, start: first, step, points })
    }

    async fn steps(&self, app: &App, projects: &[Project]) -> Result<Vec<OutcomeStep>> {
        let ids: Vec<i64> = projects.iter().map(|project| project.id.0).collect();
        let at =
            |seconds| DateTime::from_timestamp(seconds, 0).ok_or_else(|| Error::bad_request("since is out of range"));
        let range = (at(self.start)?, at(self.start + self.points * self.step)?);
        Ok(outcomes::list_steps(&app.db, &ids, range, self.step).await?)
    }

    fn points(&self, steps: &[OutcomeStep], project_id: Option<ProjectId>) -> Points {
        let mut points: Points = (0..self.points).map(|place| (self.start + place * self.step, 0)).collect();
        let wanted = steps.iter().filter(|step| project_id.is_none_or(|id| step.project_id == id));
        for step in wanted.filter(|step| self.stat.counts(step)) {
            if let Some(point) = usize::try_from(step.step).ok().and_then(|place| points.get_mut(place)) {
                point.1 += step.quantity;
            }
        }
        points
    }
}

/// `1546300800` or `1546300800.5`, in a range that dates have.
fn seconds(text: &str) -> Option<i64> {
    let whole: i64 = text.split('.').next()?.parse().ok()?;
    let is_number = text.parse::<f64>().is_ok_and(f64::is_finite);
    (is_number && (0..=253_402_300_799).contains(&whole)).then_some(whole)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::{Asked, DAY, HOUR, Stat};

    fn asked(query: &str) -> Option<Asked> {
        let now = DateTime::from_timestamp(1_551_675_967, 0).unwrap();
        let pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Asked::read(&pairs, now).ok()
    }

    #[test]
    fn parameters_are_read_or_refused() {
        let of_day = Asked { stat: Stat::Received, start: 1_551_589_200, step: HOUR, points: 25 };
        assert_eq!(asked(""), Some(of_day));
        assert_eq!(asked("stat=cors").unwrap().stat, Stat::Filter("cors"));
        let days = asked("since=1546300800.5&until=1548979200").unwrap();
        assert_eq!((days.start, days.step, days.points), (1_546_300_800, DAY, 32));
        for refused in [
            "stat=nonsense",
            "resolution=10s",
            "resolution=5m",
            "since=x",
            "since=1e3",
            "since=-1",
            "until=99999999999999999999",
            "since=1551675967&until=1551600000",
            "since=0&resolution=1h",
            "since=NaN",
        ] {
            assert_eq!(asked(refused), None, "{refused}");
        }
    }
}
