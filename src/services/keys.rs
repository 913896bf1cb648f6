//! Project keys: the credentials of a DSN.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use crate::store::constraint::OnConstraint;
use crate::store::project_keys;
use crate::store::project_keys::{NewProjectKey, ProjectKey};
use crate::types::hex;
use crate::types::ids::{ProjectId, ProjectKeyId};

/// Why a key could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("a rate limit is at least 1 event in 1 to {MAX_WINDOW} seconds")]
    RateLimit,
    #[error("a key has a label of up to {MAX_LABEL} characters")]
    Label,
    #[error("a key is 32 hexadecimal digits")]
    Credentials,
    #[error("this key is in use")]
    Taken,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Label of the key that every project starts with.
pub const FIRST_LABEL: &str = "Default";
/// Longest label, in characters.
pub const MAX_LABEL: usize = 64;
/// A day in seconds, the longest window of a rate limit.
pub const MAX_WINDOW: i32 = 86_400;

const ADJECTIVES: &[&str] =
    &["Amber", "Brave", "Calm", "Deft", "Eager", "Fair", "Glad", "Keen", "Lucid", "Nimble", "Quiet", "Swift"];
const NOUNS: &[&str] =
    &["Badger", "Condor", "Dingo", "Egret", "Falcon", "Gecko", "Heron", "Ibis", "Lynx", "Otter", "Robin", "Wren"];

/// Makes a key; a blank label becomes a random one.
pub async fn create(
    db: &mut PgConnection,
    project_id: ProjectId,
    label: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<ProjectKey> {
    insert(db, project_id, label, &Credentials { public_key: random_key(), secret_key: random_key() }, now).await
}

/// The two halves of a key, brought along from another installation so that its DSNs stay valid.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub public_key: String,
    pub secret_key: String,
}

impl Credentials {
    /// What is not given is random. Each half is 32 hexadecimal digits.
    pub fn parse(public_key: Option<&str>, secret_key: Option<&str>) -> Result<Self, Error> {
        let half = |text: Option<&str>| match text {
            None => Ok(random_key()),
            Some(text) if text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit()) => {
                Ok(text.to_ascii_lowercase())
            }
            Some(_) => Err(Error::Credentials),
        };
        Ok(Self { public_key: half(public_key)?, secret_key: half(secret_key)? })
    }
}

/// Makes a key of given credentials.
pub async fn import(
    db: &PgPool,
    project_id: ProjectId,
    label: &str,
    credentials: &Credentials,
    now: DateTime<Utc>,
) -> Result<ProjectKey, Error> {
    if label.chars().count() > MAX_LABEL {
        return Err(Error::Label);
    }
    let mut tx = db.begin().await?;
    let key = insert(&mut tx, project_id, label, credentials, now).await;
    let key = key.on_constraint("project_keys_public_key_key", || Error::Taken)?;
    tx.commit().await?;
    Ok(key)
}

async fn insert(
    db: &mut PgConnection,
    project_id: ProjectId,
    label: &str,
    credentials: &Credentials,
    now: DateTime<Utc>,
) -> sqlx::Result<ProjectKey> {
    let label = if label.trim().is_empty() { random_label() } else { label.trim().to_owned() };
    let key = NewProjectKey {
        project_id,
        label: &label,
        public_key: &credentials.public_key,
        secret_key: &credentials.secret_key,
        rate_limit_count: None,
        rate_limit_window: None,
    };
    project_keys::insert(db, &key, now).await
}

/// A new key in the place of an old one, which stops working: same label and limits, other values.
pub async fn rotate(db: &PgPool, old: &ProjectKey, now: DateTime<Utc>) -> Result<ProjectKey, Error> {
    let mut tx = db.begin().await?;
    let key = NewProjectKey {
        project_id: old.project_id,
        label: &old.label,
        public_key: &random_key(),
        secret_key: &random_key(),
        rate_limit_count: old.rate_limit_count,
        rate_limit_window: old.rate_limit_window,
    };
    let new = project_keys::insert(&mut *tx, &key, now).await?;
    project_keys::update_is_active(&mut *tx, old.id, false).await?;
    tx.commit().await?;
    Ok(new)
}

/// Renames a key.
pub async fn rename(db: &PgPool, id: ProjectKeyId, label: &str) -> Result<(), Error> {
    let label = label.trim();
    if label.is_empty() || label.chars().count() > MAX_LABEL {
        return Err(Error::Label);
    }
    Ok(project_keys::update_label(db, id, label).await?)
}

/// Events of this key are refused until it is enabled again.
pub async fn disable(db: &PgPool, id: ProjectKeyId) -> Result<(), Error> {
    Ok(project_keys::update_is_active(db, id, false).await?)
}

pub async fn enable(db: &PgPool, id: ProjectKeyId) -> Result<(), Error> {
    Ok(project_keys::update_is_active(db, id, true).await?)
}

/// At most `count` events per `window` seconds; `None` lifts the limit.
pub async fn limit(db: &PgPool, id: ProjectKeyId, limit: Option<(i32, i32)>) -> Result<(), Error> {
    if limit.is_some_and(|(count, window)| count < 1 || !(1..=MAX_WINDOW).contains(&window)) {
        return Err(Error::RateLimit);
    }
    Ok(project_keys::update_rate_limit(db, id, limit).await?)
}

/// 128 random bits as 32 lower-case hexadecimal digits.
fn random_key() -> String {
    hex::encode(&rand::random::<[u8; 16]>())
}

fn random_label() -> String {
    let pick = |words: &[&'static str]| words[rand::random_range(0..words.len())];
    format!("{} {}", pick(ADJECTIVES), pick(NOUNS))
}

#[cfg(test)]
mod tests {
    #[test]
    fn keys_are_32_hexadecimal_digits_and_differ() {
        let (one, other) = (super::random_key(), super::random_key());
        assert!(one.len() == 32 && one.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c)), "{one}");
        assert_ne!(one, other);
    }
}
