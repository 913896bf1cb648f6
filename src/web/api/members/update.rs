//! `PUT /organizations/{organization}/members/{member}/`: role, teams, inviting again.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::access::MemberAccess;
use super::create::read_role;
use super::refuse;
use super::view::MemberDetailView;
use crate::app::App;
use crate::services::members::{self, Error as MemberError};
use crate::store::member_lists;
use crate::types::language::Language;
use crate::types::scope::Scope;
use crate::web::acting::acting;
use crate::web::api::body::Fields;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::MemberWrite;

/// What may be sent; other members of the body are ignored.
pub async fn update(State(app): State<App>, access: MemberAccess<MemberWrite>, mut fields: Fields) -> Result<Response> {
    let (reinvite, regenerate) = (fields.flag("reinvite") == Some(true), fields.flag("regenerate") == Some(true));
    let (role, teams) = (read_role(&mut fields, "role"), fields.texts("teams"));
    fields.finish()?;
    let (acting, member) = (acting(&access.within), &access.member);
    let mut tx = app.db.begin().await?;
    let mut link = None;
    if reinvite {
        if let Some(refusal) = refuse_invitation(&app, &access, regenerate) {
            return Ok(refusal);
        }
        let language = access.within.actor.user.language.as_deref().and_then(Language::parse).unwrap_or_default();
        match members::invite_again(&mut tx, &app, &acting, member, language).await {
            Ok(invited) => link = Some(format!("{}{}", app.config.system.url_prefix, invited.path)),
            Err(error) => return refusal(error),
        }
    }
    if let Err(error) = members::change(&mut tx, &acting, member, role, teams.as_deref(), app.clock.now()).await {
        return refusal(error);
    }
    tx.commit().await?;
    let organization_id = access.within.organization.id;
    let member = member_lists::find(&app.db, organization_id, member.id).await?.ok_or(Error::NotFound)?;
    Ok(Json(MemberDetailView::of(&app, &access.within, &member, link).await?).into_response())
}

/// Only the hash of a token is kept, so that inviting again always makes another; what an expired one needs is asked for
/// all the same.
fn refuse_invitation(app: &App, access: &MemberAccess<MemberWrite>, regenerate: bool) -> Option<Response> {
    let detail = |text| Some(refuse(StatusCode::BAD_REQUEST, "detail", text));
    if !access.member.is_pending() {
        return detail("You cannot send an invitation to a user who is already a full member.");
    }
    if regenerate && !access.within.may(Scope::MemberAdmin) {
        return detail("You are missing the member:admin scope.");
    }
    if !regenerate && access.member.is_expired(app.clock.now()) {
        return detail("You cannot resend an expired invitation without regenerating the token.");
    }
    None
}

fn refusal(error: MemberError) -> Result<Response> {
    let (status, field, text) = match error {
        MemberError::RoleAbove => {
            (StatusCode::FORBIDDEN, "role", "You do not have permission to assign the given role.")
        }
        MemberError::MemberAbove => {
            (StatusCode::FORBIDDEN, "role", "You do not have permission to assign a role to the given user.")
        }
        MemberError::OwnRole => (StatusCode::BAD_REQUEST, "detail", "You cannot make changes to your own role."),
        MemberError::LastOwner => {
            (StatusCode::FORBIDDEN, "detail", "You cannot remove the only remaining owner of the organization.")
        }
        MemberError::UnknownTeam(_) => (StatusCode::BAD_REQUEST, "teams", "Invalid team"),
        other => return Err(other.into()),
    };
    Ok(refuse(status, field, text))
}
