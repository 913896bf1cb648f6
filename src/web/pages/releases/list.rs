//! The list of releases: what was shipped, where it runs, what it broke.

use std::collections::HashMap;
use std::fmt::Write;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::address::{list_path, release_path};
use super::adoption::{self, Adoption, Series};
use crate::app::App;
use crate::messages::Messages;
use crate::store::chosen_environments::Where;
use crate::store::commit_authors::{self, CommitAuthor};
use crate::store::deploys::{self, Deploy};
use crate::store::projects::Project;
use crate::store::release_commits;
use crate::store::release_hours::{self, ReleaseBucket};
use crate::store::release_lists::{self, ReleaseCriteria};
use crate::store::release_projects::{self, ReleaseOfProject};
use crate::store::releases::{self, Release, ReleaseStatus};
use crate::types::ids::ReleaseId;
use crate::types::release::shown_version;
use crate::web::error::Result;
use crate::web::extract::needs::ReleaseRead;
use crate::web::extract::{OrganizationAccess, ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::markup::Markup;
use crate::web::pages::issues::chart::{self, Sparkline, Stretch};
use crate::web::pages::issues::environment;
use crate::web::pages::issues::list::Choice;
use crate::web::pages::numbered::Page;
use crate::web::{render, time, visible};

const PER_PAGE: u16 = 25;
/// Releases with a colour of their own.
const SERIES: usize = 4;
/// Names beside a number of commits.
const AUTHORS: usize = 3;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListParams {
    query: String,
    environment: Option<String>,
    status: String,
    sort: String,
    #[serde(rename = "statsPeriod")]
    stats_period: String,
    page: String,
}

#[derive(Template)]
#[template(path = "releases/list.html")]
struct ReleaseListPage {
    layout: Layout,
    t: Messages,
    path: String,
    organization: String,
    is_of_project: bool,
    params: ListParams,
    /// The one that is looked at; empty: all of them.
    environment: String,
    environments: Vec<String>,
    tabs: Vec<Choice>,
    sorts: Vec<Choice>,
    graphs: Vec<Choice>,
    adoption: Option<Adoption>,
    rows: Vec<RowView>,
    previous: Option<String>,
    next: Option<String>,
    /// Whether nothing narrows the list: then it is empty because there are no releases.
    is_whole: bool,
}

/// A release in the list; every text is safe to show.
struct RowView {
    version: String,
    shown: String,
    href: String,
    is_archived: bool,
    is_released: bool,
    date: Markup,
    /// Slugs and names.
    projects: Vec<(String, String)>,
    /// Environments and when the release came there.
    deploys: Vec<(String, Markup)>,
    new_issues: i64,
    graph: Sparkline,
    commits: i64,
    authors: String,
}

/// Whose releases are shown.
struct Scope<'a> {
    organization: &'a OrganizationAccess<ReleaseRead>,
    projects: &'a [Project],
    /// Slug of the project whose list it is.
    project: Option<&'a str>,
}

pub async fn of_organization(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<ReleaseRead>,
    Query(params): Query<ListParams>,
) -> Result<Response> {
    let projects = access.projects(&app).await?;
    let layout = Layout::of_organization(&app, &viewer, &access, Section::Releases);
    show(&app, layout, Scope { organization: &access, projects: &projects, project: None }, params).await
}

pub async fn of_project(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<ReleaseRead>,
    Query(params): Query<ListParams>,
) -> Result<Response> {
    let layout = Layout::of_project(&app, &viewer, &access, Section::Releases);
    let projects = std::slice::from_ref(&access.project);
    let scope = Scope { organization: &access.within, projects, project: Some(&access.project.slug) };
    show(&app, layout, scope, params).await
}

async fn show(app: &App, layout: Layout, scope: Scope<'_>, mut params: ListParams) -> Result<Response> {
    let t = layout.t;
    let environments = scope.environments(app).await?;
    let user_id = scope.organization.actor.user.id;
    environment::choose_among(app, user_id, scope.place(), &environments, &mut params.environment).await?;
    let path = list_path(&scope.organization.organization.slug, scope.project);
    let page = Page::parse(&params.page, PER_PAGE);
    let criteria = scope.criteria(&params);
    let mut releases = if params.sort == "version" {
        release_lists::list_by_version(&app.db, &criteria, page.range()).await?
    } else {
        release_lists::list_by_date(&app.db, &criteria, page.range()).await?
    };
    let address = |page: i64| params.with(&path, |params| params.page = page.to_string());
    let (previous, next) = page.cut(&mut releases, address);
    let stretch = if params.stats_period == "24h" { Stretch::day(layout.now) } else { Stretch::fortnight(layout.now) };
    let page = ReleaseListPage {
        t,
        organization: scope.organization.organization.slug.clone(),
        is_of_project: scope.project.is_some(),
        environment: params.environment.clone().unwrap_or_default(),
        environments,
        tabs: tabs(&params, &path, t),
        sorts: sorts(&params, &path, t),
        graphs: graphs(&params, &path, t),
        adoption: if releases.is_empty() { None } else { scope.adoption(app, &stretch, t).await? },
        rows: scope.rows(app, releases, &layout).await?,
        previous,
        next,
        is_whole: params.query.is_empty()
            && params.environment.as_deref().is_none_or(str::is_empty)
            && params.status.is_empty()
            && page.is_first(),
        params,
        path,
        layout,
    };
    render(&page)
}

impl ListParams {
    /// The address of the list with something changed; the first page unless the page is what changes.
    fn with(&self, path: &str, change: impl FnOnce(&mut Self)) -> String {
        let mut params = Self { page: String::new(), ..self.clone() };
        change(&mut params);
        let members = [
            ("query", params.query),
            ("environment", params.environment.unwrap_or_default()),
            ("status", params.status),
            ("sort", params.sort),
            ("statsPeriod", params.stats_period),
            ("page", params.page),
        ];
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(members.iter().filter(|(_, value)| !value.is_empty()));
        let text = text.finish();
        if text.is_empty() { path.to_owned() } else { format!("{path}?{text}") }
    }
}

impl Scope<'_> {
    fn project_ids(&self) -> Vec<i64> {
        self.projects.iter().map(|project| project.id.0).collect()
    }

    fn criteria(&self, params: &ListParams) -> ReleaseCriteria {
        let given = |text: &str| Some(text.trim().replace('\0', "")).filter(|text| !text.is_empty());
        ReleaseCriteria {
            organization_id: self.organization.organization.id,
            project_ids: self.project_ids(),
            query: given(&params.query),
            environments: params.environment.as_deref().and_then(given).map(|name| vec![name]),
            status: match params.status.as_str() {
                "all" => None,
                "archived" => Some(ReleaseStatus::Archived),
                _ => Some(ReleaseStatus::Open),
            },
            since: None,
            until: None,
        }
    }

    /// Where a choice of environment is remembered: it is that of the issues.
    fn place(&self) -> Where {
        let project = self.project.and_then(|_| self.projects.first());
        (self.organization.organization.id, project.map(|project| project.id))
    }

    /// Where events came from, and where releases were deployed.
    async fn environments(&self, app: &App) -> Result<Vec<String>> {
        let mut names = environment::names(app, self.projects).await?;
        names.extend(deploys::list_environments(&app.db, &self.project_ids()).await?);
        names.sort();
        names.dedup();
        Ok(names)
    }

    async fn adoption(&self, app: &App, stretch: &Stretch, t: Messages) -> Result<Option<Adoption>> {
        let seconds = stretch.step.num_seconds();
        let buckets = release_hours::list_buckets(&app.db, &self.project_ids(), stretch.since, seconds).await?;
        let most: Vec<i64> = most_seen(&buckets);
        let found = releases::list(&app.db, &most).await?;
        let series = most.iter().filter_map(|id| found.iter().find(|release| release.id.0 == *id));
        let series = series.map(|release| Series {
            id: release.id,
            name: visible::string(shown_version(&release.version).to_owned()),
            href: Some(self.path(release)),
        });
        Ok(adoption::adoption(stretch, &buckets, series.collect(), t))
    }

    fn path(&self, release: &Release) -> String {
        release_path(&self.organization.organization.slug, self.project, &release.version)
    }

    async fn rows(&self, app: &App, releases: Vec<Release>, layout: &Layout) -> Result<Vec<RowView>> {
        let facts = Facts::load(app, &releases, &self.project_ids(), layout).await?;
        Ok(releases.iter().map(|release| self.row(release, &facts, layout)).collect())
    }

    fn row(&self, release: &Release, facts: &Facts, layout: &Layout) -> RowView {
        let (t, now) = (layout.t, layout.now);
        let seen = || facts.seen.iter().filter(|row| row.release_id == release.id);
        let is_linked = |project: &&Project| seen().any(|row| row.project_id == project.id);
        let deploys = facts.deploys.iter().filter(|deploy| deploy.release_id == release.id);
        let authors = facts.authors.iter().filter(|(id, _)| *id == release.id).map(|(_, author)| author);
        RowView {
            version: visible::string(release.version.clone()),
            shown: visible::string(shown_version(&release.version).to_owned()),
            href: self.path(release),
            is_archived: release.status == ReleaseStatus::Archived,
            is_released: release.released_at.is_some(),
            date: time::ago(t, release.date(), now),
            projects: self.projects.iter().filter(is_linked).map(|p| (p.slug.clone(), p.name.clone())).collect(),
            deploys: deploys
                .map(|deploy| (visible::string(deploy.environment.clone()), time::ago(t, deploy.finished_at, now)))
                .collect(),
            new_issues: seen().map(|row| row.new_issues).sum(),
            graph: chart::sparkline(&facts.counts(release.id), &facts.day, t),
            commits: facts.commits.get(&release.id).copied().unwrap_or(0),
            authors: names(authors),
        }
    }
}

/// What the rows need beside the releases.
struct Facts {
    seen: Vec<ReleaseOfProject>,
    deploys: Vec<Deploy>,
    commits: HashMap<ReleaseId, i64>,
    authors: Vec<(ReleaseId, CommitAuthor)>,
    day: Stretch,
    buckets: Vec<ReleaseBucket>,
}

impl Facts {
    async fn load(app: &App, releases: &[Release], project_ids: &[i64], layout: &Layout) -> Result<Self> {
        let ids: Vec<i64> = releases.iter().map(|release| release.id.0).collect();
        let day = Stretch::day(layout.now);
        let range = (day.since, day.step.num_seconds());
        Ok(Self {
            seen: release_projects::list(&app.db, &ids, project_ids).await?,
            deploys: deploys::list_last(&app.db, &ids).await?,
            commits: release_commits::count(&app.db, &ids).await?.into_iter().collect(),
            authors: commit_authors::list_of_releases(&app.db, &ids).await?,
            buckets: release_hours::list_buckets_of(&app.db, &ids, project_ids, range).await?,
            day,
        })
    }

    fn counts(&self, id: ReleaseId) -> Vec<i64> {
        let mut counts = vec![0; self.day.steps];
        for bucket in self.buckets.iter().filter(|bucket| bucket.release_id == id) {
            let step = usize::try_from(bucket.bucket).ok().and_then(|step| counts.get_mut(step));
            if let Some(step) = step {
                *step += bucket.events;
            }
        }
        counts
    }
}

/// The releases with the most events.
fn most_seen(buckets: &[ReleaseBucket]) -> Vec<i64> {
    let mut sums: HashMap<i64, i64> = HashMap::new();
    for bucket in buckets.iter().filter(|bucket| bucket.release_id.0 > 0) {
        *sums.entry(bucket.release_id.0).or_default() += bucket.events;
    }
    let mut sums: Vec<(i64, i64)> = sums.into_iter().map(|(id, events)| (events, id)).collect();
    sums.sort_unstable_by(|left, right| right.cmp(left));
    sums.into_iter().take(SERIES).map(|(_, id)| id).collect()
}

/// The first few names, and how many more there are.
fn names<'a>(authors: impl Iterator<Item = &'a CommitAuthor>) -> String {
    let all: Vec<&str> =
        authors.map(|author| if author.name.is_empty() { &author.email } else { &author.name }.as_str()).collect();
    let mut text = all[..all.len().min(AUTHORS)].join(", ");
    if all.len() > AUTHORS {
        write!(text, " +{}", all.len() - AUTHORS).expect("writing to a string cannot fail");
    }
    visible::string(text)
}

fn tabs(params: &ListParams, path: &str, t: Messages) -> Vec<Choice> {
    [(t.releases_open(), ""), (t.releases_archived(), "archived"), (t.releases_all(), "all")]
        .into_iter()
        .map(|(label, status)| Choice {
            label,
            href: params.with(path, |params| status.clone_into(&mut params.status)),
            is_current: params.status == status,
        })
        .collect()
}

fn sorts(params: &ListParams, path: &str, t: Messages) -> Vec<Choice> {
    [(t.releases_by_date(), ""), (t.releases_by_version(), "version")]
        .into_iter()
        .map(|(label, sort)| Choice {
            label,
            href: params.with(path, |params| sort.clone_into(&mut params.sort)),
            is_current: params.sort == sort,
        })
        .collect()
}

fn graphs(params: &ListParams, path: &str, t: Messages) -> Vec<Choice> {
    [(t.issues_graph_day(), "24h"), (t.issues_graph_fortnight(), "")]
        .into_iter()
        .map(|(label, period)| Choice {
            label,
            href: params.with(path, |params| period.clone_into(&mut params.stats_period)),
            is_current: (params.stats_period == "24h") == (period == "24h"),
        })
        .collect()
}
