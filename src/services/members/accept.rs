//! Coming in by an invitation.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

use super::{Error, shown_token};
use crate::app::App;
use crate::services::accounts::{self, NewAccount, emails};
use crate::services::audit::{self, Doer, Entry};
use crate::services::secret_token;
use crate::store::invitations::{self, Invitation};
use crate::store::{members, organizations, users};
use crate::types::audit_event::AuditEvent;
use crate::types::ids::{MemberId, UserId};

/// An invitation, opened.
#[derive(Clone, Debug)]
pub struct Opened {
    pub invitation: Invitation,
    token_hash: [u8; 32],
    /// By the link of the letter, so the address is the reader's.
    is_by_letter: bool,
}

/// The invitation that a token opens.
pub async fn find_invitation(app: &App, id: MemberId, token: &str) -> Result<Opened, Error> {
    let (shown, mailed) = (secret_token::hash(token), secret_token::hash(&shown_token(token)));
    let mut opened = invitations::find(&app.db, id, &shown).await?.map(|invitation| (invitation, shown));
    if opened.is_none() {
        opened = invitations::find(&app.db, id, &mailed).await?.map(|invitation| (invitation, mailed));
    }
    let (invitation, token_hash) = opened.ok_or(Error::NoInvitation)?;
    let organization = organizations::find(&app.db, invitation.organization_id).await?;
    if organization.is_none() {
        return Err(Error::NoInvitation);
    }
    check_age(&invitation, app.clock.now())?;
    Ok(Opened { invitation, token_hash, is_by_letter: token_hash == mailed })
}

fn check_age(invitation: &Invitation, now: DateTime<Utc>) -> Result<(), Error> {
    if invitation.expires_at.is_some_and(|at| at > now) { Ok(()) } else { Err(Error::Expired) }
}

/// Makes an account a member. Of somebody who is one already only the invitation goes.
pub async fn accept(app: &App, opened: &Opened, doer: &Doer, user_id: UserId) -> Result<(), Error> {
    let invitation = &opened.invitation;
    let mut tx = app.db.begin().await?;
    let is_member = members::find(&mut *tx, invitation.organization_id, user_id).await?.is_some();
    if is_member {
        members::delete(&mut *tx, invitation.id).await?;
    } else {
        join(&mut tx, opened, doer, user_id, app.clock.now()).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Makes an account for the invited address, and that a member. Who did not come by the letter has yet to confirm the
/// address: a link may be handed to anybody.
pub async fn accept_as_new(
    app: &App,
    opened: &Opened,
    (name, password): (&str, &str),
    ip: Option<std::net::IpAddr>,
) -> Result<UserId, Error> {
    let now = app.clock.now();
    let hash = accounts::hash_password(&app.config.auth, password).await?;
    let account = NewAccount { email: &opened.invitation.email, name, password_hash: Some(&hash), is_superuser: false };
    let mut tx = app.db.begin().await?;
    let user_id = accounts::create(&mut tx, &account, now).await?;
    let user = users::find(&mut *tx, user_id).await?.ok_or(sqlx::Error::RowNotFound)?;
    if !opened.is_by_letter {
        emails::ask_for_proof(&mut tx, app, &user).await?;
    }
    join(&mut tx, opened, &Doer::user(&user, ip), user_id, now).await?;
    tx.commit().await?;
    Ok(user_id)
}

async fn join(
    db: &mut PgConnection,
    opened: &Opened,
    doer: &Doer,
    user_id: UserId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let invitation = &opened.invitation;
    check_age(invitation, now)?;
    if !invitations::accept(&mut *db, invitation.id, &opened.token_hash, user_id).await? {
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
