//! `/{organization}/{project}/dashboard/`: a project at a glance: what came in, what is new, what is rising, what was
//! shipped. Everything is read from counters and from the rows of a few issues.

use std::ops::Bound;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use chrono::{DateTime, Utc};

use crate::app::App;
use crate::messages::{Messages, grouped};
use crate::services::event_stats::{self, Period};
use crate::store::projects::Project;
use crate::store::release_lists::{self, ReleaseCriteria};
use crate::store::releases::{Release, ReleaseStatus};
use crate::store::search::{Between, Condition, Criteria, From, Moment, Sort};
use crate::store::{project_stats, release_hours, release_projects, teams};
use crate::types::lifecycle::Status;
use crate::types::release::shown_version;
use crate::web::error::Result;
use crate::web::extract::needs::EventRead;
use crate::web::extract::{ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::markup::Markup;
use crate::web::pages::issues::chart::{self, ReleaseMark, Sparkline, Stretch};
use crate::web::pages::issues::rows::RowView;
use crate::web::pages::outcome_chart::OutcomeChart;
use crate::web::pages::releases::{issue_rows, release_path};
use crate::web::pages::stats::{Numbers, PeriodChoice, StatsParams, periods};
use crate::web::{render, time, visible};

/// Issues of each kind, releases, and releases that are marked in the chart.
const ISSUES: usize = 5;
const RELEASES: i64 = 5;
const MARKS: i64 = 12;

#[derive(Template)]
#[template(path = "projects/overview.html")]
struct OverviewPage {
    layout: Layout,
    t: Messages,
    organization: String,
    /// Of the project's list of issues.
    path: String,
    name: String,
    period: &'static str,
    /// Nothing ever came.
    is_new: bool,
    unresolved: String,
    new_count: String,
    last_seen: Option<Markup>,
    numbers: Numbers,
    chart: OutcomeChart,
    new_issues: Vec<RowView>,
    trending: Vec<RowView>,
    releases: Vec<ReleaseView>,
    teams: Vec<String>,
}

/// A release; every text is safe to show.
struct ReleaseView {
    shown: String,
    version: String,
    path: String,
    date: Markup,
    new_issues: i64,
    graph: Sparkline,
}

impl OverviewPage {
    fn periods(&self) -> Vec<PeriodChoice> {
        periods(self.t, self.period)
    }
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<EventRead>,
    Query(params): Query<StatsParams>,
) -> Result<Response> {
    let layout = Layout::of_project(&app, &viewer, &access, Section::Projects);
    let (t, now, period) = (layout.t, layout.now, Period::parse(&params.period));
    let (project, organization) = (&access.project, access.organization().slug.clone());
    let (ids, since) = ([project.id.0], period.since(now));
    let stats = event_stats::read(&app, &ids, period, now).await?;
    let counts = project_stats::list_issue_counts(&app.db, &ids, since).await?.into_iter().next();
    let issues = Issues { app: &app, access: &access, layout: &layout };
    let marks = list_marks(&app, project, &organization, since).await?;
    let counted = |count: Option<i64>| grouped(count.unwrap_or(0));
    render(&OverviewPage {
        t,
        path: format!("/{organization}/{}/", project.slug),
        name: visible::text(&project.name).into_owned(),
        period: period.name(),
        is_new: project.first_event_at.is_none() && counts.is_none() && stats.total.received() == 0,
        unresolved: counted(counts.as_ref().map(|counts| counts.unresolved)),
        new_count: counted(counts.as_ref().map(|counts| counts.new_issues)),
        last_seen: counts.and_then(|counts| counts.last_seen).map(|at| time::ago(t, at, now)),
        numbers: Numbers::of(&stats.total),
        chart: OutcomeChart::new(&stats, period, now, t).with_marks(period, now, marks, t),
        new_issues: issues.list(Moment::FirstSeen, since, Sort::FirstSeen).await?,
        trending: issues.list(Moment::LastSeen, since, Sort::Priority).await?,
        releases: list_releases(&app, project, &organization, &layout).await?,
        teams: teams::list_of_project(&app.db, project.id).await?.into_iter().map(|team| team.slug).collect(),
        organization,
        layout,
    })
}

/// Where issues are read from.
struct Issues<'a> {
    app: &'a App,
    access: &'a ProjectAccess<EventRead>,
    layout: &'a Layout,
}

impl Issues<'_> {
    /// The first few unresolved ones with a moment since a time.
    async fn list(&self, moment: Moment, since: DateTime<Utc>, sort: Sort) -> Result<Vec<RowView>> {
        let mut criteria = Criteria::of(vec![self.access.project.id.0], Condition::Status(Status::Unresolved));
        criteria.require(Condition::Time(moment, Between { from: Bound::Included(since), until: Bound::Unbounded }));
        let user_id = self.access.actor().user.id;
        let first = (sort, From::Start, ISSUES);
        Ok(issue_rows::read(self.app, self.layout, user_id, criteria, first).await?.0)
    }
}

async fn list_marks(
    app: &App,
    project: &Project,
    organization: &str,
    since: DateTime<Utc>,
) -> Result<Vec<ReleaseMark>> {
    let place = (project.organization_id, project.id);
    let found = release_lists::list_since(&app.db, place, since, MARKS).await?;
    let mark = |(version, at): (String, DateTime<Utc>)| ReleaseMark {
        at,
        path: release_path(organization, Some(&project.slug), &version),
        shown: visible::string(shown_version(&version).to_owned()),
    };
    Ok(found.into_iter().map(mark).collect())
}

/// The newest releases, and how they did in the last day.
async fn list_releases(app: &App, project: &Project, organization: &str, layout: &Layout) -> Result<Vec<ReleaseView>> {
    let projects = [project.id.0];
    let criteria = ReleaseCriteria {
        organization_id: project.organization_id,
        project_ids: projects.to_vec(),
        query: None,
        environments: None,
        status: Some(ReleaseStatus::Open),
        since: None,
        until: None,
    };
    let releases = release_lists::list_by_date(&app.db, &criteria, (0, RELEASES)).await?;
    let ids: Vec<i64> = releases.iter().map(|release| release.id.0).collect();
    let seen = release_projects::list(&app.db, &ids, &projects).await?;
    let day = Stretch::day(layout.now);
    let range = (day.since, day.step.num_seconds());
    let buckets = release_hours::list_buckets_of(&app.db, &ids, &projects, range).await?;
    let view = |release: &Release| {
        let of_release = buckets.iter().filter(|bucket| bucket.release_id == release.id);
        let counts = day.sum(of_release.map(|bucket| (i64::from(bucket.bucket), bucket.events)));
        ReleaseView {
            shown: visible::string(shown_version(&release.version).to_owned()),
            version: visible::string(release.version.clone()),
            path: release_path(organization, Some(&project.slug), &release.version),
            date: time::ago(layout.t, release.date(), layout.now),
            new_issues: seen.iter().filter(|row| row.release_id == release.id).map(|row| row.new_issues).sum(),
            graph: chart::sparkline(&counts, &day, layout.t),
        }
    };
    Ok(releases.iter().map(view).collect())
}
