//! `DELETE /organizations/{organization}/members/{member}/`: leaving, removing, taking an invitation back.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::access::MemberAccess;
use super::{INSUFFICIENT_ROLE, refuse};
use crate::app::App;
use crate::services::members::{self, Error as MemberError};
use crate::types::scope::Scope;
use crate::web::acting::acting;
use crate::web::error::Result;
use crate::web::extract::Sudo;
use crate::web::extract::needs::MemberRead;

/// Everybody may leave; others are removed with `member:admin`.
pub async fn delete(State(app): State<App>, access: MemberAccess<MemberRead>, _proof: Sudo) -> Result<Response> {
    if !access.is_self() && !access.within.may(Scope::MemberAdmin) {
        return Ok(refuse(StatusCode::BAD_REQUEST, "detail", "You are missing the member:admin scope."));
    }
    let mut tx = app.db.begin().await?;
    match members::remove(&mut tx, &acting(&access.within), &access.member, app.clock.now()).await {
        Ok(()) => {}
        Err(MemberError::MemberAbove) => return Ok(refuse(StatusCode::BAD_REQUEST, "detail", INSUFFICIENT_ROLE)),
        Err(MemberError::LastOwner) => {
            let text = "You cannot remove the only remaining owner of the organization.";
            return Ok(refuse(StatusCode::FORBIDDEN, "detail", text));
        }
        Err(error) => return Err(error.into()),
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
