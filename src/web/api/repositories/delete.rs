//! `DELETE /organizations/{organization}/repos/{repository}/`: with its commits.

use axum::extract::State;
use axum::http::StatusCode;

use super::access::RepositoryAccess;
use crate::app::App;
use crate::store::repositories;
use crate::web::error::Result;
use crate::web::extract::needs::OrgAdmin;

pub async fn delete(State(app): State<App>, access: RepositoryAccess<OrgAdmin>) -> Result<StatusCode> {
    repositories::delete(&app.db, access.repository.id).await?;
    Ok(StatusCode::ACCEPTED)
}
