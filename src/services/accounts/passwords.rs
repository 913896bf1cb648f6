//! Hashes of passwords: argon2id, computed on the blocking pool.
//!
//! Accounts that were imported from Sentry bring Django's PBKDF2 hashes; they are verified, and replaced when somebody
//! signs in. Whatever is stored, and also where nothing is, exactly one argon2id hash is computed, so that the time an
//! answer takes does not tell who has an account.

use std::num::NonZeroU32;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::pbkdf2;

use super::Error;
use crate::config::Auth;

/// Shortest password, in characters.
pub const MIN_PASSWORD: usize = 6;
/// Longest password, in characters; more would only cost time.
pub const MAX_PASSWORD: usize = 256;
/// What Django has used up to now is less; a forged hash must not keep a thread busy.
const MAX_PBKDF2_ITERATIONS: u32 = 2_000_000;

/// What came of comparing a password with a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    pub is_right: bool,
    /// The hash is of an old kind and should be replaced.
    pub is_outdated: bool,
    /// How many argon2id hashes were computed.
    computed: u32,
}

/// The hash of an acceptable password.
pub async fn hash_password(auth: &Auth, password: &str) -> Result<String, Error> {
    if !(MIN_PASSWORD..=MAX_PASSWORD).contains(&password.chars().count()) {
        return Err(Error::PasswordLength);
    }
    hash_again(auth, password).await
}

/// A new hash of a password that was right, however short it may be.
pub async fn hash_again(auth: &Auth, password: &str) -> Result<String, Error> {
    let (argon2, password) = (argon2(auth)?, password.to_owned());
    on_blocking_pool(move || Ok(argon2.hash_password(password.as_bytes())?.to_string())).await
}

/// Whether the password opens the hash.
pub async fn verify(auth: &Auth, hash: Option<String>, password: &str) -> Result<Verified, Error> {
    let argon2 = argon2(auth)?;
    let fits = password.chars().count() <= MAX_PASSWORD;
    let password = if fits { password.to_owned() } else { String::new() };
    on_blocking_pool(move || compare(&argon2, hash.as_deref().filter(|_| fits), password.as_bytes())).await
}

fn compare(argon2: &Argon2<'_>, hash: Option<&str>, password: &[u8]) -> Result<Verified, Error> {
    // A hash that cannot be read opens nothing.
    if let Some(Ok(hash)) = hash.map(PasswordHash::new)
        && hash.algorithm.as_str().starts_with("argon2")
    {
        let is_right = argon2.verify_password(password, &hash).is_ok();
        return Ok(Verified { is_right, is_outdated: false, computed: 1 });
    }
    argon2.hash_password(password)?;
    let is_right = hash.and_then(Pbkdf2::read).is_some_and(|hash| hash.is_of(password));
    Ok(Verified { is_right, is_outdated: is_right, computed: 1 })
}

/// `pbkdf2_sha256$ITERATIONS$SALT$BASE64`, as Django writes it.
struct Pbkdf2<'a> {
    iterations: NonZeroU32,
    salt: &'a str,
    hash: Vec<u8>,
}

impl<'a> Pbkdf2<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("pbkdf2_sha256$")?.split('$');
        let (iterations, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
        let iterations = iterations.parse().ok().filter(|count: &NonZeroU32| count.get() <= MAX_PBKDF2_ITERATIONS)?;
        let hash = BASE64_STANDARD.decode(hash).ok().filter(|hash| hash.len() == 32)?;
        parts.next().is_none().then_some(Self { iterations, salt, hash })
    }

    fn is_of(&self, password: &[u8]) -> bool {
        pbkdf2::verify(pbkdf2::PBKDF2_HMAC_SHA256, self.iterations, self.salt.as_bytes(), password, &self.hash).is_ok()
    }
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
    use super::{Auth, argon2, compare, hash_password, verify};
    use crate::config::Config;

    /// Of `correct horse`, made by Django 1.6.
    const DJANGO: &str = "pbkdf2_sha256$12000$aBcDeFgHiJkL$qGhzxUVl+JXV3kgwMqnMqpjKQnzNcEi0/jBp/vgXhvk=";

    fn cheap() -> Auth {
        Auth { password_memory_kib: 8, password_iterations: 1, ..Config::default().auth }
    }

    #[tokio::test]
    async fn a_password_opens_only_its_own_hash() {
        let auth = cheap();
        let hash = hash_password(&auth, "correct horse").await.unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        let long = "x".repeat(10_000);
        for (stored, password, expected) in [
            (Some(hash.as_str()), "correct horse", (true, false)),
            (Some(&hash), "wrong horse", (false, false)),
            (Some(&hash), &long, (false, false)),
            (None, "correct horse", (false, false)),
            (Some("!"), "correct horse", (false, false)),
            (Some(DJANGO), "correct horse", (true, true)),
            (Some(DJANGO), "wrong horse", (false, false)),
        ] {
            let verified = verify(&auth, stored.map(str::to_owned), password).await.unwrap();
            assert_eq!((verified.is_right, verified.is_outdated), expected, "{stored:?} {password:.20}");
        }
    }

    #[test]
    fn hashes_that_cannot_be_read_open_nothing() {
        let argon2 = argon2(&cheap()).unwrap();
        for stored in [
            "",
            "pbkdf2_sha256$12000$aBcDeFgHiJkL",
            "pbkdf2_sha256$0$aBcDeFgHiJkL$AAAA",
            "pbkdf2_sha256$4294967295$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "pbkdf2_sha256$1$salt$",
            "pbkdf2_sha1$1$salt$AAAA",
            "$argon2id$v=19$m=8",
            "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q",
        ] {
            assert!(!compare(&argon2, Some(stored), b"").unwrap().is_right, "{stored}");
        }
    }

    /// The attack: measuring the answers to find out who has an account, and of which kind.
    #[tokio::test]
    async fn the_timing_of_unknown_users_is_that_of_known_ones() {
        let auth = cheap();
        let own = hash_password(&auth, "correct horse").await.unwrap();
        for stored in [None, Some(own.as_str()), Some(DJANGO), Some("!"), Some("$argon2id$broken")] {
            for password in ["correct horse", "wrong horse", "", &"x".repeat(300)] {
                let verified = verify(&auth, stored.map(str::to_owned), password).await.unwrap();
                assert_eq!(verified.computed, 1, "{stored:?} {password:.20}");
            }
        }
    }

    #[tokio::test]
    async fn passwords_have_six_to_256_characters() {
        for (password, valid) in
            [("12345".to_owned(), false), ("密码密码密码".to_owned(), true), ("x".repeat(257), false)]
        {
            assert_eq!(hash_password(&cheap(), &password).await.is_ok(), valid, "{password}");
        }
    }
}
