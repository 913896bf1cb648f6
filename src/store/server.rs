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
