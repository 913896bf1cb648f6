//! API tokens: shown once, kept as SHA-256.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::{PgExecutor, PgPool};

use crate::app::App;
use crate::services::accounts::letters::{self, Notice};
use crate::services::audit::{self, Doer, Entry};
use crate::services::secret_token;
use crate::store::api_tokens::{self, ApiToken, NewApiToken};
use crate::store::users::User;
use crate::types::audit_event::AuditEvent;
use crate::types::ids::UserId;
use crate::types::scope::Scope;

/// Why a token could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("a token needs at least one scope")]
    NoScope,
    #[error("`{0}` is no scope; scopes are: all, {list}", list = scope_names())]
    UnknownScope(String),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Makes a token; the text is the only copy.
pub async fn create(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    name: &str,
    scopes: &[Scope],
    now: DateTime<Utc>,
) -> Result<(ApiToken, String), Error> {
    if scopes.is_empty() {
        return Err(Error::NoScope);
    }
    let token = secret_token::generate();
    let scopes: Vec<String> = scopes.iter().map(|scope| scope.as_str().to_owned()).collect();
    let row = NewApiToken {
        user_id,
        name: name.trim(),
        token_hash: &secret_token::hash(&token),
        scopes: &scopes,
        expires_at: None,
    };
    Ok((api_tokens::insert(db, &row, now).await?, token))
}

/// Makes a token for oneself: leaves an audit entry, and a letter in case it was somebody else.
pub async fn create_own(
    app: &App,
    by: &Doer,
    user: &User,
    name: &str,
    scopes: &[Scope],
) -> Result<(ApiToken, String), Error> {
    let (mut tx, now) = (app.db.begin().await?, app.clock.now());
    let (token, text) = create(&mut *tx, user.id, name, scopes, now).await?;
    let entry = Entry::of_installation(AuditEvent::TokenCreate, &token.name).target(token.id.0).person(user.id);
    audit::record(&mut *tx, by, &entry.data(json!({"scopes": token.scopes})), now).await?;
    letters::notify(&mut tx, app, user, by, Notice::TokenCreated(&token.name), now).await?;
    tx.commit().await?;
    Ok((token, text))
}

/// Deletes one's own token.
pub async fn revoke_own(app: &App, by: &Doer, user: &User, token: &ApiToken) -> Result<(), Error> {
    let (mut tx, now) = (app.db.begin().await?, app.clock.now());
    api_tokens::delete(&mut *tx, user.id, token.id).await?;
    let entry = Entry::of_installation(AuditEvent::TokenRevoke, &token.name).target(token.id.0).person(user.id);
    audit::record(&mut *tx, by, &entry, now).await?;
    Ok(tx.commit().await?)
}

/// The token with this text, unless it has expired; notes its use.
pub async fn authenticate(db: &PgPool, token: &str, now: DateTime<Utc>) -> sqlx::Result<Option<ApiToken>> {
    let found = api_tokens::find_by_hash(db, &secret_token::hash(token), now).await?;
    if let Some(token) = &found {
        api_tokens::update_last_used(db, token.id, now).await?;
    }
    Ok(found)
}

/// Reads `all` or a list such as `org:read,project:write`, in the given order.
pub fn parse_scopes(text: &str) -> Result<Vec<Scope>, Error> {
    if text.trim() == "all" {
        return Ok(Scope::ALL.to_vec());
    }
    let mut scopes = Vec::new();
    for name in text.split([',', ' ']).map(str::trim).filter(|name| !name.is_empty()) {
        let scope = Scope::parse(name).ok_or_else(|| Error::UnknownScope(name.to_owned()))?;
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    if scopes.is_empty() { Err(Error::NoScope) } else { Ok(scopes) }
}

fn scope_names() -> String {
    Scope::ALL.map(Scope::as_str).join(", ")
}

#[cfg(test)]
mod tests {
    use super::{Scope, parse_scopes};

    #[test]
    fn scopes_are_read_in_order_without_repeats() {
        let scopes = parse_scopes("project:write, org:read,project:write").unwrap();
        assert_eq!(scopes, [Scope::ProjectWrite, Scope::OrgRead]);
        assert_eq!(parse_scopes("all").unwrap().len(), Scope::ALL.len());
        for text in ["", " , ", "org:everything"] {
            assert!(parse_scopes(text).is_err(), "{text}");
        }
    }
}
