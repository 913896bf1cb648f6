//! `PUT /organizations/{organization}/`: name and slug.

use axum::Json;
use axum::extract::State;

use super::get;
use super::view::OrganizationDetailView;
use crate::app::App;
use crate::services::organizations::{self, Identity};
use crate::web::api::body::Fields;
use crate::web::error::Result;
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::OrgWrite;

pub async fn update(
    State(app): State<App>,
    mut access: OrganizationAccess<OrgWrite>,
    mut fields: Fields,
) -> Result<Json<OrganizationDetailView>> {
    let (name, slug) = (fields.text("name", organizations::MAX_NAME), fields.slug("slug"));
    fields.finish()?;
    let identity = Identity { name: name.as_deref(), slug: slug.as_ref() };
    access.organization = organizations::rename(&app.db, &access.organization, &identity).await?;
    Ok(Json(get::detail(&app, &access).await?))
}
