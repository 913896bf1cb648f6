//! `/organizations/{organization}/api-keys/`: keys that act for no person.

use std::collections::HashMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use super::body::Fields;
use super::date::Date;
use super::lists::{ListAnswer, page_of};
use crate::app::App;
use crate::services::api_keys::{self as service, MAX_LABEL, Wanted};
use crate::store::api_keys::{self, ApiKey};
use crate::types::ids::ApiKeyId;
use crate::types::scope::Scope;
use crate::web::acting::acting;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::OrgAdmin;
use crate::web::extract::{OrganizationAccess, Pagination, Sudo};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/organizations/{organization}/api-keys/", get(list).post(create))
        .route("/organizations/{organization}/api-keys/{key}/", get(show).put(update).delete(delete))
}

type Access = OrganizationAccess<OrgAdmin>;
type Parts = Path<HashMap<String, String>>;

/// A key. Its text is there once, when it is made.
#[derive(Serialize)]
struct ApiKeyView {
    id: String,
    label: String,
    key: Option<String>,
    scope_list: Vec<String>,
    /// One to a line.
    allowed_origins: String,
    #[serde(rename = "dateCreated")]
    date_created: Date,
    #[serde(rename = "lastUsed")]
    last_used: Option<Date>,
}

impl ApiKeyView {
    fn of(key: ApiKey, secret: Option<String>) -> Self {
        Self {
            id: key.id.to_string(),
            label: key.label,
            key: secret,
            scope_list: key.scopes,
            allowed_origins: key.allowed_origins.join("\n"),
            date_created: key.created_at.into(),
            last_used: key.last_used_at.map(Date),
        }
    }
}

async fn list(State(app): State<App>, access: Access, pagination: Pagination) -> Result<ListAnswer<ApiKeyView>> {
    let keys = api_keys::list(&app.db, access.organization.id).await?;
    Ok(page_of(&pagination, keys.into_iter().map(|key| ApiKeyView::of(key, None)).collect()))
}

async fn create(
    State(app): State<App>,
    access: Access,
    _: Sudo,
    mut fields: Fields,
) -> Result<(StatusCode, Json<ApiKeyView>)> {
    let mut wanted = Wanted::default();
    read(&mut fields, &mut wanted);
    if wanted.scopes.is_empty() {
        fields.refuse("scope_list", "This field is required.");
    }
    fields.finish()?;
    let made = service::create(&app.db, &acting(&access), &wanted, &held(&access), app.clock.now()).await?;
    Ok((StatusCode::CREATED, Json(ApiKeyView::of(made.0, Some(made.1)))))
}

async fn show(State(app): State<App>, access: Access, path: Parts) -> Result<Json<ApiKeyView>> {
    Ok(Json(ApiKeyView::of(find(&app, &access, &path).await?, None)))
}

async fn update(
    State(app): State<App>,
    access: Access,
    _: Sudo,
    path: Parts,
    mut fields: Fields,
) -> Result<Json<ApiKeyView>> {
    let key = find(&app, &access, &path).await?;
    let mut wanted = Wanted::of(&key);
    read(&mut fields, &mut wanted);
    fields.finish()?;
    let key = service::update(&app.db, &acting(&access), &key, &wanted, &held(&access), app.clock.now()).await?;
    Ok(Json(ApiKeyView::of(key, None)))
}

async fn delete(State(app): State<App>, access: Access, _: Sudo, path: Parts) -> Result<StatusCode> {
    let key = find(&app, &access, &path).await?;
    service::remove(&app.db, &acting(&access), &key, app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn read(fields: &mut Fields, wanted: &mut Wanted) {
    if let Some(label) = fields.text("label", MAX_LABEL) {
        wanted.label = label;
    }
    if let Some(scopes) = fields.scopes("scope_list") {
        wanted.scopes = scopes;
    }
    if let Some(origins) = fields.texts("allowed_origins") {
        wanted.allowed_origins = origins;
    }
}

async fn find(app: &App, access: &Access, path: &Parts) -> Result<ApiKey> {
    let id = path.get("key").and_then(|id| id.parse().ok()).map(ApiKeyId).ok_or(Error::NotFound)?;
    api_keys::find(&app.db, access.organization.id, id).await?.ok_or(Error::NotFound)
}

/// What the caller may, and so may give.
fn held(access: &Access) -> Vec<Scope> {
    Scope::ALL.into_iter().filter(|scope| access.may(*scope)).collect()
}
