//! Switching a key off and on, replacing it, deleting it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::list_path;
use crate::app::App;
use crate::services::keys::{self, By, Change};
use crate::store::project_keys::ProjectKey;
use crate::web::error::Result;
use crate::web::extract::needs::ProjectWrite;
use crate::web::extract::{KeyAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::flash::redirect_with;
use crate::web::render;

type Access = KeyAccess<ProjectWrite>;

/// Asks once more before programs lose their address.
#[derive(Template)]
#[template(path = "projects/key_delete.html")]
struct DeletePage {
    layout: Layout,
    root: String,
    key: ProjectKey,
}

pub async fn disable(State(app): State<App>, viewer: Viewer, access: Access) -> Result<Response> {
    switch(&app, &access, false).await?;
    let text = viewer.messages().project_key_disabled(&access.key.label);
    redirect_with(&app, &viewer, &list_path(&access.within), text).await
}

async fn switch(app: &App, access: &Access, is_active: bool) -> Result<()> {
    let doer = access.within.actor().doer();
    let by = By { doer: &doer, project: &access.within.project, now: app.clock.now() };
    let change = Change { is_active: Some(is_active), ..Change::default() };
    Ok(keys::change(&app.db, by, &access.key, change).await?)
}

pub async fn enable(State(app): State<App>, viewer: Viewer, access: Access) -> Result<Response> {
    switch(&app, &access, true).await?;
    let text = viewer.messages().project_key_enabled(&access.key.label);
    redirect_with(&app, &viewer, &list_path(&access.within), text).await
}

/// A new key beside the old one, which stops working.
pub async fn rotate(State(app): State<App>, viewer: Viewer, access: Access) -> Result<Response> {
    let doer = access.within.actor().doer();
    let by = By { doer: &doer, project: &access.within.project, now: app.clock.now() };
    let new = keys::rotate(&app.db, by, &access.key).await?;
    let text = viewer.messages().project_key_rotated(new.label);
    redirect_with(&app, &viewer, &list_path(&access.within), text).await
}

pub async fn confirm(State(app): State<App>, viewer: Viewer, access: Access) -> Result<Response> {
    let layout = Layout::of_project(&app, &viewer, &access.within, Section::Settings);
    let root = format!("{}{}", layout.base, list_path(&access.within));
    render(&DeletePage { root, layout, key: access.key })
}

pub async fn delete(State(app): State<App>, viewer: Viewer, access: Access) -> Result<Response> {
    let doer = access.within.actor().doer();
    let by = By { doer: &doer, project: &access.within.project, now: app.clock.now() };
    keys::remove(&app.db, by, &access.key).await?;
    let text = viewer.messages().project_key_deleted(&access.key.label);
    redirect_with(&app, &viewer, &list_path(&access.within), text).await
}
