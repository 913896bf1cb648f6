//! Keys of organizations for the web API: HTTP Basic with the key as the name and no password. They act for nobody, see
//! the whole organization and nothing else, and may what their scopes say.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;

use crate::services::audit::{self, Entry};
use crate::services::members::Acting;
use crate::services::secret_token;
use crate::store::api_keys::{self, ApiKey, NewApiKey};
use crate::types::audit_event::AuditEvent;
use crate::types::role::Role;
use crate::types::scope::Scope;

/// Why a key could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("a label has up to {MAX_LABEL} characters")]
    Label,
    #[error("a key needs at least one scope")]
    NoScope,
    #[error("you cannot give the scope {name}, which you lack", name = .0.as_str())]
    ScopeAbove(Scope),
    #[error("at most {MAX_ORIGINS} origins of up to {MAX_ORIGIN} characters")]
    Origins,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Longest label, in characters.
pub const MAX_LABEL: usize = 64;
pub const MAX_ORIGINS: usize = 100;
pub const MAX_ORIGIN: usize = 200;
const UNNAMED: &str = "Default";

/// What somebody wants of a key.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Empty: `Default`.
    pub label: String,
    pub scopes: Vec<Scope>,
    pub allowed_origins: Vec<String>,
}

impl Wanted {
    /// What a key is now.
    pub fn of(key: &ApiKey) -> Self {
        Self { label: key.label.clone(), scopes: scopes(key), allowed_origins: key.allowed_origins.clone() }
    }

    /// `held` are the scopes of who asks: a key opens nothing that they could not.
    fn check(&self, held: &[Scope]) -> Result<(), Error> {
        if self.label.chars().count() > MAX_LABEL {
            return Err(Error::Label);
        }
        if self.scopes.is_empty() {
            return Err(Error::NoScope);
        }
        if let Some(scope) = self.scopes.iter().find(|scope| !held.contains(scope)) {
            return Err(Error::ScopeAbove(*scope));
        }
        let fits = |origin: &String| origin.chars().count() <= MAX_ORIGIN;
        if self.allowed_origins.len() > MAX_ORIGINS || !self.allowed_origins.iter().all(fits) {
            return Err(Error::Origins);
        }
        Ok(())
    }

    fn label(&self) -> &str {
        if self.label.is_empty() { UNNAMED } else { &self.label }
    }

    fn scope_names(&self) -> Vec<String> {
        let ordered = Scope::ALL.into_iter().filter(|scope| self.scopes.contains(scope));
        ordered.map(|scope| scope.as_str().to_owned()).collect()
    }
}

/// Makes a key; the text is the only copy.
pub async fn create(
    db: &PgPool,
    acting: &Acting,
    wanted: &Wanted,
    held: &[Scope],
    now: DateTime<Utc>,
) -> Result<(ApiKey, String), Error> {
    wanted.check(held)?;
    let secret = secret_token::generate();
    let (label, scopes) = (wanted.label(), wanted.scope_names());
    let row = NewApiKey { label, scopes: &scopes, allowed_origins: &wanted.allowed_origins };
    let mut tx = db.begin().await?;
    let key = api_keys::insert(&mut *tx, acting.organization.id, &secret_token::hash(&secret), &row, now).await?;
    let entry = entry(AuditEvent::ApiKeyCreate, &key).data(json!({"scopes": scopes}));
    audit::record(&mut *tx, &acting.doer, &entry, now).await?;
    tx.commit().await?;
    Ok((key, secret))
}

/// Changes label, scopes and origins. Who lacks a scope of the key leaves it as it is.
pub async fn update(
    db: &PgPool,
    acting: &Acting,
    key: &ApiKey,
    wanted: &Wanted,
    held: &[Scope],
    now: DateTime<Utc>,
) -> Result<ApiKey, Error> {
    let held: Vec<Scope> = held.iter().copied().chain(scopes(key)).collect();
    wanted.check(&held)?;
    let (label, scopes) = (wanted.label(), wanted.scope_names());
    let row = NewApiKey { label, scopes: &scopes, allowed_origins: &wanted.allowed_origins };
    let mut tx = db.begin().await?;
    api_keys::update(&mut *tx, key.id, &row).await?;
    let data = json!({"scopes": scopes, "scopes_before": key.scopes, "label_before": key.label});
    let changed =
        ApiKey { label: label.to_owned(), allowed_origins: wanted.allowed_origins.clone(), scopes, ..key.clone() };
    audit::record(&mut *tx, &acting.doer, &entry(AuditEvent::ApiKeyEdit, &changed).data(data), now).await?;
    tx.commit().await?;
    Ok(changed)
}

/// Ends a key at once.
pub async fn remove(db: &PgPool, acting: &Acting, key: &ApiKey, now: DateTime<Utc>) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    api_keys::delete(&mut *tx, key.id).await?;
    audit::record(&mut *tx, &acting.doer, &entry(AuditEvent::ApiKeyRemove, key), now).await?;
    Ok(tx.commit().await?)
}

fn entry(event: AuditEvent, key: &ApiKey) -> Entry<'_> {
    Entry::of_organization(event, key.organization_id, &key.label).target(key.id.0)
}

/// The key with this text; notes its use.
pub async fn authenticate(db: &PgPool, secret: &str, now: DateTime<Utc>) -> sqlx::Result<Option<ApiKey>> {
    let found = api_keys::find_by_hash(db, &secret_token::hash(secret)).await?;
    if let Some(key) = &found {
        api_keys::update_last_used(db, key.id, now).await?;
    }
    Ok(found)
}

/// What a key may.
pub fn scopes(key: &ApiKey) -> Vec<Scope> {
    key.scopes.iter().filter_map(|name| Scope::parse(name)).collect()
}

/// The role that a key counts as where roles are compared: the highest that may nothing the key may not.
pub fn role(scopes: &[Scope]) -> Role {
    let fits = |role: &Role| role.scopes().iter().all(|scope| scopes.contains(scope));
    Role::ALL.into_iter().rev().find(fits).unwrap_or(Role::Member)
}

#[cfg(test)]
mod tests {
    use super::{Role, Scope, role};

    #[test]
    fn a_key_counts_as_a_role_that_may_no_more_than_it() {
        assert_eq!(role(&Scope::ALL), Role::Owner);
        assert_eq!(role(&[]), Role::Member);
        assert_eq!(role(&[Scope::MemberWrite, Scope::MemberAdmin]), Role::Member);
        assert_eq!(role(Role::Manager.scopes()), Role::Manager);
    }
}
