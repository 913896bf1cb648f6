//! A repository of the path's organization.

use std::collections::HashMap;
use std::marker::PhantomData;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use crate::app::App;
use crate::store::repositories::{self, Repository};
use crate::web::error::{Error, Result};
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::Needs;

/// An actor who holds one of the scopes of `N` in the organization, and the repository named by the path's
/// `{repository}` (its id).
pub struct RepositoryAccess<N> {
    pub repository: Repository,
    needs: PhantomData<N>,
}

impl<N: Needs> FromRequestParts<App> for RepositoryAccess<N> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let within = OrganizationAccess::<N>::from_request_parts(parts, app).await?;
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, app).await;
        let Path(parameters) = path.map_err(|_| Error::NotFound)?;
        let id = parameters.get("repository").and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
        let repository = repositories::find(&app.db, within.organization.id, id).await?;
        Ok(Self { repository: repository.ok_or(Error::NotFound)?, needs: PhantomData })
    }
}
