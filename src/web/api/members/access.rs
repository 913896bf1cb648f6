//! The member that a path names.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use crate::app::App;
use crate::store::member_lists::{self, ListedMember};
use crate::types::ids::MemberId;
use crate::web::error::{Error, Result};
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::Needs;

/// An actor who holds one of the scopes of `N` in the organization, and the member of it with the path's id; `me` is the
/// actor's own membership.
pub struct MemberAccess<N> {
    pub member: ListedMember,
    pub within: OrganizationAccess<N>,
}

impl<N: Needs> FromRequestParts<App> for MemberAccess<N> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let within = OrganizationAccess::<N>::from_request_parts(parts, app).await?;
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, app).await;
        let Path(parameters) = path.map_err(|_| Error::NotFound)?;
        let id = match parameters.get("member").map(String::as_str) {
            Some("me") => within.member.as_ref().map(|member| member.id),
            Some(id) => id.parse().ok().map(MemberId),
            None => None,
        };
        let id = id.ok_or(Error::NotFound)?;
        let member = member_lists::find(&app.db, within.organization.id, id).await?.ok_or(Error::NotFound)?;
        Ok(Self { member, within })
    }
}

impl<N: Needs> MemberAccess<N> {
    /// Whether the actor is the member.
    pub fn is_self(&self) -> bool {
        self.member.user_id == Some(self.within.actor.user.id)
    }
}
