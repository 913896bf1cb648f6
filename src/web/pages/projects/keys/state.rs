//! Switching a key off and on, replacing it, deleting it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::{KeyPath, find, list_path};
use crate::app::App;
use crate::services::keys;
use crate::store::project_keys::{self, ProjectKey};
use crate::web::error::Result;
use crate::web::extract::needs::ProjectWrite;
use crate::web::extract::{ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::flash::redirect_with;
use crate::web::render;

type Access = ProjectAccess<ProjectWrite>;

/// Asks once more before programs lose their address.
#[derive(Template)]
#[template(path = "projects/key_delete.html")]
struct DeletePage {
    layout: Layout,
    root: String,
    key: ProjectKey,
}

pub async fn disable(
    State(app): State<App>,
    viewer: Viewer,
    access: Access,
    Path(path): Path<KeyPath>,
) -> Result<Response> {
    let key = find(&app, &access, &path).await?;
    keys::disable(&app.db, key.id).await?;
    redirect_with(&app, &viewer, &list_path(&access), viewer.messages().project_key_disabled(key.label)).await
}

pub async fn enable(
    State(app): State<App>,
    viewer: Viewer,
    access: Access,
    Path(path): Path<KeyPath>,
) -> Result<Response> {
    let key = find(&app, &access, &path).await?;
    keys::enable(&app.db, key.id).await?;
    redirect_with(&app, &viewer, &list_path(&access), viewer.messages().project_key_enabled(key.label)).await
}

/// A new key beside the old one, which stops working.
pub async fn rotate(
    State(app): State<App>,
    viewer: Viewer,
    access: Access,
    Path(path): Path<KeyPath>,
) -> Result<Response> {
    let key = find(&app, &access, &path).await?;
    let new = keys::rotate(&app.db, &key, app.clock.now()).await?;
    redirect_with(&app, &viewer, &list_path(&access), viewer.messages().project_key_rotated(new.label)).await
}

pub async fn confirm(
    State(app): State<App>,
    viewer: Viewer,
    access: Access,
    Path(path): Path<KeyPath>,
) -> Result<Response> {
    let key = find(&app, &access, &path).await?;
    let layout = Layout::of_project(&app, &viewer, &access, Section::Settings);
    render(&DeletePage { root: format!("{}{}", layout.base, list_path(&access)), layout, key })
}

pub async fn delete(
    State(app): State<App>,
    viewer: Viewer,
    access: Access,
    Path(path): Path<KeyPath>,
) -> Result<Response> {
    let key = find(&app, &access, &path).await?;
    project_keys::delete(&app.db, key.id).await?;
    redirect_with(&app, &viewer, &list_path(&access), viewer.messages().project_key_deleted(key.label)).await
}
