//! The list of issues, of one project or of all the viewer may see.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use sqlx::PgConnection;

use super::address::Address;
use super::environment;
use super::problem::Problem;
use super::rows::{self, RowView};
use super::searches::SearchMenu;
use super::{jump, live};
use crate::app::App;
use crate::messages::{Messages, grouped};
use crate::services::issues::query;
use crate::services::saved_searches::{self, Search};
use crate::store::projects::Project;
use crate::store::search::{self, Criteria, From, Place, Sort};
use crate::store::{members, teams};
use crate::types::cursor::Cursor;
use crate::types::ids::ProjectId;
use crate::types::lifecycle::Status;
use crate::types::scope::Scope;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::EventRead;
use crate::web::extract::{OrganizationAccess, ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::home::remember_organization;
use crate::web::render;

const PER_PAGE: usize = 25;
/// Counting further says little and costs much.
const MAX_COUNT: i64 = 1_000;
/// People and teams in the menu.
const MAX_ASSIGNEES: usize = 40;
pub const DEFAULT_QUERY: &str = "is:unresolved";

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListParams {
    pub query: Option<String>,
    pub sort: Option<String>,
    pub environment: Option<String>,
    pub project: Option<String>,
    #[serde(rename = "statsPeriod")]
    pub stats_period: Option<String>,
    pub cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "issues/list.html")]
struct IssueListPage {
    layout: Layout,
    t: Messages,
    address: Address,
    organization: String,
    heading: String,
    searches: SearchMenu,
    /// Slug of the project, where the list is of one.
    project: String,
    tabs: Vec<Choice>,
    sorts: Vec<Choice>,
    graphs: Vec<Choice>,
    query: String,
    problem: Option<Problem>,
    environment: String,
    environments: Vec<String>,
    count: Option<String>,
    /// Ids of the projects that the list is about, where those are not all; what is done to all matching stays there.
    chosen_projects: Vec<i64>,
    rows: Vec<RowView>,
    previous: Option<String>,
    next: Option<String>,
    assignees: Vec<(String, String)>,
    may_write: bool,
    may_delete: bool,
    /// Why there are no rows, and what to do.
    empty: Empty,
}

impl IssueListPage {
    /// Where the script asks what is new.
    fn news(&self) -> String {
        let project = self.layout.project.as_ref().map(|(slug, _)| slug.as_str());
        live::address(&self.organization, &self.address, project, self.layout.now)
    }
}

/// One of several ways to see the list.
pub struct Choice {
    pub label: &'static str,
    pub href: String,
    pub is_current: bool,
}

/// What an empty list means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    NoProject,
    /// No project has had an event: where to send them.
    NoEvents,
    /// Nothing is unresolved at all.
    AllDone,
    NoHits,
}

pub async fn of_organization(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<EventRead>,
    Query(params): Query<ListParams>,
) -> Result<Response> {
    let mut projects = access.projects(&app).await?;
    if let Some(target) = jump::target(&app, &params, &access.organization.slug, &projects).await? {
        return Ok(target);
    }
    if let Some(wanted) = params.project.as_deref().filter(|wanted| !wanted.is_empty()) {
        projects.retain(|project| project.slug == wanted || project.id.to_string() == wanted);
    }
    let layout = Layout::of_organization(&app, &viewer, &access, Section::Issues);
    let path = format!("/organizations/{}/issues/", access.organization.slug);
    show(&app, layout, (&access, None), &projects, Address::new(path, params)).await
}

pub async fn of_project(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<EventRead>,
    Query(params): Query<ListParams>,
) -> Result<Response> {
    let layout = Layout::of_project(&app, &viewer, &access, Section::Issues);
    let path = format!("/{}/{}/", access.within.organization.slug, access.project.slug);
    let projects = [access.project.clone()];
    if let Some(target) = jump::target(&app, &params, &access.within.organization.slug, &projects).await? {
        return Ok(target);
    }
    show(&app, layout, (&access.within, Some(access.project.id)), &projects, Address::new(path, params)).await
}

async fn show(
    app: &App,
    layout: Layout,
    (access, project_id): (&OrganizationAccess<EventRead>, Option<ProjectId>),
    projects: &[Project],
    mut address: Address,
) -> Result<Response> {
    remember_organization(app, &access.actor, access.organization.id).await?;
    let t = layout.t;
    let now = app.clock.now();
    let place = (access.organization.id, project_id);
    let environments =
        environment::choose(app, access.actor.user.id, place, projects, &mut address.params.environment).await?;
    let searches = saved_searches::list(app, place, access.actor.user.id).await?;
    if address.params.query.is_none() {
        address.params.query = Some(saved_searches::default_query(&searches).to_owned());
    }
    let text = address.query();
    let parsed = query::parse(&text, access.actor.user.id, now);
    let problem = parsed.as_ref().err().map(|error| Problem::of(error, &text, t));
    let mut criteria = parsed.unwrap_or_default();
    criteria.project_ids = projects.iter().map(|project| project.id.0).collect();
    address.add_environment(&mut criteria);
    let is_searching = problem.is_none() && !criteria.project_ids.is_empty();

    let mut db = app.db.acquire().await?;
    let page = if is_searching { read_page(&mut db, &mut criteria, &address).await? } else { Page::default() };
    let count = if is_searching { count(&mut db, &mut criteria, &page).await? } else { None };
    let viewer = (access.actor.user.id, t, now);
    let rows = rows::read(&mut db, &criteria, &page.places, &address.stretch(now), viewer).await?;
    drop(db);

    let may_write = access.may(Scope::EventWrite);
    let page = IssueListPage {
        t,
        organization: access.organization.slug.clone(),
        heading: heading(&criteria, t),
        project: project_id.and(projects.first()).map(|project| project.slug.clone()).unwrap_or_default(),
        tabs: tabs(&address, &text, t),
        sorts: sorts(&address, t),
        graphs: graphs(&address, t),
        query: text,
        problem,
        environment: address.params.environment.clone().unwrap_or_default(),
        environments,
        count: count.map(|count| if count > MAX_COUNT { format!("{}+", grouped(MAX_COUNT)) } else { grouped(count) }),
        rows,
        searches: menu(access, project_id, &searches, &address, t),
        previous: page.previous.map(|cursor| address.with_cursor(cursor)),
        next: page.next.map(|cursor| address.with_cursor(cursor)),
        assignees: if may_write { assignees(app, access).await? } else { Vec::new() },
        may_write,
        may_delete: access.may(Scope::EventAdmin),
        chosen_projects: if address.is_of_all_projects() { Vec::new() } else { criteria.project_ids.clone() },
        empty: empty(projects, &address),
        address,
        layout,
    };
    render(&page)
}

fn menu(
    access: &OrganizationAccess<EventRead>,
    project_id: Option<ProjectId>,
    searches: &[Search],
    address: &Address,
    t: Messages,
) -> SearchMenu {
    let needed = if project_id.is_some() { Scope::ProjectWrite } else { Scope::OrgWrite };
    let settings = match address.path.trim_matches('/').split_once('/') {
        Some((organization, project)) if project_id.is_some() => {
            format!("/settings/{organization}/projects/{project}/saved-searches/")
        }
        _ => format!("/settings/{}/saved-searches/", access.organization.slug),
    };
    let list = (address.query(), address.path.as_str(), settings);
    SearchMenu::of(searches, (&list.0, list.1, list.2), access.may(needed), t, |query| address.with_query(query))
}

/// The issues of a page, and where its neighbours begin.
#[derive(Default)]
struct Page {
    places: Vec<Place>,
    previous: Option<Cursor>,
    next: Option<Cursor>,
}

async fn read_page(db: &mut PgConnection, criteria: &mut Criteria, address: &Address) -> Result<Page> {
    let mark = address.mark();
    let from = mark.read(address.cursor()?.unwrap_or_default())?;
    let limit = i64::try_from(PER_PAGE + 1).map_err(|error| Error::Internal(error.into()))?;
    let mut places = search::list(db, criteria, address.sort(), from, limit).await?;
    let has_more = places.len() > PER_PAGE;
    let is_backward = matches!(from, From::Before(_));
    if has_more && is_backward {
        places.remove(0);
    } else {
        places.truncate(PER_PAGE);
    }
    let before = (is_backward && has_more) || matches!(from, From::After(_));
    let after = is_backward || has_more;
    let previous = places.first().filter(|_| before).map(|place| mark.cursor(place, true));
    let next = places.last().filter(|_| after).map(|place| mark.cursor(place, false));
    Ok(Page { places, previous, next })
}

/// How many issues there are in all. Counting by tags or words would cost as much as the list again, so it is left out
/// where the page does not show them all anyway.
async fn count(db: &mut PgConnection, criteria: &mut Criteria, page: &Page) -> Result<Option<i64>> {
    if page.previous.is_none() && page.next.is_none() {
        return Ok(i64::try_from(page.places.len()).ok());
    }
    if criteria.is_costly() {
        return Ok(None);
    }
    Ok(Some(search::count(db, criteria, MAX_COUNT + 1).await?))
}

fn heading(criteria: &Criteria, t: Messages) -> String {
    match criteria.status() {
        Some(Status::Unresolved) => t.issues_unresolved_issues(),
        Some(Status::Resolved) => t.issues_resolved_issues(),
        Some(Status::Ignored) => t.issues_ignored_issues(),
        _ => t.issues_all_issues(),
    }
    .to_owned()
}

fn tabs(address: &Address, query: &str, t: Messages) -> Vec<Choice> {
    [
        (t.issues_tab_unresolved(), DEFAULT_QUERY),
        (t.issues_tab_mine(), "is:unresolved assigned:me"),
        (t.issues_tab_new(), "is:unresolved age:-24h"),
        (t.issues_tab_regressed(), "is:unresolved is:regressed"),
        (t.issues_tab_ignored(), "is:ignored"),
        (t.issues_tab_resolved(), "is:resolved"),
        (t.issues_tab_all(), ""),
    ]
    .into_iter()
    .map(|(label, of_tab)| Choice { label, href: address.with_query(of_tab), is_current: of_tab == query.trim() })
    .collect()
}

fn sorts(address: &Address, t: Messages) -> Vec<Choice> {
    let current = address.sort();
    [
        (t.issues_sort_date(), Sort::LastSeen),
        (t.issues_sort_new(), Sort::FirstSeen),
        (t.issues_sort_priority(), Sort::Priority),
        (t.issues_sort_freq(), Sort::Frequency),
        (t.issues_sort_user(), Sort::Users),
    ]
    .into_iter()
    .map(|(label, sort)| Choice { label, href: address.with_sort(sort), is_current: sort == current })
    .collect()
}

fn graphs(address: &Address, t: Messages) -> Vec<Choice> {
    [(t.issues_graph_day(), "24h"), (t.issues_graph_fortnight(), "14d")]
        .into_iter()
        .map(|(label, period)| Choice {
            label,
            href: address.with_graph(period),
            is_current: address.is_fortnight() == (period == "14d"),
        })
        .collect()
}

/// What the menu offers beside "me": the value of the form's field, and the name.
pub async fn assignees(app: &App, access: &OrganizationAccess<EventRead>) -> Result<Vec<(String, String)>> {
    let teams = teams::list(&app.db, access.organization.id).await?;
    let members = members::list(&app.db, access.organization.id).await?;
    let teams = teams.into_iter().map(|team| (format!("assign-team-{}", team.id), format!("#{}", team.slug)));
    let people = members.into_iter().filter(|member| member.is_active).map(|member| {
        let name = if member.name.is_empty() { member.email } else { member.name };
        (format!("assign-user-{}", member.user_id), name)
    });
    Ok(teams.take(MAX_ASSIGNEES / 2).chain(people).take(MAX_ASSIGNEES).collect())
}

fn empty(projects: &[Project], address: &Address) -> Empty {
    if projects.is_empty() {
        Empty::NoProject
    } else if projects.iter().all(|project| project.first_event_at.is_none()) {
        Empty::NoEvents
    } else if address.query().trim() == DEFAULT_QUERY && address.params.environment.as_deref().is_none_or(str::is_empty)
    {
        Empty::AllDone
    } else {
        Empty::NoHits
    }
}
