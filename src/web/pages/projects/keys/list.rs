//! All keys of a project, each with the address for its SDK.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::list_path;
use crate::app::App;
use crate::services::keys::{self, By, Credentials, MAX_LABEL};
use crate::services::projects::{self, Dsn};
use crate::store::project_keys::{self, ProjectKey};
use crate::types::scope::Scope;
use crate::web::error::{FieldErrors, Result};
use crate::web::extract::needs::{Needs, ProjectRead, ProjectWrite};
use crate::web::extract::{ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::render;

#[derive(Template)]
#[template(path = "projects/keys.html")]
struct KeysPage {
    layout: Layout,
    /// Path of this page, before the paths of keys.
    root: String,
    keys: Vec<(ProjectKey, Dsn)>,
    may_write: bool,
    /// The public URL for events and the server's own, where they differ; whether DSNs name the second.
    endpoints: Option<(String, String, bool)>,
    posted: Posted,
    errors: FieldErrors,
}

pub async fn show(State(app): State<App>, viewer: Viewer, access: ProjectAccess<ProjectRead>) -> Result<Response> {
    render(&page(&app, &viewer, &access, Posted::default(), FieldErrors::default()).await?)
}

/// Makes a key; without a name it gets one.
pub async fn create(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<ProjectWrite>,
    posted: Posted,
) -> Result<Response> {
    let t = viewer.messages();
    if posted.text("label").chars().count() > MAX_LABEL {
        let errors = FieldErrors::one("label", t.form_name_length(MAX_LABEL));
        let page = page(&app, &viewer, &access, posted, errors).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
    }
    let doer = access.actor().doer();
    let by = By { doer: &doer, project: &access.project, now: app.clock.now() };
    let key = keys::create_for(&app.db, by, posted.text("label"), &Credentials::random()).await?;
    redirect_with(&app, &viewer, &list_path(&access), t.project_key_created(key.label)).await
}

async fn page<N: Needs>(
    app: &App,
    viewer: &Viewer,
    access: &ProjectAccess<N>,
    posted: Posted,
    errors: FieldErrors,
) -> Result<KeysPage> {
    let keys = project_keys::list(&app.db, access.project.id).await?;
    let layout = Layout::of_project(app, viewer, access, Section::Settings);
    let ingest_url = projects::ingest_url(&app.config, &access.project.settings);
    let with_dsn = |key: ProjectKey| {
        let dsn = projects::dsn(ingest_url, &key, access.project.id);
        (key, dsn)
    };
    Ok(KeysPage {
        root: format!("{}{}", layout.base, list_path(access)),
        layout,
        keys: keys.into_iter().map(with_dsn).collect(),
        endpoints: app
            .config
            .ingest
            .public_url
            .clone()
            .map(|public| (public, app.config.system.url_prefix.clone(), access.project.settings.keeps_dsn_inside)),
        may_write: access.may(Scope::ProjectWrite),
        posted,
        errors,
    })
}
