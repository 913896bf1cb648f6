//! Links to set a password with: for those who forgot theirs, and for those who never had one.
//!
//! A link works once, within 48 hours. Who asks for one learns nothing: not from the answer, and not from its time,
//! since the work is done afterwards.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::letters::{self, Notice};
use super::{Error, passwords};
use crate::app::App;
use crate::services::audit::{self, Doer, Entry};
use crate::services::secret_token;
use crate::store::password_links;
use crate::store::users::{self, User};
use crate::types::audit_event::AuditEvent;
use crate::types::ids::UserId;

const VALID_FOR: TimeDelta = TimeDelta::hours(48);
/// Letters a minute to one account, from whatever addresses they are asked for.
const MAX_LETTERS: u32 = 2;

/// Sends a link to whoever has this user name or address, in the background. A directory keeps the passwords of managed
/// accounts, so they get none.
pub fn request(app: &App, login: &str) {
    let (app, login) = (app.clone(), login.to_owned());
    app.tasks.clone().spawn(async move {
        if let Err(error) = send_links(&app, &login).await {
            tracing::error!(error = &error as &dyn std::error::Error, "a link to set a password could not be sent");
        }
    });
}

async fn send_links(app: &App, login: &str) -> Result<(), Error> {
    let users = users::list_by_login(&app.db, login).await?;
    for user in users.iter().filter(|user| user.is_active && !user.is_managed && !user.email.is_empty()) {
        // Whoever asks learns nothing of it; else anybody could fill a mailbox, and shut each link before it is read.
        if app.redis.count_attempt("recover-account", &user.id.to_string()).await?.count > MAX_LETTERS {
            continue;
        }
        let (mut tx, now) = (app.db.begin().await?, app.clock.now());
        let path = make_link(&mut tx, user.id, now).await?;
        letters::password_link(&mut tx, app, user, &path, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Makes a link in the place of the one before, as a path of ours.
pub async fn make_link(db: &mut PgConnection, user_id: UserId, now: DateTime<Utc>) -> sqlx::Result<String> {
    let token = secret_token::generate();
    password_links::upsert(db, user_id, &secret_token::hash(&token), now).await?;
    Ok(format!("/account/recover/confirm/{user_id}/{token}/"))
}

/// The way to a new password, for somebody whose expired one was right.
pub async fn expired_password(app: &App, user: &User) -> sqlx::Result<String> {
    let mut db = app.db.acquire().await?;
    make_link(&mut db, user.id, app.clock.now()).await
}

/// The account that a link belongs to, if it opens.
pub async fn find(app: &App, user_id: UserId, token: &str) -> sqlx::Result<Option<User>> {
    let since = app.clock.now() - VALID_FOR;
    if !password_links::exists(&app.db, user_id, &secret_token::hash(token), since).await? {
        return Ok(None);
    }
    Ok(users::find(&app.db, user_id).await?.filter(may_set))
}

/// Uses a link up: sets the password, and signs the account out everywhere. `None`: the link opens nothing.
pub async fn set_password(
    app: &App,
    by: &Doer,
    user_id: UserId,
    token: &str,
    password: &str,
) -> Result<Option<User>, Error> {
    // A password that is refused must not use the link up.
    let password_hash = passwords::hash_password(&app.config.auth, password).await?;
    let (mut tx, now) = (app.db.begin().await?, app.clock.now());
    let is_taken = password_links::take(&mut *tx, user_id, &secret_token::hash(token), now - VALID_FOR).await?;
    let Some(user) = users::find(&mut *tx, user_id).await?.filter(|user| is_taken && may_set(user)) else {
        return Ok(None);
    };
    users::update_password(&mut *tx, user_id, &password_hash, &super::new_nonce()).await?;
    let by = Doer { user_id: Some(user.id), label: user.display_name().to_owned(), ..by.clone() };
    let entry = Entry::of_installation(AuditEvent::UserPassword, user.display_name()).person(user_id);
    audit::record(&mut *tx, &by, &entry, now).await?;
    letters::notify(&mut tx, app, &user, &by, Notice::PasswordChanged, now).await?;
    let changed = users::find(&mut *tx, user_id).await?;
    tx.commit().await?;
    Ok(changed)
}

fn may_set(user: &User) -> bool {
    user.is_active && !user.is_managed
}
