//! Second factors: one-time codes, security keys, and recovery codes for whoever has lost them.
//!
//! Whatever changes here signs the person out in other browsers, tells them by letter, and leaves an audit entry.

pub mod recovery_codes;
pub mod security_keys;
pub mod totp;

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

use crate::app::App;
use crate::services::accounts::letters::{self, Notice};
use crate::services::accounts::new_nonce;
use crate::services::audit::{self, Doer, Entry};
use crate::store::authenticators::{self, Authenticator, NewAuthenticator};
use crate::store::recovery_codes as code_rows;
use crate::store::users::{self, User};
use crate::types::audit_event::AuditEvent;

/// As rows call one-time codes.
pub const TOTP: &str = "totp";
/// What an authenticator app is called: there is one.
const TOTP_NAME: &str = "TOTP";
/// Longest name of a key.
pub const MAX_NAME: usize = 64;

/// Why a second factor could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the code or key is not right")]
    WrongCode,
    #[error("begin anew: this took too long")]
    NoEnrolment,
    #[error("this factor belongs to an account already")]
    Taken,
    #[error("security keys need an https address with a name")]
    NoKeys,
    #[error("a name has 1 to {MAX_NAME} characters")]
    Name,
    #[error("the key's data could not be written: {0}")]
    Key(String),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// What a change leads to.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The nonce that the present session goes on with.
    pub session_nonce: String,
    /// New recovery codes, to be shown once.
    pub codes: Option<Vec<String>>,
}

/// A factor to add, proved to be there.
pub enum NewFactor<'a> {
    /// The secret, and a code made with it.
    Totp { secret: &'a [u8], code: &'a str },
    /// A name, what was kept of the challenge, and the answer to it.
    SecurityKey { name: &'a str, state: &'a str, answer: &'a str },
}

/// Whether a code is the present one of the person's app, or one of their recovery codes. It opens once.
pub async fn check_code(app: &App, user: &User, text: &str) -> Result<bool, Error> {
    let code: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').take(32).collect();
    if code.len() == recovery_codes::LENGTH {
        return Ok(recovery_codes::take(app, user.id, &code.to_ascii_uppercase()).await?);
    }
    let now = app.clock.now();
    for factor in authenticators::list(&app.db, user.id).await?.iter().filter(|factor| factor.kind == TOTP) {
        if let Some(step) = totp::matching_step(&factor.data, &code, totp::step_of(now)) {
            return Ok(authenticators::use_step(&app.db, factor.id, step, now).await?);
        }
    }
    Ok(false)
}

/// Adds a factor. The first one brings recovery codes.
pub async fn enroll(app: &App, by: &Doer, user: &User, new: NewFactor<'_>) -> Result<Changed, Error> {
    let (data, credential, step, kind, name) = match new {
        NewFactor::Totp { secret, code } => {
            let code: String = code.chars().filter(|c| !c.is_whitespace()).take(32).collect();
            let step = totp::matching_step(secret, &code, totp::step_of(app.clock.now())).ok_or(Error::WrongCode)?;
            (secret.to_vec(), None, Some(step), TOTP, TOTP_NAME)
        }
        NewFactor::SecurityKey { name, state, answer } => {
            let name = check_name(name)?;
            let (id, key) = security_keys::finish_registration(app, state, answer)?;
            (key, Some(id), None, security_keys::KIND, name)
        }
    };
    let (mut tx, now) = (app.db.begin().await?, app.clock.now());
    let row = NewAuthenticator {
        user_id: user.id,
        kind,
        name,
        data: &data,
        last_step: step,
        credential_id: credential.as_deref(),
    };
    authenticators::insert(&mut *tx, &row, now).await?.ok_or(Error::Taken)?;
    let has_codes = code_rows::count(&mut *tx, user.id).await? > 0;
    let codes = if has_codes { None } else { Some(recovery_codes::renew(&mut tx, app, user.id, now).await?) };
    let session_nonce = note(&mut tx, app, by, user, ("add", Notice::FactorAdded(name)), now).await?;
    tx.commit().await?;
    Ok(Changed { session_nonce, codes })
}

/// Removes a factor; with the last one go the recovery codes.
pub async fn remove(app: &App, by: &Doer, user: &User, factor: &Authenticator) -> Result<Changed, Error> {
    let (mut tx, now) = (app.db.begin().await?, app.clock.now());
    authenticators::delete(&mut *tx, user.id, factor.id).await?;
    if authenticators::list(&mut *tx, user.id).await?.is_empty() {
        code_rows::delete_all(&mut *tx, user.id).await?;
    }
    let session_nonce = note(&mut tx, app, by, user, ("remove", Notice::FactorRemoved(&factor.name)), now).await?;
    tx.commit().await?;
    Ok(Changed { session_nonce, codes: None })
}

/// Makes the recovery codes anew.
pub async fn renew_codes(app: &App, by: &Doer, user: &User) -> Result<Changed, Error> {
    let (mut tx, now) = (app.db.begin().await?, app.clock.now());
    let codes = recovery_codes::renew(&mut tx, app, user.id, now).await?;
    let session_nonce = note(&mut tx, app, by, user, ("codes", Notice::CodesRenewed), now).await?;
    tx.commit().await?;
    Ok(Changed { session_nonce, codes: Some(codes) })
}

/// Takes all factors from somebody who has lost them; for administrators.
pub async fn reset(app: &App, by: &Doer, user: &User) -> sqlx::Result<()> {
    let (mut tx, now) = (app.db.begin().await?, app.clock.now());
    authenticators::delete_all(&mut *tx, user.id).await?;
    code_rows::delete_all(&mut *tx, user.id).await?;
    note(&mut tx, app, by, user, ("reset", Notice::FactorRemoved("*")), now).await?;
    tx.commit().await
}

/// The name of a key without the blanks around it.
pub fn check_name(name: &str) -> Result<&str, Error> {
    let name = name.trim();
    if (1..=MAX_NAME).contains(&name.chars().count()) && !name.contains('\0') { Ok(name) } else { Err(Error::Name) }
}

/// What every change leaves: a new nonce, a letter, an audit entry.
async fn note(
    db: &mut PgConnection,
    app: &App,
    by: &Doer,
    user: &User,
    (action, notice): (&str, Notice<'_>),
    now: DateTime<Utc>,
) -> sqlx::Result<String> {
    let nonce = new_nonce();
    users::update_session_nonce(&mut *db, user.id, &nonce).await?;
    let entry = Entry::of_installation(AuditEvent::UserTwoFactor, user.display_name()).person(user.id);
    audit::record(&mut *db, by, &entry.data(json!({"action": action})), now).await?;
    letters::notify(db, app, user, by, notice, now).await?;
    Ok(nonce)
}
