//! Project keys: the credentials of a DSN.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::{PgConnection, PgPool};

use crate::services::audit::{self, Doer, Entry};
use crate::store::constraint::OnConstraint;
use crate::store::project_keys;
use crate::store::project_keys::{NewProjectKey, ProjectKey};
use crate::store::projects::Project;
use crate::types::audit_event::AuditEvent;
use crate::types::hex;
use crate::types::ids::ProjectId;

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
    insert(db, project_id, label, &Credentials::random(), now).await
}

/// The two halves of a key, brought along from another installation so that its DSNs stay valid.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub public_key: String,
    pub secret_key: String,
}

impl Credentials {
    pub fn random() -> Self {
        Self { public_key: random_key(), secret_key: random_key() }
    }

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

/// Who changes the keys of a project.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    pub doer: &'a Doer,
    pub project: &'a Project,
    pub now: DateTime<Utc>,
}

/// Makes a key for somebody: given credentials stay valid, a blank label becomes a random one.
pub async fn create_for(db: &PgPool, by: By<'_>, label: &str, credentials: &Credentials) -> Result<ProjectKey, Error> {
    if label.chars().count() > MAX_LABEL {
        return Err(Error::Label);
    }
    let mut tx = db.begin().await?;
    let key = insert(&mut tx, by.project.id, label, credentials, by.now).await;
    let key = key.on_constraint("project_keys_public_key_key", || Error::Taken)?;
    record(&mut tx, by, AuditEvent::ProjectKeyCreate, &key, json!({})).await?;
    tx.commit().await?;
    Ok(key)
}

/// A new key in the place of an old one, which stops working: same label and limits, other values.
pub async fn rotate(db: &PgPool, by: By<'_>, old: &ProjectKey) -> Result<ProjectKey, Error> {
    let mut tx = db.begin().await?;
    let key = NewProjectKey {
        project_id: old.project_id,
        label: &old.label,
        public_key: &random_key(),
        secret_key: &random_key(),
        rate_limit_count: old.rate_limit_count,
        rate_limit_window: old.rate_limit_window,
    };
    let new = project_keys::insert(&mut *tx, &key, by.now).await?;
    project_keys::update_is_active(&mut *tx, old.id, false).await?;
    record(&mut tx, by, AuditEvent::ProjectKeyCreate, &new, json!({"in_place_of": old.public_key})).await?;
    record(&mut tx, by, AuditEvent::ProjectKeyChange, old, json!({"is_active": false})).await?;
    tx.commit().await?;
    Ok(new)
}

/// What changes of a key; `None` leaves it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Change<'a> {
    pub label: Option<&'a str>,
    /// Events of a key that is off are refused.
    pub is_active: Option<bool>,
    /// At most so many events in so many seconds; an inner `None` lifts the limit.
    pub limit: Option<Option<(i32, i32)>>,
}

/// Changes a key, everything or nothing.
pub async fn change(db: &PgPool, by: By<'_>, key: &ProjectKey, to: Change<'_>) -> Result<(), Error> {
    let label = to.label.map(str::trim);
    if label.is_some_and(|label| label.is_empty() || label.chars().count() > MAX_LABEL) {
        return Err(Error::Label);
    }
    if to.limit.flatten().is_some_and(|(count, window)| count < 1 || !(1..=MAX_WINDOW).contains(&window)) {
        return Err(Error::RateLimit);
    }
    let mut tx = db.begin().await?;
    if let Some(label) = label {
        project_keys::update_label(&mut *tx, key.id, label).await?;
    }
    if let Some(limit) = to.limit {
        project_keys::update_rate_limit(&mut *tx, key.id, limit).await?;
    }
    if label.is_some() || to.limit.is_some() {
        let data = json!({"label": label.unwrap_or(&key.label), "limit": to.limit.flatten()});
        record(&mut tx, by, AuditEvent::ProjectKeyEdit, key, data).await?;
    }
    if let Some(is_active) = to.is_active.filter(|is_active| *is_active != key.is_active) {
        project_keys::update_is_active(&mut *tx, key.id, is_active).await?;
        record(&mut tx, by, AuditEvent::ProjectKeyChange, key, json!({"is_active": is_active})).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Deletes a key.
pub async fn remove(db: &PgPool, by: By<'_>, key: &ProjectKey) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    project_keys::delete(&mut *tx, key.id).await?;
    record(&mut tx, by, AuditEvent::ProjectKeyRemove, key, json!({})).await?;
    tx.commit().await?;
    Ok(())
}

/// The public half may be known; the secret is not told.
async fn record(
    db: &mut PgConnection,
    by: By<'_>,
    event: AuditEvent,
    key: &ProjectKey,
    mut data: serde_json::Value,
) -> sqlx::Result<()> {
    data["project"] = by.project.slug.as_str().into();
    data["public_key"] = key.public_key.as_str().into();
    let entry = Entry::of_organization(event, by.project.organization_id, &key.label).target(key.id.0).data(data);
    audit::record(&mut *db, by.doer, &entry, by.now).await
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
