//! What happened to issues.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use sqlx::types::JsonValue;

use crate::types::ids::{IssueId, ProjectId, UserId};

/// An entry to add to an issue's history.
#[derive(Clone, Debug)]
pub struct NewActivity<'a> {
    pub project_id: ProjectId,
    pub issue_id: IssueId,
    /// `None`: the program did it.
    pub user_id: Option<UserId>,
    /// The API's name: `set_resolved`, `set_regression`, …
    pub kind: &'a str,
    pub data: JsonValue,
}

/// Adds to an issue's history.
pub async fn insert(db: impl PgExecutor<'_>, new: &NewActivity<'_>, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO activities (project_id, issue_id, user_id, kind, data, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)"#,
        new.project_id.0,
        new.issue_id.0,
        new.user_id.map(|id| id.0),
        new.kind,
        new.data,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}
