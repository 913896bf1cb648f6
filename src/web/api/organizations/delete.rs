//! `DELETE /organizations/{organization}/`: hidden at once, gone after a day.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::get;
use super::view::OrganizationDetailView;
use crate::app::App;
use crate::services::organizations;
use crate::web::error::Result;
use crate::web::extract::needs::OrgAdmin;
use crate::web::extract::{OrganizationAccess, Sudo};

pub async fn delete(
    State(app): State<App>,
    access: OrganizationAccess<OrgAdmin>,
    _: Sudo,
) -> Result<(StatusCode, Json<OrganizationDetailView>)> {
    access.actor.person()?;
    organizations::remove(&app, &access.actor.doer(), &access.organization).await?;
    Ok((StatusCode::ACCEPTED, Json(get::detail(&app, &access).await?.pending_deletion())))
}
