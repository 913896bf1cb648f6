//! Proof that an actor may do something to a project's key.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::access::{ProjectAccess, path_parameter};
use super::needs::Needs;
use crate::app::App;
use crate::store::project_keys::{self, ProjectKey};
use crate::web::error::{Error, Result};

/// An actor who holds one of the scopes of `N` on the project, and the key whose public part is the path's `{key}`.
pub struct KeyAccess<N> {
    pub key: ProjectKey,
    pub within: ProjectAccess<N>,
}

impl<N: Needs> FromRequestParts<App> for KeyAccess<N> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let within = ProjectAccess::<N>::from_request_parts(parts, app).await?;
        let public_key = path_parameter(parts, "key").await?;
        let key = project_keys::find_in_project(&app.db, within.project.id, &public_key).await?;
        Ok(Self { key: key.ok_or(Error::NotFound)?, within })
    }
}
