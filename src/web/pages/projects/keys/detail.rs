//! One key: its name, its rate limit, every form of its address.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::list_path;
use crate::app::App;
use crate::messages::Messages;
use crate::services::keys::{self, By, Change};
use crate::services::projects::{self, Dsn};
use crate::store::project_keys::ProjectKey;
use crate::types::scope::Scope;
use crate::web::error::{FieldErrors, Result};
use crate::web::extract::needs::{Needs, ProjectRead, ProjectWrite};
use crate::web::extract::{KeyAccess, ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::pages::refusals::Refusal;
use crate::web::render;

#[derive(Template)]
#[template(path = "projects/key.html")]
struct KeyPage {
    layout: Layout,
    /// Path of this page.
    root: String,
    key: ProjectKey,
    dsn: Dsn,
    values: Values,
    may_write: bool,
    errors: FieldErrors,
}

/// The fields of the form.
struct Values {
    label: String,
    count: String,
    window: String,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    KeyAccess { key, within: access }: KeyAccess<ProjectRead>,
) -> Result<Response> {
    let number = |number: Option<i32>| number.map_or_else(String::new, |number| number.to_string());
    let values =
        Values { label: key.label.clone(), count: number(key.rate_limit_count), window: number(key.rate_limit_window) };
    render(&page(&app, &viewer, &access, key, values, FieldErrors::default()))
}

pub async fn save(
    State(app): State<App>,
    viewer: Viewer,
    KeyAccess { key, within: access }: KeyAccess<ProjectWrite>,
    posted: Posted,
) -> Result<Response> {
    let text = |name| posted.text(name).to_owned();
    let values = Values { label: text("label"), count: text("count"), window: text("window") };
    let errors = update(&app, viewer.messages(), (&access, &key), &values).await?;
    if errors.is_empty() {
        return redirect_with(&app, &viewer, &list_path(&access), viewer.messages().form_saved()).await;
    }
    let page = page(&app, &viewer, &access, key, values, errors);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

async fn update(
    app: &App,
    t: Messages,
    (access, key): (&ProjectAccess<ProjectWrite>, &ProjectKey),
    values: &Values,
) -> Result<FieldErrors> {
    let limit = match (values.count.parse().ok(), values.window.parse().ok()) {
        (Some(count), Some(window)) => Some((count, window)),
        _ if values.count.is_empty() && values.window.is_empty() => None,
        _ => return keys::Error::RateLimit.field_errors(t),
    };
    let doer = access.actor().doer();
    let by = By { doer: &doer, project: &access.project, now: app.clock.now() };
    let change = Change { label: Some(&values.label), limit: Some(limit), is_active: None };
    match keys::change(&app.db, by, key, change).await {
        Ok(()) => Ok(FieldErrors::default()),
        Err(error) => error.field_errors(t),
    }
}

fn page<N: Needs>(
    app: &App,
    viewer: &Viewer,
    access: &ProjectAccess<N>,
    key: ProjectKey,
    values: Values,
    errors: FieldErrors,
) -> KeyPage {
    let layout = Layout::of_project(app, viewer, access, Section::Settings);
    KeyPage {
        root: format!("{}{}{}/", layout.base, list_path(access), key.public_key),
        dsn: projects::dsn(projects::ingest_url(&app.config, &access.project.settings), &key, access.project.id),
        layout,
        key,
        values,
        may_write: access.may(Scope::ProjectWrite),
        errors,
    }
}
