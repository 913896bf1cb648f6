//! A team of the path's organization.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use crate::app::App;
use crate::store::teams::{self, Team};
use crate::web::error::{Error, Result};
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::Needs;

/// An actor who holds one of the scopes of `N` in the organization, and the team named by the path's `{team}`.
pub struct TeamAccess<N> {
    pub team: Team,
    pub within: OrganizationAccess<N>,
}

impl<N: Needs> FromRequestParts<App> for TeamAccess<N> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let within = OrganizationAccess::<N>::from_request_parts(parts, app).await?;
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, app).await;
        let Path(parameters) = path.map_err(|_| Error::NotFound)?;
        let slug = parameters.get("team").ok_or(Error::NotFound)?;
        let team = teams::find_by_slug(&app.db, within.organization.id, slug).await?.ok_or(Error::NotFound)?;
        Ok(Self { team, within })
    }
}
