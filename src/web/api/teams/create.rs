//! `POST /organizations/{organization}/teams/`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::view::TeamView;
use crate::app::App;
use crate::services::teams;
use crate::web::acting::acting;
use crate::web::api::body::Fields;
use crate::web::api::tenancy::Tenancy;
use crate::web::error::{Error, Result};
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::TeamOrOrgWrite;

/// Takes a name, a slug, or both. The creator joins.
pub async fn create(
    State(app): State<App>,
    access: OrganizationAccess<TeamOrOrgWrite>,
    mut fields: Fields,
) -> Result<(StatusCode, Json<TeamView>)> {
    let (name, slug) = (fields.text("name", teams::MAX_NAME), fields.slug("slug"));
    let name = name.filter(|name| !name.is_empty());
    let Some(name) = name.or_else(|| slug.as_ref().map(|slug| slug.as_str().to_owned())) else {
        fields.refuse("name", "A name or a slug is required.");
        return Err(fields.finish().err().unwrap_or(Error::NotFound));
    };
    fields.finish()?;

    let mut tx = app.db.begin().await?;
    let created = teams::create_for(&mut tx, &acting(&access), &name, slug.as_ref(), app.clock.now()).await;
    let created = created.map_err(|error| match error {
        teams::Error::SlugTaken => Error::Conflict(error.to_string().into()),
        other => other.into(),
    })?;
    tx.commit().await?;
    let tenancy = Tenancy::load(&app, &access).await?;
    Ok((StatusCode::CREATED, Json(tenancy.team(&created))))
}
