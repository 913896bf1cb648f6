//! Coming in by an invitation.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

use super::Error;
use crate::app::App;
use crate::services::accounts::{self, NewAccount};
use crate::services::audit::{self, Doer, Entry};
use crate::services::secret_token;
use crate::store::invitations::{self, Invitation};
use crate::store::{members, organizations, users};
use crate::types::audit_event::AuditEvent;
use crate::types::ids::{MemberId, UserId};

/// The invitation that a token opens.
pub async fn find_invitation(app: &App, id: MemberId, token: &str) -> Result<Invitation, Error> {
    let found = invitations::find(&app.db, id, &secret_token::hash(token)).await?;
    let invitation = found.ok_or(Error::NoInvitation)?;
    let organization = organizations::find(&app.db, invitation.organization_id).await?;
    if organization.is_none() {
        return Err(Error::NoInvitation);
    }
    check_age(&invitation, app.clock.now())?;
    Ok(invitation)
}

fn check_age(invitation: &Invitation, now: DateTime<Utc>) -> Result<(), Error> {
    if invitation.expires_at.is_some_and(|at| at > now) { Ok(()) } else { Err(Error::Expired) }
}

/// Makes an account a member. Of somebody who is one already only the invitation goes.
pub async fn accept(
    app: &App,
    invitation: &Invitation,
    token: &str,
    doer: &Doer,
    user_id: UserId,
) -> Result<(), Error> {
    let mut tx = app.db.begin().await?;
    let is_member = members::find(&mut *tx, invitation.organization_id, user_id).await?.is_some();
    if is_member {
        members::delete(&mut *tx, invitation.id).await?;
    } else {
        join(&mut tx, invitation, token, doer, user_id, app.clock.now()).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Makes an account for the invited address, and that a member.
pub async fn accept_as_new(
    app: &App,
    invitation: &Invitation,
    token: &str,
    (name, password): (&str, &str),
    ip: Option<std::net::IpAddr>,
) -> Result<UserId, Error> {
    let now = app.clock.now();
    let hash = accounts::hash_password(&app.config.auth, password).await?;
    let account = NewAccount { email: &invitation.email, name, password_hash: Some(&hash), is_superuser: false };
    let mut tx = app.db.begin().await?;
    let user_id = accounts::create(&mut tx, &account, now).await?;
    let user = users::find(&mut *tx, user_id).await?.ok_or(sqlx::Error::RowNotFound)?;
    join(&mut tx, invitation, token, &Doer::user(&user, ip), user_id, now).await?;
    tx.commit().await?;
    Ok(user_id)
}

async fn join(
    db: &mut PgConnection,
    invitation: &Invitation,
    token: &str,
    doer: &Doer,
    user_id: UserId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    check_age(invitation, now)?;
    if !invitations::accept(&mut *db, invitation.id, &secret_token::hash(token), user_id).await? {
        return Err(Error::NoInvitation);
    }
    users::update_last_organization(&mut *db, user_id, invitation.organization_id).await?;
    let event = AuditEvent::MemberAcceptInvite;
    let entry = Entry::of_organization(event, invitation.organization_id, &invitation.email)
        .target(invitation.id.0)
        .person(user_id)
        .data(json!({"role": invitation.role.as_str()}));
    audit::record(&mut *db, doer, &entry, now).await?;
    Ok(())
}
