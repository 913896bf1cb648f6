//! People's accounts: making them, passwords, signing in.
//!
//! Passwords are argon2id hashes, computed on the blocking pool. A sign-in takes the same time whether or not the
//! account exists, so that nobody can find out who has one.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use crate::config::Auth;
use crate::store::constraint::violated;
use crate::store::users::{NewUser, User};
use crate::store::{members, organizations, teams, users};
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
    #[error("the current password is not right")]
    WrongPassword,
    #[error("the password could not be hashed: {0}")]
    Hash(#[from] argon2::password_hash::Error),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Shortest password, in characters.
pub const MIN_PASSWORD: usize = 6;
/// Longest password, in characters; more would only cost time.
pub const MAX_PASSWORD: usize = 256;
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
    let row = NewUser {
        username: email,
        email,
        name: account.name.trim(),
        password_hash: account.password_hash,
        is_superuser: account.is_superuser,
    };
    users::insert(db, &row, now).await.map_err(|error| match violated(&error) {
        Some("users_email_key" | "users_username_key") => Error::EmailTaken,
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

/// The account, if the password is right and the account may sign in.
pub async fn authenticate(db: &PgPool, auth: &Auth, login: &str, password: &str) -> Result<Option<User>, Error> {
    let user = users::find_by_login(db, login.trim()).await?;
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let is_right = verify(auth, hash, password).await?;
    Ok(user.filter(|user| is_right && user.is_active))
}

/// Sets a new password for someone who knows the current one, or has none yet.
pub async fn change_password(db: &PgPool, auth: &Auth, user: &User, current: &str, new: &str) -> Result<(), Error> {
    if user.password_hash.is_some() && !verify(auth, user.password_hash.clone(), current).await? {
        return Err(Error::WrongPassword);
    }
    let hash = hash_password(auth, new).await?;
    users::update_password(db, user.id, &hash).await?;
    Ok(())
}

/// The hash of an acceptable password.
pub async fn hash_password(auth: &Auth, password: &str) -> Result<String, Error> {
    if !(MIN_PASSWORD..=MAX_PASSWORD).contains(&password.chars().count()) {
        return Err(Error::PasswordLength);
    }
    let (argon2, password) = (argon2(auth)?, password.to_owned());
    on_blocking_pool(move || Ok(argon2.hash_password(password.as_bytes())?.to_string())).await
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

/// Where there is no hash, one is computed all the same, for the time it takes.
async fn verify(auth: &Auth, hash: Option<String>, password: &str) -> Result<bool, Error> {
    let argon2 = argon2(auth)?;
    let fits = password.chars().count() <= MAX_PASSWORD;
    let password = if fits { password.to_owned() } else { String::new() };
    on_blocking_pool(move || {
        let Some(hash) = hash.filter(|_| fits) else {
            argon2.hash_password(password.as_bytes())?;
            return Ok(false);
        };
        // A hash that cannot be read opens nothing.
        let hash = PasswordHash::new(&hash);
        Ok(hash.is_ok_and(|hash| argon2.verify_password(password.as_bytes(), &hash).is_ok()))
    })
    .await
}

fn argon2(auth: &Auth) -> Result<Argon2<'static>, Error> {
    let params = Params::new(auth.password_memory_kib, auth.password_iterations, 1, None)
        .map_err(argon2::password_hash::Error::from)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

async fn on_blocking_pool<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.expect("hashing does not panic, and is never cancelled")
}

#[cfg(test)]
mod tests {
    use super::{Auth, check_email, hash_password, verify};

    const CHEAP: Auth = Auth { password_memory_kib: 8, password_iterations: 1 };

    #[test]
    fn addresses_are_told_from_other_texts() {
        for email in ["a@b", "lin@example.com", "12345@qq.com", "o'neil+x@mail.example.co.uk", "用户@例子.公司"] {
            assert!(check_email(email).is_ok(), "{email}");
        }
        for text in ["", "a", "@b", "a@", "a b@c", "a@b@c", "a@.b", "a@b.", "<a@b>", "a@b\n", &"x".repeat(260)] {
            assert!(check_email(text).is_err(), "{text}");
        }
    }

    #[tokio::test]
    async fn a_password_opens_only_its_own_hash() {
        let hash = hash_password(&CHEAP, "correct horse").await.unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(verify(&CHEAP, Some(hash.clone()), "correct horse").await.unwrap());
        assert!(!verify(&CHEAP, Some(hash.clone()), "wrong horse").await.unwrap());
        assert!(!verify(&CHEAP, Some(hash), &"x".repeat(10_000)).await.unwrap());
        assert!(!verify(&CHEAP, None, "correct horse").await.unwrap());
    }

    #[tokio::test]
    async fn passwords_have_six_to_256_characters() {
        for (password, valid) in
            [("12345".to_owned(), false), ("密码密码密码".to_owned(), true), ("x".repeat(257), false)]
        {
            assert_eq!(hash_password(&CHEAP, &password).await.is_ok(), valid, "{password}");
        }
    }
}
