//! Every organization of the installation.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::app::App;
use crate::store::organizations::{self, OrganizationSummary};
use crate::web::error::Result;
use crate::web::extract::{SuperuserAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::render;

#[derive(Template)]
#[template(path = "manage/organizations.html")]
struct OrganizationsPage {
    layout: Layout,
    organizations: Vec<OrganizationSummary>,
}

pub async fn show(State(app): State<App>, viewer: Viewer, _access: SuperuserAccess) -> Result<Response> {
    let layout = Layout::in_section(&app, &viewer, Section::Admin);
    render(&OrganizationsPage { layout, organizations: organizations::list_summaries(&app.db).await? })
}
