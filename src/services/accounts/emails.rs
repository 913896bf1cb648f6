//! The addresses of an account. An address counts once its owner has opened the link in a letter to it.

use chrono::TimeDelta;
use serde_json::json;
use sqlx::PgConnection;

use super::letters::{self, Notice};
use super::{Error, check_email};
use crate::app::App;
use crate::services::audit::{self, Doer, Entry};
use crate::services::secret_token;
use crate::store::user_emails::{self, UserEmail};
use crate::store::users::{self, User};
use crate::types::audit_event::AuditEvent;
use crate::types::ids::{UserEmailId, UserId};

const VALID_FOR: TimeDelta = TimeDelta::hours(48);
/// Addresses of an account.
pub const MAX_EMAILS: usize = 20;
/// Letters a minute that ask for confirmation.
const MAX_LETTERS: u32 = 10;

/// Adds an address and asks its owner to confirm it.
pub async fn add(app: &App, by: &Doer, user: &User, email: &str) -> Result<(), Error> {
    let email = email.trim();
    check_email(email)?;
    if user_emails::list(&app.db, user.id).await?.len() >= MAX_EMAILS {
        return Err(Error::TooManyEmails);
    }
    limit_letters(app, user).await?;
    let (mut tx, now, token) = (app.db.begin().await?, app.clock.now(), secret_token::generate());
    let Some(_) = user_emails::insert(&mut *tx, user.id, email, &secret_token::hash(&token), now).await? else {
        return Err(Error::EmailTaken);
    };
    letters::confirm_address(&mut tx, app, user, email, &path(user, &token), now).await?;
    letters::notify(&mut tx, app, user, by, Notice::EmailAdded(email), now).await?;
    audit::record(&mut *tx, by, &entry(user, "add", email), now).await?;
    Ok(tx.commit().await?)
}

/// Sends the letter once more; what the one before holds opens nothing any more.
pub async fn resend(app: &App, user: &User, email: &UserEmail) -> Result<(), Error> {
    limit_letters(app, user).await?;
    let (mut tx, now, token) = (app.db.begin().await?, app.clock.now(), secret_token::generate());
    user_emails::update_token(&mut *tx, email.id, &secret_token::hash(&token), now).await?;
    letters::confirm_address(&mut tx, app, user, &email.email, &path(user, &token), now).await?;
    Ok(tx.commit().await?)
}

/// Takes the address of a new account for unconfirmed until its owner has opened the link in a letter: whoever made the
/// account may have typed anybody's.
pub async fn ask_for_proof(db: &mut PgConnection, app: &App, user: &User) -> sqlx::Result<()> {
    let (now, token) = (app.clock.now(), secret_token::generate());
    user_emails::doubt(&mut *db, user.id, &secret_token::hash(&token), now).await?;
    letters::confirm_address(db, app, user, &user.email, &path(user, &token), now).await
}

/// The address that a link would confirm.
pub async fn find_by_token(app: &App, user_id: UserId, token: &str) -> sqlx::Result<Option<String>> {
    user_emails::find_by_token(&app.db, user_id, &secret_token::hash(token), app.clock.now() - VALID_FOR).await
}

/// Confirms the address of a link; `None`: the link opens nothing.
pub async fn confirm(app: &App, user_id: UserId, token: &str) -> sqlx::Result<Option<String>> {
    user_emails::verify(&app.db, user_id, &secret_token::hash(token), app.clock.now() - VALID_FOR).await
}

/// Letters go there from now on.
pub async fn make_primary(app: &App, by: &Doer, user: &User, email: &UserEmail) -> Result<(), Error> {
    if !email.is_verified {
        return Err(Error::EmailUnverified);
    }
    let (mut tx, now) = (app.db.begin().await?, app.clock.now());
    users::update_email(&mut *tx, user.id, &email.email).await?;
    letters::notify(&mut tx, app, user, by, Notice::PrimaryEmailChanged(&email.email), now).await?;
    audit::record(&mut *tx, by, &entry(user, "primary", &email.email), now).await?;
    Ok(tx.commit().await?)
}

/// Removes an address that letters do not go to.
pub async fn remove(app: &App, by: &Doer, user: &User, email: &UserEmail) -> Result<(), Error> {
    if email.email.eq_ignore_ascii_case(&user.email) {
        return Err(Error::EmailIsPrimary);
    }
    let (mut tx, now) = (app.db.begin().await?, app.clock.now());
    user_emails::delete(&mut *tx, user.id, email.id).await?;
    audit::record(&mut *tx, by, &entry(user, "remove", &email.email), now).await?;
    Ok(tx.commit().await?)
}

/// One of the account's addresses.
pub async fn find(app: &App, user: &User, id: UserEmailId) -> sqlx::Result<Option<UserEmail>> {
    let own = user_emails::list(&app.db, user.id).await?;
    Ok(own.into_iter().find(|email| email.id == id))
}

async fn limit_letters(app: &App, user: &User) -> Result<(), Error> {
    let attempts = app.redis.count_attempt("confirm-address", &user.id.to_string()).await?;
    if attempts.count > MAX_LETTERS { Err(Error::Wait { seconds: attempts.seconds_left }) } else { Ok(()) }
}

fn entry<'a>(user: &'a User, action: &str, email: &str) -> Entry<'a> {
    let data = json!({"action": action, "email": email});
    Entry::of_installation(AuditEvent::UserEmail, user.display_name()).person(user.id).data(data)
}

fn path(user: &User, token: &str) -> String {
    format!("/account/confirm-email/{}/{token}/", user.id)
}
