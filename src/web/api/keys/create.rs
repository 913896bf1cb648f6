//! `POST /projects/{organization}/{project}/keys/`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::view::KeyView;
use crate::app::App;
use crate::services::keys::{self, By, Credentials};
use crate::web::api::body::Fields;
use crate::web::error::Result;
use crate::web::extract::ProjectAccess;
use crate::web::extract::needs::ProjectWrite;

/// Random values unless `public` and `secret` are brought along.
pub async fn create(
    State(app): State<App>,
    access: ProjectAccess<ProjectWrite>,
    mut fields: Fields,
) -> Result<(StatusCode, Json<KeyView>)> {
    let name = fields.text("name", keys::MAX_LABEL).unwrap_or_default();
    let (public, secret) = (fields.text("public", 32), fields.text("secret", 32));
    fields.finish()?;
    let credentials = Credentials::parse(public.as_deref(), secret.as_deref())?;
    let doer = access.actor().doer();
    let by = By { doer: &doer, project: &access.project, now: app.clock.now() };
    let key = keys::create_for(&app.db, by, &name, &credentials).await?;
    Ok((StatusCode::CREATED, Json(KeyView::of(&app, &access.project, &key))))
}
