//! Facts about the database server itself, for `doctor` and the overview.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

/// What the server says of itself.
#[derive(Clone, Debug)]
pub struct Server {
    /// For instance 150020 for 15.20.
    pub version: i32,
    pub now: DateTime<Utc>,
    /// Whether a commit survives a power cut.
    pub fsync: bool,
    pub max_connections: i32,
}

impl Server {
    /// For instance `PostgreSQL 15.20`.
    pub fn name(&self) -> String {
        format!("PostgreSQL {}.{}", self.version / 10_000, self.version % 10_000)
    }
}

pub async fn get(db: impl PgExecutor<'_>) -> sqlx::Result<Server> {
    sqlx::query_as!(
        Server,
        r#"
        SELECT current_setting('server_version_num')::integer AS "version!", clock_timestamp() AS "now!",
            current_setting('fsync')::boolean AS "fsync!", current_setting('max_connections')::integer AS "max_connections!""#,
    )
    .fetch_one(db)
    .await
}

/// How the database is doing.
#[derive(Clone, Copy, Debug)]
pub struct State {
    pub bytes: i64,
    /// A replica, or told to be.
    pub is_read_only: bool,
    /// Of this database, 0 if none is open.
    pub longest_transaction_seconds: f64,
}

pub async fn state(db: impl PgExecutor<'_>) -> sqlx::Result<State> {
    sqlx::query_as!(
        State,
        r#"
        SELECT pg_database_size(current_database()) AS "bytes!",
            pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean AS "is_read_only!",
            (SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::float8
             FROM pg_stat_activity
             WHERE datname = current_database()) AS "longest_transaction_seconds!""#,
    )
    .fetch_one(db)
    .await
}

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionStatus {
    Committed,
    Aborted,
    InProgress,
    /// So long ago that the server has forgotten.
    Unknown,
}

/// The number of the running transaction, to ask for its end should its confirmation get lost.
pub async fn transaction_id(db: impl PgExecutor<'_>) -> sqlx::Result<String> {
    sqlx::query_scalar!(r#"SELECT pg_current_xact_id()::text AS "id!""#).fetch_one(db).await
}

/// How a transaction ended, also of a connection that is gone.
pub async fn transaction_status(db: impl PgExecutor<'_>, id: &str) -> sqlx::Result<TransactionStatus> {
    let status = sqlx::query_scalar!("SELECT pg_xact_status($1::text::xid8)", id).fetch_one(db).await?;
    Ok(match status.as_deref() {
        Some("committed") => TransactionStatus::Committed,
        Some("aborted") => TransactionStatus::Aborted,
        Some(_) => TransactionStatus::InProgress,
        None => TransactionStatus::Unknown,
    })
}
