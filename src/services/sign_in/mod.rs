//! Proving who one is: the one place that knows every way to check a name and a password.

pub mod limits;

use std::net::IpAddr;

use crate::app::App;
use crate::services::accounts::close::reopens_until;
use crate::services::accounts::{self, passwords};
use crate::services::directory;
use crate::services::two_factor::{self, security_keys};
use crate::store::users::{self, User};

/// What somebody signed in, or half so, proves with that it is them.
#[derive(Clone, Debug)]
pub enum Proof {
    Password(String),
    /// Of an app, or one for recovery.
    Code(String),
    /// A security key's answer, and what was kept of the challenge.
    Key {
        state: String,
        answer: String,
    },
}

/// Why nobody could be signed in, apart from a wrong name or password.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("too many attempts; try again in {seconds} s")]
    Wait { seconds: u64 },
    /// Name and password are right. The account lets nobody in until it is opened again, which its owner may.
    #[error("this account was closed by its owner")]
    Closed(Box<User>),
    #[error(transparent)]
    Directory(#[from] directory::Error),
    #[error(transparent)]
    TwoFactor(#[from] two_factor::Error),
    #[error(transparent)]
    Account(#[from] accounts::Error),
    #[error(transparent)]
    Redis(#[from] redis::RedisError),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// The account that name and password open, unless too many attempts failed lately: from this address, or on this
/// account from wherever.
pub async fn attempt(app: &App, ip: Option<IpAddr>, login: &str, password: &str) -> Result<Option<User>, Error> {
    let counted = limits::count(app, ip, login).await?;
    let user = self::password(app, login, password).await;
    if matches!(user, Ok(Some(_)) | Err(Error::Closed(_))) {
        counted.forgive(app).await?;
    }
    user
}

/// Whether the proof is this person's. Limited as signing in is.
pub async fn prove(app: &App, ip: Option<IpAddr>, user: &User, proof: Proof) -> Result<bool, Error> {
    let counted = limits::count_proof(app, ip, user.id).await?;
    let is_right = match proof {
        Proof::Password(password) if directory::checks_password_of(app, user) => {
            directory::confirm(app, user, &password).await?
        }
        Proof::Password(password) => {
            passwords::verify(&app.config.auth, user.password_hash.clone(), &password).await?.is_right
        }
        Proof::Code(code) => two_factor::check_code(app, user, &code).await?,
        Proof::Key { state, answer } => security_keys::finish_authentication(app, user, &state, &answer).await?,
    };
    if is_right {
        counted.forgive(app).await?;
    }
    Ok(is_right)
}

/// The account that name and password open: ours first, so that a local superuser gets in whatever the directory does,
/// then the directory's. Counts nothing: see [`attempt`].
pub async fn password(app: &App, login: &str, password: &str) -> Result<Option<User>, Error> {
    match local(app, login, password).await? {
        Some(user) => Ok(Some(user)),
        None => Ok(directory::sign_in(app, login, password).await?),
    }
}

/// An account whose password we keep, by user name or confirmed address. Several may have one address: each is tried.
async fn local(app: &App, login: &str, password: &str) -> Result<Option<User>, Error> {
    let candidates = users::list_by_login(&app.db, login).await?;
    if candidates.is_empty() {
        passwords::verify(&app.config.auth, None, password).await?;
    }
    let mut closed = None;
    for user in candidates {
        let verified = passwords::verify(&app.config.auth, user.password_hash.clone(), password).await?;
        if verified.is_right && user.is_active {
            if verified.is_outdated {
                upgrade(app, &user, password).await?;
            }
            return Ok(Some(user));
        }
        if verified.is_right && reopens_until(&user, app.clock.now()).is_some() {
            closed = Some(user);
        }
    }
    closed.map_or(Ok(None), |user| Err(Error::Closed(Box::new(user))))
}

/// Replaces a hash of an old kind, unless the password has changed meanwhile.
async fn upgrade(app: &App, user: &User, password: &str) -> Result<(), Error> {
    let hash = passwords::hash_again(&app.config.auth, password).await?;
    let old = user.password_hash.as_deref().unwrap_or_default();
    Ok(users::replace_password_hash(&app.db, user.id, old, &hash).await?)
}
