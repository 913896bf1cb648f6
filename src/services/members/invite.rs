//! Inviting people, and making accounts for those whom no mail reaches.

use serde_json::json;
use sqlx::PgConnection;

use super::{Acting, Error, Secrets, accept_path, expiry, letters, new_secrets, team_ids};
use crate::app::App;
use crate::services::accounts::{self, NewAccount, emails};
use crate::services::audit::{self, Entry};
use crate::store::invitations::{self, NewInvitation};
use crate::store::member_lists::{self, ListedMember};
use crate::store::{members, users};
use crate::types::audit_event::AuditEvent;
use crate::types::ids::MemberId;
use crate::types::language::Language;
use crate::types::role::Role;

/// Somebody to bring in.
#[derive(Clone, Debug)]
pub struct NewMember<'a> {
    pub email: &'a str,
    pub role: Role,
    /// Slugs.
    pub teams: &'a [String],
}

/// An invitation that was made; the paths are the only copies of its secrets.
#[derive(Clone, Debug)]
pub struct Invited {
    pub id: MemberId,
    pub email: String,
    /// Shown to who invites.
    pub path: String,
    /// In the letter.
    pub mailed_path: String,
}

/// Invites an address, and writes to it. Whether it has an account does not matter, nor is it told.
pub async fn invite(
    db: &mut PgConnection,
    app: &App,
    acting: &Acting,
    new: &NewMember<'_>,
    language: Language,
) -> Result<Invited, Error> {
    check(db, acting, new).await?;
    let teams = team_ids(db, acting, new.teams).await?;
    let (now, secrets) = (app.clock.now(), new_secrets());
    let row = NewInvitation {
        organization_id: acting.organization.id,
        email: new.email,
        role: new.role,
        token_hash: &secrets.hash,
        expires_at: expiry(now),
        invited_by: acting.doer.user_id,
    };
    let id = invitations::insert(&mut *db, &row, now).await?;
    let id = id.ok_or_else(|| Error::AlreadyMember(new.email.to_owned()))?;
    members::set_teams(&mut *db, acting.organization.id, id, &teams).await?;
    let invited = invited(id, new.email, &secrets);
    tell(db, app, acting, &invited, new.role, language).await?;
    Ok(invited)
}

/// Makes the invitation anew: another token, thirty more days, another letter. Links sent before open nothing any more,
/// since only the hash of a token is kept.
pub async fn invite_again(
    db: &mut PgConnection,
    app: &App,
    acting: &Acting,
    member: &ListedMember,
    language: Language,
) -> Result<Invited, Error> {
    acting.may_change(member)?;
    if !member.is_pending() {
        return Err(Error::NotPending);
    }
    let secrets = new_secrets();
    invitations::update_token(&mut *db, member.id, &secrets.hash, expiry(app.clock.now())).await?;
    let invited = invited(member.id, &member.email, &secrets);
    tell(db, app, acting, &invited, member.role, language).await?;
    Ok(invited)
}

fn invited(id: MemberId, email: &str, secrets: &Secrets) -> Invited {
    let (path, mailed_path) = (accept_path(id, &secrets.shown), accept_path(id, &secrets.mailed));
    Invited { id, email: email.to_owned(), path, mailed_path }
}

async fn tell(
    db: &mut PgConnection,
    app: &App,
    acting: &Acting,
    invited: &Invited,
    role: Role,
    language: Language,
) -> sqlx::Result<()> {
    let now = app.clock.now();
    letters::invitation(db, app, acting, invited, language).await?;
    let entry = Entry::of_organization(AuditEvent::MemberInvite, acting.organization.id, &invited.email)
        .target(invited.id.0)
        .data(json!({"role": role.as_str()}));
    audit::record(&mut *db, &acting.doer, &entry, now).await
}

async fn check(db: &mut PgConnection, acting: &Acting, new: &NewMember<'_>) -> Result<(), Error> {
    acting.may_give(new.role)?;
    accounts::check_email(new.email).map_err(|_| Error::Email(new.email.to_owned()))?;
    if member_lists::has_email(&mut *db, acting.organization.id, new.email).await? {
        return Err(Error::AlreadyMember(new.email.to_owned()));
    }
    Ok(())
}

/// An account that was made, with the password for its first sign-in; the only copy.
#[derive(Clone, Debug)]
pub struct OneTime {
    pub email: String,
    pub password: String,
}

/// Makes an account that belongs to the organization at once. Its password has to be changed at the first sign-in.
pub async fn create_user(
    db: &mut PgConnection,
    app: &App,
    acting: &Acting,
    new: &NewMember<'_>,
    name: &str,
) -> Result<OneTime, Error> {
    check(db, acting, new).await?;
    let teams = team_ids(db, acting, new.teams).await?;
    let (now, password) = (app.clock.now(), one_time_password());
    let hash = accounts::hash_password(&app.config.auth, &password).await?;
    let account = NewAccount { email: new.email, name, password_hash: Some(&hash), is_superuser: false };
    let user_id = accounts::create(db, &account, now).await?;
    users::expire_password(&mut *db, user_id).await?;
    let user = users::find(&mut *db, user_id).await?.ok_or(sqlx::Error::RowNotFound)?;
    emails::ask_for_proof(db, app, &user).await?;
    let id = members::insert(&mut *db, acting.organization.id, user_id, new.role, now).await?;
    members::set_teams(&mut *db, acting.organization.id, id, &teams).await?;
    let entry = Entry::of_organization(AuditEvent::MemberAdd, acting.organization.id, new.email)
        .target(id.0)
        .person(user_id)
        .data(json!({"role": new.role.as_str()}));
    audit::record(&mut *db, &acting.doer, &entry, now).await?;
    Ok(OneTime { email: new.email.to_owned(), password })
}

/// Easy to read aloud: no letters that look alike.
fn one_time_password() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let letter = |_| char::from(LETTERS[rand::random_range(0..LETTERS.len())]);
    let groups = (0..4).map(|_| (0..4).map(letter).collect::<String>());
    groups.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::one_time_password;

    #[test]
    fn one_time_passwords_are_long_and_differ() {
        let (one, other) = (one_time_password(), one_time_password());
        assert_eq!((one.len(), one.matches('-').count()), (19, 3), "{one}");
        assert_ne!(one, other);
    }
}
