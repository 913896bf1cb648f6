//! People's accounts: making them, and their passwords.

pub mod administer;
pub mod close;
pub mod emails;
pub mod letters;
pub mod passwords;
pub mod recovery;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use letters::Notice;
pub use passwords::{MAX_PASSWORD, MIN_PASSWORD, hash_password};

use crate::app::App;
use crate::services::audit::{self, Doer, Entry};
use crate::store::constraint::violated;
use crate::store::users::{NewUser, User};
use crate::store::{members, organizations, password_links, teams, users};
use crate::types::audit_event::AuditEvent;
use crate::types::hex;
use crate::types::ids::{OrganizationId, UserId};
use crate::types::role::Role;

/// Why an account could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("an account with this email address exists already")]
    EmailTaken,
    #[error("this is not an email address")]
    InvalidEmail,
    #[error("a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters")]
    PasswordLength,
    #[error("this address is not confirmed yet")]
    EmailUnverified,
    #[error("letters go to this address; make another one the primary first")]
    EmailIsPrimary,
    #[error("an account has at most {} addresses", emails::MAX_EMAILS)]
    TooManyEmails,
    #[error("too many letters; try again in {seconds} s")]
    Wait { seconds: u64 },
    #[error("a directory keeps this account")]
    Managed,
    #[error("these organizations have no other owner: {0}")]
    LastOwner(String),
    #[error("the installation keeps at least one active superuser")]
    LastSuperuser,
    #[error("this cannot be done to one's own account")]
    OwnAccount,
    #[error("this account is disabled")]
    Disabled,
    #[error("the current password is not right")]
    WrongPassword,
    #[error("the password could not be hashed: {0}")]
    Hash(#[from] argon2::password_hash::Error),
    #[error(transparent)]
    Redis(#[from] redis::RedisError),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Longest address that mail can carry (RFC 5321).
const MAX_EMAIL: usize = 254;

/// An account to make. The user name is the address.
#[derive(Clone, Debug)]
pub struct NewAccount<'a> {
    pub email: &'a str,
    pub name: &'a str,
    /// From [`hash_password`]; `None`: cannot sign in with a password.
    pub password_hash: Option<&'a str>,
    pub is_superuser: bool,
}

/// Makes an account.
pub async fn create(db: &mut PgConnection, account: &NewAccount<'_>, now: DateTime<Utc>) -> Result<UserId, Error> {
    let email = account.email.trim();
    check_email(email)?;
    if users::has_email(&mut *db, email).await? {
        return Err(Error::EmailTaken);
    }
    let row = NewUser {
        username: email,
        email,
        name: account.name.trim(),
        password_hash: account.password_hash,
        is_superuser: account.is_superuser,
    };
    users::insert(db, &row, now).await.map_err(|error| match violated(&error) {
        Some("users_username_key") => Error::EmailTaken,
        _ => error.into(),
    })
}

/// Joins the first organization, as single-organization installations do: a superuser as owner, others as member, and
/// in its team where there is exactly one.
pub async fn join_default_organization(
    db: &mut PgConnection,
    user_id: UserId,
    is_superuser: bool,
    now: DateTime<Utc>,
) -> Result<Option<OrganizationId>, Error> {
    let Some(organization) = organizations::find_default(&mut *db).await? else { return Ok(None) };
    let role = if is_superuser { Role::Owner } else { Role::Member };
    let member_id = members::insert(&mut *db, organization.id, user_id, role, now).await?;
    if let [team] = teams::list(&mut *db, organization.id).await?.as_slice() {
        teams::insert_member(&mut *db, team.id, member_id).await?;
    }
    Ok(Some(organization.id))
}

/// Sets a new password for someone who knows the current one, or has none yet. Answers the nonce that the present
/// session goes on with; the others end.
pub async fn change_password(app: &App, by: &Doer, user: &User, current: &str, new: &str) -> Result<String, Error> {
    if user.is_managed {
        return Err(Error::Managed);
    }
    let auth = &app.config.auth;
    let stored = user.password_hash.clone();
    if stored.is_some() && !passwords::verify(auth, stored, current).await?.is_right {
        return Err(Error::WrongPassword);
    }
    let (hash, nonce) = (hash_password(auth, new).await?, new_nonce());
    let (mut tx, now) = (app.db.begin().await?, app.clock.now());
    users::update_password(&mut *tx, user.id, &hash, &nonce).await?;
    // Whoever asked for a link may be the one whom the change is meant to keep out.
    password_links::delete(&mut *tx, user.id).await?;
    let entry = Entry::of_installation(AuditEvent::UserPassword, user.display_name()).person(user.id);
    audit::record(&mut *tx, by, &entry, now).await?;
    letters::notify(&mut tx, app, user, by, Notice::PasswordChanged, now).await?;
    tx.commit().await?;
    Ok(nonce)
}

/// A value for `session_nonce` that no session has.
pub fn new_nonce() -> String {
    hex::encode(&rand::random::<[u8; 12]>())
}

/// Whether the address has the form of one. Only its owner can prove more.
pub fn check_email(email: &str) -> Result<(), Error> {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"".contains(c);
    let valid = email.len() <= MAX_EMAIL
        && email.chars().all(is_plain)
        && email.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty()
                && !host.is_empty()
                && !host.contains('@')
                && !host.starts_with('.')
                && !host.ends_with('.')
        });
    if valid { Ok(()) } else { Err(Error::InvalidEmail) }
}

#[cfg(test)]
mod tests {
    use super::check_email;

    #[test]
    fn addresses_are_told_from_other_texts() {
        for email in ["a@b", "lin@example.com", "12345@qq.com", "o'neil+x@mail.example.co.uk", "用户@例子.公司"] {
            assert!(check_email(email).is_ok(), "{email}");
        }
        for text in ["", "a", "@b", "a@", "a b@c", "a@b@c", "a@.b", "a@b.", "<a@b>", "a@b\n", &"x".repeat(260)] {
            assert!(check_email(text).is_err(), "{text}");
        }
    }
}
