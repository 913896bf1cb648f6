//! Keys of the organization for the web API. The text of a new one is shown once.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::app::App;
use crate::services::api_keys::{self as service, Wanted};
use crate::store::api_keys::{self, ApiKey};
use crate::types::ids::ApiKeyId;
use crate::types::scope::Scope;
use crate::volatile::Kept;
use crate::web::acting::acting;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::needs::OrgAdmin;
use crate::web::extract::{OrganizationAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::confirmed::Confirmed;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::pages::refusals::Refusal;
use crate::web::render;

type Access = OrganizationAccess<OrgAdmin>;

#[derive(Template)]
#[template(path = "organizations/api_keys.html")]
struct KeysPage {
    layout: Layout,
    root: String,
    keys: Vec<ApiKey>,
    /// The text of the key that was just made.
    made: Option<String>,
    url_prefix: String,
    form: Form,
}

#[derive(Template)]
#[template(path = "organizations/api_key.html")]
struct KeyPage {
    layout: Layout,
    root: String,
    key: ApiKey,
    form: Form,
}

/// The fields of a key.
struct Form {
    label: String,
    scopes: Vec<(&'static str, bool)>,
    allowed_origins: String,
    errors: FieldErrors,
}

impl Form {
    fn of(wanted: &Wanted, errors: FieldErrors) -> Self {
        Self {
            label: wanted.label.clone(),
            scopes: Scope::ALL.map(|scope| (scope.as_str(), wanted.scopes.contains(&scope))).into(),
            allowed_origins: wanted.allowed_origins.join("\n"),
            errors,
        }
    }
}

#[derive(Deserialize)]
pub struct KeyPath {
    key: String,
}

pub async fn list(State(app): State<App>, viewer: Viewer, access: Access) -> Result<Response> {
    let mut page = list_page(&app, &viewer, &access, &Wanted::default(), FieldErrors::default()).await?;
    if let Some(session) = &viewer.session {
        page.made = app.redis.take_kept(Kept::ApiKey, session).await?;
    }
    render(&page)
}

pub async fn create(
    State(app): State<App>,
    viewer: Viewer,
    access: Access,
    Confirmed(posted): Confirmed,
) -> Result<Response> {
    let session = viewer.session.as_ref().ok_or(Error::Unauthorized)?;
    let (t, wanted) = (viewer.messages(), read(&posted));
    match service::create(&app.db, &acting(&access), &wanted, &held(&access), app.clock.now()).await {
        Ok((key, secret)) => {
            app.redis.keep(Kept::ApiKey, session, &secret).await?;
            redirect_with(&app, &viewer, &list_path(&access), t.project_key_created(key.label)).await
        }
        Err(error) => {
            let page = list_page(&app, &viewer, &access, &wanted, error.field_errors(t)?).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
        }
    }
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    access: Access,
    Path(path): Path<KeyPath>,
) -> Result<Response> {
    let key = find(&app, &access, &path).await?;
    let form = Form::of(&Wanted::of(&key), FieldErrors::default());
    render(&key_page(&app, &viewer, &access, key, form))
}

pub async fn save(
    State(app): State<App>,
    viewer: Viewer,
    access: Access,
    Path(path): Path<KeyPath>,
    Confirmed(posted): Confirmed,
) -> Result<Response> {
    let key = find(&app, &access, &path).await?;
    let (t, wanted) = (viewer.messages(), read(&posted));
    match service::update(&app.db, &acting(&access), &key, &wanted, &held(&access), app.clock.now()).await {
        Ok(_) => redirect_with(&app, &viewer, &list_path(&access), t.form_saved()).await,
        Err(error) => {
            let form = Form::of(&wanted, error.field_errors(t)?);
            let page = key_page(&app, &viewer, &access, key, form);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
        }
    }
}

pub async fn remove(
    State(app): State<App>,
    viewer: Viewer,
    access: Access,
    Path(path): Path<KeyPath>,
    _: Confirmed,
) -> Result<Response> {
    let key = find(&app, &access, &path).await?;
    service::remove(&app.db, &acting(&access), &key, app.clock.now()).await?;
    redirect_with(&app, &viewer, &list_path(&access), viewer.messages().project_key_deleted(key.label)).await
}

async fn find(app: &App, access: &Access, path: &KeyPath) -> Result<ApiKey> {
    let id = path.key.parse().map(ApiKeyId).map_err(|_| Error::NotFound)?;
    api_keys::find(&app.db, access.organization.id, id).await?.ok_or(Error::NotFound)
}

fn read(posted: &Posted) -> Wanted {
    Wanted {
        label: posted.text("label").to_owned(),
        scopes: posted.all("scope").filter_map(Scope::parse).collect(),
        allowed_origins: posted.lines("allowed_origins"),
    }
}

fn held(access: &Access) -> Vec<Scope> {
    Scope::ALL.into_iter().filter(|scope| access.may(*scope)).collect()
}

fn list_path(access: &Access) -> String {
    format!("/settings/{}/api-keys/", access.organization.slug)
}

async fn list_page(
    app: &App,
    viewer: &Viewer,
    access: &Access,
    wanted: &Wanted,
    errors: FieldErrors,
) -> Result<KeysPage> {
    let layout = Layout::of_organization(app, viewer, access, Section::Settings);
    Ok(KeysPage {
        root: format!("{}{}", layout.base, list_path(access)),
        layout,
        keys: api_keys::list(&app.db, access.organization.id).await?,
        made: None,
        url_prefix: app.config.system.url_prefix.clone(),
        form: Form::of(wanted, errors),
    })
}

fn key_page(app: &App, viewer: &Viewer, access: &Access, key: ApiKey, form: Form) -> KeyPage {
    let layout = Layout::of_organization(app, viewer, access, Section::Settings);
    KeyPage { root: format!("{}{}", layout.base, list_path(access)), layout, key, form }
}
