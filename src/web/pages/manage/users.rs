//! Every account of the installation.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use crate::app::App;
use crate::store::users::{self, UserSummary};
use crate::web::error::Result;
use crate::web::extract::{SuperuserAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::render;

/// More are found by searching.
const SHOWN: i64 = 200;

#[derive(Template)]
#[template(path = "manage/users.html")]
struct UsersPage {
    layout: Layout,
    query: String,
    users: Vec<UserSummary>,
}

#[derive(Deserialize)]
pub struct UsersParams {
    #[serde(default)]
    query: String,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    _access: SuperuserAccess,
    Query(params): Query<UsersParams>,
) -> Result<Response> {
    let users = users::search(&app.db, params.query.trim(), SHOWN).await?;
    let layout = Layout::in_section(&app, &viewer, Section::Admin);
    render(&UsersPage { layout, query: params.query, users })
}
