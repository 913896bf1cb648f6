//! What became of the events that were sent: of an organization by project, of a project by key.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::app::App;
use crate::messages::{Messages, grouped};
use crate::services::event_stats::{self, Counts, Period, Stats};
use crate::store::outcomes;
use crate::store::projects::Project;
use crate::types::ids::ProjectId;
use crate::web::error::Result;
use crate::web::extract::needs::ProjectRead;
use crate::web::extract::{OrganizationAccess, ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::outcome_chart::OutcomeChart;
use crate::web::{csv, render, visible};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct StatsParams {
    #[serde(rename = "statsPeriod")]
    pub period: String,
}

#[derive(Template)]
#[template(path = "stats/show.html")]
struct StatsPage {
    layout: Layout,
    t: Messages,
    /// Without the base path.
    path: String,
    period: &'static str,
    numbers: Numbers,
    is_empty: bool,
    chart: OutcomeChart,
    /// What the rows are: projects, or keys.
    is_of_project: bool,
    rows: Vec<Row>,
    reasons: Vec<(&'static str, String, String)>,
}

struct Row {
    name: String,
    /// `None`: there is nothing to look at.
    path: Option<String>,
    received: i64,
    numbers: Numbers,
}

/// Counts as they are read.
pub struct Numbers {
    pub received: String,
    pub accepted: String,
    pub filtered: String,
    pub limited: String,
    pub invalid: String,
}

impl Numbers {
    pub fn of(counts: &Counts) -> Self {
        Self {
            received: grouped(counts.received()),
            accepted: grouped(counts.accepted),
            filtered: grouped(counts.filtered),
            limited: grouped(counts.limited),
            invalid: grouped(counts.invalid),
        }
    }
}

impl Row {
    fn new(name: String, path: Option<String>, counts: &Counts) -> Self {
        Self { name, path, received: counts.received(), numbers: Numbers::of(counts) }
    }
}

impl StatsPage {
    fn periods(&self) -> Vec<PeriodChoice> {
        periods(self.t, self.period)
    }
}

/// Name, words, and whether it is the one shown.
pub type PeriodChoice = (&'static str, &'static str, bool);

pub fn periods(t: Messages, current: &str) -> Vec<PeriodChoice> {
    let all = [("24h", t.stats_day()), ("7d", t.stats_week()), ("30d", t.stats_month())];
    all.into_iter().map(|(name, label)| (name, label, name == current)).collect()
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/organizations/{organization}/stats/", get(of_organization))
        .route("/organizations/{organization}/stats/export/", get(export_organization))
        .route("/{organization}/{project}/stats/", get(of_project))
        .route("/{organization}/{project}/stats/export/", get(export_project))
}

async fn of_organization(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<ProjectRead>,
    Query(params): Query<StatsParams>,
) -> Result<Response> {
    let layout = Layout::of_organization(&app, &viewer, &access, Section::Stats);
    let projects = access.projects(&app).await?;
    let slug = &access.organization.slug;
    let period = Period::parse(&params.period);
    let stats = read(&app, &projects, period, layout.now).await?;
    let row = |project: &Project| {
        let path = format!("/{slug}/{}/stats/?statsPeriod={}", project.slug, period.name());
        let counts = stats.projects.get(&project.id).copied().unwrap_or_default();
        Row::new(project.name.clone(), Some(path), &counts)
    };
    let mut rows: Vec<Row> = projects.iter().map(row).collect();
    rows.sort_by_key(|row| -row.received);
    render(&page(layout, format!("/organizations/{slug}/stats/"), period, &stats, rows))
}

async fn of_project(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<ProjectRead>,
    Query(params): Query<StatsParams>,
) -> Result<Response> {
    let layout = Layout::of_project(&app, &viewer, &access, Section::Stats);
    let (t, slug) = (layout.t, &access.organization().slug);
    let period = Period::parse(&params.period);
    let stats = read(&app, std::slice::from_ref(&access.project), period, layout.now).await?;
    let rows = stats.keys.values().map(|(label, counts)| {
        let name = label.clone().map_or_else(|| t.stats_no_key().to_owned(), visible::string);
        Row::new(name, None, counts)
    });
    let mut rows: Vec<Row> = rows.collect();
    rows.sort_by_key(|row| -row.received);
    let mut page = page(layout, format!("/{slug}/{}/stats/", access.project.slug), period, &stats, rows);
    page.is_of_project = true;
    render(&page)
}

async fn read(app: &App, projects: &[Project], period: Period, now: DateTime<Utc>) -> Result<Stats> {
    let ids: Vec<i64> = projects.iter().map(|project| project.id.0).collect();
    Ok(event_stats::read(app, &ids, period, now).await?)
}

fn page(layout: Layout, path: String, period: Period, stats: &Stats, rows: Vec<Row>) -> StatsPage {
    let t = layout.t;
    let reasons = stats.reasons.iter().map(|(outcome, reason, events)| {
        (outcome_word(outcome, t), visible::text(reason).into_owned(), grouped(*events))
    });
    StatsPage {
        t,
        path,
        period: period.name(),
        numbers: Numbers::of(&stats.total),
        is_empty: stats.total.received() == 0,
        chart: OutcomeChart::new(stats, period, layout.now, t),
        is_of_project: false,
        rows,
        reasons: reasons.collect(),
        layout,
    }
}

fn outcome_word(outcome: &str, t: Messages) -> &'static str {
    match outcome {
        "filtered" => t.stats_filtered(),
        "rate_limited" => t.stats_limited(),
        "client_discard" => t.stats_discarded(),
        _ => t.stats_invalid(),
    }
}

async fn export_organization(
    State(app): State<App>,
    access: OrganizationAccess<ProjectRead>,
    Query(params): Query<StatsParams>,
) -> Result<Response> {
    let projects = access.projects(&app).await?;
    export(&app, &projects, &access.organization.slug, &params).await
}

async fn export_project(
    State(app): State<App>,
    access: ProjectAccess<ProjectRead>,
    Query(params): Query<StatsParams>,
) -> Result<Response> {
    let name = access.project.slug.clone();
    export(&app, std::slice::from_ref(&access.project), &name, &params).await
}

/// A line per project, key, outcome and reason.
async fn export(app: &App, projects: &[Project], name: &str, params: &StatsParams) -> Result<Response> {
    let period = Period::parse(&params.period);
    let ids: Vec<i64> = projects.iter().map(|project| project.id.0).collect();
    let sums = outcomes::list_sums(&app.db, &ids, period.since(app.clock.now())).await?;
    let slug = |id: ProjectId| projects.iter().find(|project| project.id == id).map_or("", |project| &project.slug);
    let mut text = String::new();
    csv::row(&mut text, ["project", "key", "outcome", "reason", "events"]);
    for row in &sums {
        let events = row.quantity.to_string();
        let key = row.key_label.as_deref().unwrap_or_default();
        csv::row(&mut text, [slug(row.project_id), key, &row.outcome, &row.reason, &events]);
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, csv::disposition(&format!("{name}-stats-{}", period.name()))),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, text).into_response())
}
