//! People of a directory (LDAP, Active Directory): signing in with its passwords, and what its groups give.

pub mod admit;
mod groups;
pub mod person;
mod visit;

pub use visit::{Failure, Step, Visit, Visitor, visit};

use crate::app::App;
use crate::config;
use crate::services::directory::admit::{Entrance, Identity};
use crate::store::users::User;

/// Why the directory let nobody in, apart from a wrong name or password.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log has the details.
    #[error("the directory cannot be asked")]
    Unreachable,
    /// The password is right, and still.
    #[error("the directory's groups do not let this person in")]
    NotAdmitted,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// The account of whom name and password open in the directory. `None` also where there is no directory.
pub async fn sign_in(app: &App, name: &str, password: &str) -> Result<Option<User>, Error> {
    let Some(config) = &app.config.ldap else { return Ok(None) };
    let visit = visit(app, config, Visitor { name, password: Some(password) }).await;
    if let Some((step, failure)) = &visit.failure {
        return refuse(name, *step, failure);
    }
    let (Some(person), Some(true), true) = (&visit.person, visit.password_is_right, visit.is_admitted) else {
        return Ok(None);
    };
    let entrance = entrance(config);
    match admit::admit(app, person, &entrance).await {
        Ok(user) => Ok(user),
        Err(admit::Error::Database(error)) => Err(error.into()),
        Err(error) => {
            tracing::warn!(user.name = person.username, "LDAP: {error}");
            Ok(None)
        }
    }
}

/// Whether the directory is asked for this person's password: it keeps the account, and no identity provider does.
pub fn checks_password_of(app: &App, user: &User) -> bool {
    let has_none_here = user.is_managed && user.password_hash.is_none();
    has_none_here && !user.has_identity && app.config.ldap.is_some()
}

/// Whether the directory takes the password for this person's.
pub async fn confirm(app: &App, user: &User, password: &str) -> Result<bool, Error> {
    Ok(sign_in(app, &user.username, password).await?.is_some_and(|found| found.id == user.id))
}

/// Whether the service account gets in, in one line: where it got, or why not.
pub async fn check(config: &config::Ldap) -> Result<String, String> {
    let mut visit = Visit::default();
    match visit::connect(config, &mut visit).await {
        Ok(directory) => Ok(directory.server),
        Err((step, failure)) => Err(format!("{step:?}: {failure}")),
    }
}

/// What the directory makes of people.
pub fn entrance(config: &config::Ldap) -> Entrance<'_> {
    Entrance { label: "LDAP", identity: Identity::Username, membership: &config.membership, makes_accounts: true }
}

/// People learn whether the directory was there, and no more; the log says the rest.
fn refuse(name: &str, step: Step, failure: &Failure) -> Result<Option<User>, Error> {
    // The name may hold anything, and a password by mistake.
    let name: String = name.chars().filter(|c| !c.is_control()).take(person::MAX_USERNAME).collect();
    match failure {
        Failure::NotFound | Failure::Name | Failure::EmptyPassword | Failure::WrongPassword(_) => {
            tracing::info!(user.name = name, "LDAP: {step:?}: {failure}");
            Ok(None)
        }
        Failure::NotRequired | Failure::Denied(_) => {
            tracing::info!(user.name = name, "LDAP: {step:?}: {failure}");
            Err(Error::NotAdmitted)
        }
        _ => {
            tracing::error!(user.name = name, "LDAP: {step:?}: {failure}");
            Err(Error::Unreachable)
        }
    }
}
