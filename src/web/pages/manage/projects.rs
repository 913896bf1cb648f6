//! Every project of the installation, those with most events first.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use chrono::TimeDelta;
use serde::Deserialize;

use crate::app::App;
use crate::messages::grouped;
use crate::store::project_lists::{self, ProjectSummary, Wanted};
use crate::web::error::Result;
use crate::web::extract::{SuperuserAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::render;

/// Projects on a page, and pages that can be turned to.
const SHOWN: usize = 100;
const MAX_PAGE: i64 = 1000;

#[derive(Template)]
#[template(path = "manage/projects.html")]
struct ProjectsPage {
    layout: Layout,
    query: String,
    projects: Vec<ProjectSummary>,
    /// Parameters of the next page.
    next: Option<String>,
}

impl ProjectsPage {
    #[expect(clippy::unused_self, clippy::trivially_copy_pass_by_ref, reason = "templates call it so")]
    fn count(&self, number: &i64) -> String {
        grouped(*number)
    }
}

#[derive(Deserialize)]
pub struct ProjectsParams {
    #[serde(default)]
    query: String,
    #[serde(default)]
    page: i64,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    _access: SuperuserAccess,
    Query(params): Query<ProjectsParams>,
) -> Result<Response> {
    let query = params.query.trim().replace('\0', "");
    let page = params.page.clamp(0, MAX_PAGE);
    let shown = i64::try_from(SHOWN).unwrap_or(i64::MAX);
    let since = app.clock.now() - TimeDelta::hours(24);
    let wanted = Wanted { query: &query, since, offset: page * shown, limit: shown + 1 };
    let mut projects = project_lists::search(&app.db, &wanted).await?;
    let has_more = projects.len() > SHOWN;
    projects.truncate(SHOWN);
    let next = has_more.then(|| {
        let mut parameters = url::form_urlencoded::Serializer::new(String::new());
        parameters.append_pair("query", &query).append_pair("page", &(page + 1).to_string()).finish()
    });
    render(&ProjectsPage { layout: Layout::in_section(&app, &viewer, Section::Admin), query, projects, next })
}
