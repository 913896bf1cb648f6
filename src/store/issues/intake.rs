//! What a batch of events reads and writes of issues. The caller holds the projects' locks.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::{
    ids::{IssueId, ProjectId},
    lifecycle::Status,
};

/// An issue whose row the transaction holds.
#[derive(Clone, Debug)]
pub struct LockedIssue {
    pub id: IssueId,
    pub project_id: ProjectId,
    pub status: Status,
    pub level: String,
    pub platform: String,
    pub logger: String,
    pub title: String,
    pub culprit: String,
    pub message: String,
    pub tag_keys: Vec<String>,
    pub times_seen: i64,
    pub users_seen: i64,
    pub last_seen: DateTime<Utc>,
    pub active_at: DateTime<Utc>,
    pub resolved_at: Option<DateTime<Utc>>,
}

/// Issues to insert, as columns.
#[derive(Clone, Debug, Default)]
pub struct NewIssues<'a> {
    pub project_ids: Vec<i64>,
    pub short_ids: Vec<i64>,
    pub event_types: Vec<&'a str>,
    pub levels: Vec<&'a str>,
    pub platforms: Vec<&'a str>,
    pub loggers: Vec<&'a str>,
    pub titles: Vec<&'a str>,
    pub culprits: Vec<&'a str>,
    /// JSON.
    pub metadata: Vec<&'a str>,
    pub messages: Vec<&'a str>,
    pub times_seen: Vec<i64>,
    pub users_seen: Vec<i64>,
    pub first_seen: Vec<DateTime<Utc>>,
    pub last_seen: Vec<DateTime<Utc>>,
    pub first_release_ids: Vec<Option<i64>>,
    pub last_release_ids: Vec<Option<i64>>,
}

/// What a batch adds to issues, as columns. Texts are `None` where they stay: what is not assigned is not written out
/// of line again.
#[derive(Clone, Debug, Default)]
pub struct IssueChanges<'a> {
    pub ids: Vec<i64>,
    pub times_seen: Vec<i64>,
    pub users_seen: Vec<i64>,
    pub first_seen: Vec<DateTime<Utc>>,
    pub last_seen: Vec<DateTime<Utc>>,
    pub last_release_ids: Vec<Option<i64>>,
    pub levels: Vec<Option<&'a str>>,
    pub platforms: Vec<Option<&'a str>>,
    pub loggers: Vec<Option<&'a str>>,
    pub titles: Vec<Option<&'a str>>,
    pub culprits: Vec<Option<&'a str>>,
    pub metadata: Vec<Option<&'a str>>,
    pub messages: Vec<Option<&'a str>>,
}

/// Locks issues in the order of their ids. Those deleted meanwhile are absent.
pub async fn lock(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<Vec<LockedIssue>> {
    sqlx::query_as!(
        LockedIssue,
        r#"
        SELECT id AS "id: IssueId", project_id AS "project_id: ProjectId", status AS "status: Status", level, platform, logger, title,
            culprit, message, tag_keys, times_seen, users_seen, last_seen, active_at, resolved_at
        FROM issues
        WHERE id = ANY($1)
        ORDER BY id
        FOR NO KEY UPDATE"#,
        ids,
    )
    .fetch_all(db)
    .await
}

/// Inserts issues and returns their ids in the same order.
pub async fn insert(db: impl PgExecutor<'_>, new: &NewIssues<'_>) -> sqlx::Result<Vec<IssueId>> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO issues (project_id, short_id, event_type, level, platform, logger, title, culprit, metadata,
            message, times_seen, users_seen, first_seen, last_seen, first_release_id, last_release_id, active_at)
        SELECT project_id, short_id, event_type, level, platform, logger, title, culprit, metadata::jsonb, message,
            times_seen, users_seen, first_seen, last_seen, first_release_id, last_release_id, first_seen
        FROM UNNEST($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::timestamptz[],
            $14::timestamptz[], $15::bigint[], $16::bigint[]) AS new (project_id, short_id, event_type, level,
            platform, logger, title, culprit, metadata, message, times_seen, users_seen, first_seen, last_seen,
            first_release_id, last_release_id)
        RETURNING id AS "id: IssueId""#,
        &new.project_ids,
        &new.short_ids,
        &new.event_types as _,
        &new.levels as _,
        &new.platforms as _,
        &new.loggers as _,
        &new.titles as _,
        &new.culprits as _,
        &new.metadata as _,
        &new.messages as _,
        &new.times_seen,
        &new.users_seen,
        &new.first_seen,
        &new.last_seen,
        &new.first_release_ids as _,
        &new.last_release_ids as _,
    )
    .fetch_all(db)
    .await
}

/// Adds to counters and overwrites with the newest event's values.
pub async fn update(db: impl PgExecutor<'_>, changes: &IssueChanges<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE issues SET
            times_seen = issues.times_seen + new.times_seen,
            users_seen = issues.users_seen + new.users_seen,
            first_seen = LEAST(issues.first_seen, new.first_seen),
            last_seen = GREATEST(issues.last_seen, new.last_seen),
            last_release_id = COALESCE(new.last_release_id, issues.last_release_id),
            level = COALESCE(new.level, issues.level),
            platform = COALESCE(new.platform, issues.platform),
            logger = COALESCE(new.logger, issues.logger),
            title = COALESCE(new.title, issues.title),
            culprit = COALESCE(new.culprit, issues.culprit),
            metadata = COALESCE(new.metadata::jsonb, issues.metadata),
            message = COALESCE(new.message, issues.message)
        FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::timestamptz[], $6::bigint[],
            $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[]) AS new (id,
            times_seen, users_seen, first_seen, last_seen, last_release_id, level, platform, logger, title, culprit,
            metadata, message)
        WHERE issues.id = new.id"#,
        &changes.ids,
        &changes.times_seen,
        &changes.users_seen,
        &changes.first_seen,
        &changes.last_seen,
        &changes.last_release_ids as _,
        &changes.levels as _,
        &changes.platforms as _,
        &changes.loggers as _,
        &changes.titles as _,
        &changes.culprits as _,
        &changes.metadata as _,
        &changes.messages as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes keys of tags that issues were not seen with before, as pairs.
pub async fn add_tag_keys(db: impl PgExecutor<'_>, ids: &[i64], keys: &[&str]) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE issues SET tag_keys = issues.tag_keys || new.keys
        FROM (
            SELECT id, array_agg(key ORDER BY key) AS keys
            FROM UNNEST($1::bigint[], $2::text[]) AS pair (id, key)
            GROUP BY id
        ) AS new
        WHERE issues.id = new.id"#,
        ids,
        keys as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes issues unresolved again: `active_at` decides about the next regression.
pub async fn reopen(
    db: impl PgExecutor<'_>,
    id: IssueId,
    active_at: DateTime<Utc>,
    is_regressed: bool,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE issues
        SET status = 'unresolved', active_at = $2, resolved_at = NULL, is_regressed = $3
        WHERE id = $1"#,
        id.0,
        active_at,
        is_regressed,
    )
    .execute(db)
    .await?;
    Ok(())
}
