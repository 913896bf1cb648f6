//! A key of the path's project.

use std::collections::HashMap;
use std::marker::PhantomData;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use crate::app::App;
use crate::store::project_keys::{self, ProjectKey};
use crate::web::error::{Error, Result};
use crate::web::extract::ProjectAccess;
use crate::web::extract::needs::Needs;

/// An actor who holds one of the scopes of `N` on the project, and the key named by the path's `{key}`.
pub struct KeyAccess<N> {
    pub key: ProjectKey,
    needs: PhantomData<N>,
}

impl<N: Needs> FromRequestParts<App> for KeyAccess<N> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let within = ProjectAccess::<N>::from_request_parts(parts, app).await?;
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, app).await;
        let Path(parameters) = path.map_err(|_| Error::NotFound)?;
        let public_key = parameters.get("key").ok_or(Error::NotFound)?;
        let key = project_keys::find_in_project(&app.db, within.project.id, public_key).await?;
        Ok(Self { key: key.ok_or(Error::NotFound)?, needs: PhantomData })
    }
}
