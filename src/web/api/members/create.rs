//! `POST /organizations/{organization}/members/`: invites an address.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::refuse;
use super::view::MemberDetailView;
use crate::app::App;
use crate::services::members::{self, Error as MemberError, NewMember};
use crate::store::member_lists;
use crate::types::role::Role;
use crate::web::acting::acting;
use crate::web::api::body::Fields;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::MemberWrite;

/// Longest address that Sentry takes.
const MAX_EMAIL: usize = 75;

/// The answer holds the link, which nobody can see again.
pub async fn create(
    State(app): State<App>,
    access: OrganizationAccess<MemberWrite>,
    mut fields: Fields,
) -> Result<Response> {
    let email = fields.required_text("email", MAX_EMAIL);
    let role = read_role(&mut fields, "role");
    let teams = fields.texts("teams").unwrap_or_default();
    if role.is_none() && !fields.has("role") {
        fields.refuse("role", "This field is required.");
    }
    fields.finish()?;
    let new = NewMember { email: &email, role: role.unwrap_or(Role::Member), teams: &teams };
    let language = access.actor.user.language.as_deref().and_then(crate::types::language::Language::parse);
    let mut tx = app.db.begin().await?;
    let invited = members::invite(&mut tx, &app, &acting(&access), &new, language.unwrap_or_default()).await;
    let invited = match invited {
        Ok(invited) => invited,
        Err(error) => return refusal(error),
    };
    tx.commit().await?;
    let member = member_lists::find(&app.db, access.organization.id, invited.id).await?.ok_or(Error::NotFound)?;
    let link = format!("{}{}", app.config.system.url_prefix, invited.path);
    let view = MemberDetailView::of(&app, &access, &member, Some(link)).await?;
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

fn refusal(error: MemberError) -> Result<Response> {
    Ok(match error {
        MemberError::RoleAbove => {
            refuse(StatusCode::FORBIDDEN, "role", "You do not have permission to invite that role.")
        }
        MemberError::AlreadyMember(email) => {
            refuse(StatusCode::CONFLICT, "email", &format!("The user {email} is already a member"))
        }
        MemberError::Email(_) => return Err(Error::Invalid(FieldErrors::one("email", error.to_string()))),
        MemberError::UnknownTeam(_) => refuse(StatusCode::BAD_REQUEST, "teams", "Invalid team"),
        other => return Err(other.into()),
    })
}

/// A role by its name.
pub fn read_role(fields: &mut Fields, field: &'static str) -> Option<Role> {
    let name = fields.text(field, 32)?;
    let role = Role::parse(&name);
    if role.is_none() {
        fields.refuse(field, "A role is member, admin, manager or owner.");
    }
    role
}
