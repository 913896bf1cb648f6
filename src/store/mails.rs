//! Mail that waits, was sent, or could not be.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgExecutor;

use crate::types::ids::MailId;

/// A mail to insert.
#[derive(Clone, Debug)]
pub struct NewMail<'a> {
    /// Which letter it is: `invite`, `recover`, …
    pub kind: &'a str,
    pub recipient: &'a str,
    pub subject: &'a str,
    pub language: &'a str,
    pub content: &'a Value,
    /// `queued` or `held`.
    pub state: &'a str,
}

/// A mail with what it says.
#[derive(Clone, Debug)]
pub struct Mail {
    pub id: MailId,
    pub kind: String,
    pub recipient: String,
    pub subject: String,
    pub language: String,
    /// `None` once it was sent.
    pub content: Option<Value>,
    pub state: String,
    pub attempts: i32,
    pub created_at: DateTime<Utc>,
}

/// A mail as the outbox lists it.
#[derive(Clone, Debug)]
pub struct MailSummary {
    pub id: MailId,
    pub kind: String,
    pub recipient: String,
    pub subject: String,
    pub state: String,
    pub error: Option<String>,
    pub attempts: i32,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
}

pub async fn insert(db: impl PgExecutor<'_>, mail: &NewMail<'_>, now: DateTime<Utc>) -> sqlx::Result<MailId> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO mails (kind, recipient, subject, language, content, state, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        RETURNING id AS "id: MailId""#,
        mail.kind,
        mail.recipient,
        mail.subject,
        mail.language,
        mail.content,
        mail.state,
        now,
    )
    .fetch_one(db)
    .await
}

pub async fn find(db: impl PgExecutor<'_>, id: MailId) -> sqlx::Result<Option<Mail>> {
    sqlx::query_as!(
        Mail,
        r#"
        SELECT id AS "id: MailId", kind, recipient, subject, language, content, state, attempts, created_at
        FROM mails
        WHERE id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// The newest mails, below `before` if it is given.
pub async fn list(db: impl PgExecutor<'_>, before: Option<MailId>, limit: i64) -> sqlx::Result<Vec<MailSummary>> {
    sqlx::query_as!(
        MailSummary,
        r#"
        SELECT id AS "id: MailId", kind, recipient, subject, state, error, attempts, created_at, sent_at
        FROM mails
        WHERE id < $1
        ORDER BY id DESC
        LIMIT $2"#,
        before.map_or(i64::MAX, |id| id.0),
        limit,
    )
    .fetch_all(db)
    .await
}

/// The oldest mails in a state.
pub async fn list_in_state(db: impl PgExecutor<'_>, state: &str, limit: i64) -> sqlx::Result<Vec<MailId>> {
    sqlx::query_scalar!(r#"SELECT id AS "id: MailId" FROM mails WHERE state = $1 ORDER BY id LIMIT $2"#, state, limit)
        .fetch_all(db)
        .await
}

/// How many mails are in a state.
pub async fn count_in_state(db: impl PgExecutor<'_>, state: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM mails WHERE state = $1"#, state).fetch_one(db).await
}

/// It is on its way out: what it said goes, since it may have held a link that opens something.
pub async fn set_sent(db: impl PgExecutor<'_>, id: MailId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "
        UPDATE mails
        SET state = 'sent', sent_at = $2, content = NULL, error = NULL, attempts = attempts + 1
        WHERE id = $1",
        id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An attempt failed; the state says what follows.
pub async fn set_error(db: impl PgExecutor<'_>, id: MailId, state: &str, error: &str) -> sqlx::Result<()> {
    sqlx::query!("UPDATE mails SET state = $2, error = $3, attempts = attempts + 1 WHERE id = $1", id.0, state, error,)
        .execute(db)
        .await?;
    Ok(())
}

/// Changes the state of a mail that is in another; whether it was.
pub async fn change_state(db: impl PgExecutor<'_>, id: MailId, from: &str, to: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!("UPDATE mails SET state = $3 WHERE id = $1 AND state = $2", id.0, from, to).execute(db);
    Ok(done.await?.rows_affected() > 0)
}

/// Forgets mails that are older than this; how many they were.
pub async fn delete_before(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> sqlx::Result<u64> {
    Ok(sqlx::query!("DELETE FROM mails WHERE created_at < $1", before).execute(db).await?.rows_affected())
}
