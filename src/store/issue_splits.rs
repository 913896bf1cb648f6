//! An issue that is being taken apart: the one that is made of it, and the counters of both while events move.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::types::ids::{IssueId, ProjectId, ReleaseId};

/// Makes an issue out of another one for some of its hashes, locked until the events have moved. The caller holds the
/// project and the issue.
pub async fn split_off(
    db: &mut sqlx::PgConnection,
    source: IssueId,
    short_id: i64,
    hashes: &[Uuid],
    now: DateTime<Utc>,
) -> sqlx::Result<IssueId> {
    let id = sqlx::query_scalar!(
        r#"
        INSERT INTO issues (project_id, short_id, event_type, level, platform, logger, title, culprit, metadata, message,
            first_seen, last_seen, active_at)
        SELECT project_id, $2, event_type, level, platform, logger, title, culprit, metadata, message, first_seen,
            last_seen, $3
        FROM issues
        WHERE id = $1
        RETURNING id AS "id: IssueId""#,
        source.0,
        short_id,
        now,
    )
    .fetch_one(&mut *db)
    .await?;
    sqlx::query!(
        "UPDATE issue_hashes SET issue_id = $2, is_locked = TRUE WHERE issue_id = $1 AND hash = ANY($3)",
        source.0,
        id.0,
        hashes,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "UPDATE body_references SET issue_id = $2 WHERE issue_id = $1 AND hash = ANY($3)",
        source.0,
        id.0,
        hashes,
    )
    .execute(&mut *db)
    .await?;
    Ok(id)
}

/// What the newest event says of an issue.
#[derive(Clone, Debug)]
pub struct IssueTexts<'t> {
    pub event_type: &'t str,
    pub level: &'t str,
    pub platform: &'t str,
    pub logger: &'t str,
    pub title: &'t str,
    pub culprit: &'t str,
    pub metadata: Value,
    pub message: &'t str,
    pub first_release_id: Option<ReleaseId>,
    pub last_release_id: Option<ReleaseId>,
}

pub async fn update_texts(db: impl PgExecutor<'_>, id: IssueId, texts: &IssueTexts<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE issues
        SET event_type = $2, level = $3, platform = $4, logger = $5, title = $6, culprit = $7, metadata = $8,
            message = $9, first_release_id = $10, last_release_id = $11
        WHERE id = $1"#,
        id.0,
        texts.event_type,
        texts.level,
        texts.platform,
        texts.logger,
        texts.title,
        texts.culprit,
        texts.metadata,
        texts.message,
        texts.first_release_id.map(|id| id.0),
        texts.last_release_id.map(|id| id.0),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lets hashes be moved again, wherever they lead.
pub async fn unlock_hashes(db: impl PgExecutor<'_>, project_id: ProjectId, hashes: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE issue_hashes SET is_locked = FALSE WHERE project_id = $1 AND hash = ANY($2) AND is_locked",
        project_id.0,
        hashes,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Events that were moved, as the counters of an issue know them.
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    pub events: i64,
    pub users: i64,
    pub first_seen: DateTime<Utc>,
    pub last_seen: DateTime<Utc>,
}

/// Adds events to an issue that has all its events stored. The caller holds it.
pub async fn add(db: impl PgExecutor<'_>, id: IssueId, moved: Moved, tag_keys: &[String]) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE issues
        SET times_seen = times_seen + $2, users_seen = users_seen + $3,
            tag_keys = tag_keys || ARRAY(SELECT key FROM UNNEST($4::text[]) AS new (key) WHERE NOT key = ANY(tag_keys)),
            first_seen = COALESCE((SELECT min(occurred_at) FROM events WHERE issue_id = $1), first_seen),
            last_seen = COALESCE((SELECT max(occurred_at) FROM events WHERE issue_id = $1), last_seen)
        WHERE id = $1"#,
        id.0,
        moved.events,
        moved.users,
        tag_keys,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes events off an issue. What it was seen before the oldest and after the newest of them stays as it is, stored or
/// not. The caller holds it.
pub async fn take(db: impl PgExecutor<'_>, id: IssueId, moved: Moved) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE issues
        SET times_seen = times_seen - $2, users_seen = users_seen - $3,
            first_seen = CASE WHEN first_seen >= $4
                THEN COALESCE((SELECT min(occurred_at) FROM events WHERE issue_id = $1), first_seen)
                ELSE first_seen END,
            last_seen = CASE WHEN last_seen <= $5
                THEN COALESCE((SELECT max(occurred_at) FROM events WHERE issue_id = $1), last_seen)
                ELSE last_seen END
        WHERE id = $1"#,
        id.0,
        moved.events,
        moved.users,
        moved.first_seen,
        moved.last_seen,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// When an issue was seen first and last with each tag, from what it has left. It reads all its events and holds up
/// nobody who adds to it: tags that changed meanwhile stay, and are returned. So do tags with events that expired.
pub async fn renew_tag_times(db: impl PgExecutor<'_>, id: IssueId) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"
        WITH counted AS MATERIALIZED (
            SELECT tag.id, min(occurred_at) AS first_seen, max(occurred_at) AS last_seen, count(*) AS events
            FROM events, UNNEST(tag_value_ids) AS tag (id)
            WHERE issue_id = $1 AND tag.id > 0
            GROUP BY tag.id
        ), wrong AS MATERIALIZED (
            SELECT counted.* FROM issue_tags
            JOIN counted ON counted.id = issue_tags.tag_value_id AND counted.events = issue_tags.times_seen
            WHERE issue_tags.issue_id = $1
                AND (issue_tags.first_seen, issue_tags.last_seen) <> (counted.first_seen, counted.last_seen)
        ), held AS MATERIALIZED (
            SELECT tag_value_id FROM issue_tags
            WHERE issue_id = $1 AND tag_value_id IN (SELECT id FROM wrong)
            ORDER BY tag_value_id
            FOR UPDATE
        ), renewed AS (
            UPDATE issue_tags
            SET first_seen = wrong.first_seen, last_seen = wrong.last_seen
            FROM held
            JOIN wrong ON wrong.id = held.tag_value_id
            WHERE issue_tags.issue_id = $1 AND issue_tags.tag_value_id = held.tag_value_id
                AND issue_tags.times_seen = wrong.events
            RETURNING issue_tags.tag_value_id
        )
        SELECT id AS "id!" FROM wrong WHERE id NOT IN (SELECT tag_value_id FROM renewed)"#,
        id.0,
    )
    .fetch_all(db)
    .await
}

/// The same for tags that change all the time, whose first and last events are found soon. The caller holds the issue.
pub async fn renew_times_of_tags(db: impl PgExecutor<'_>, id: IssueId, tag_value_ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE issue_tags
        SET first_seen = COALESCE((
                SELECT occurred_at FROM events
                WHERE events.issue_id = $1 AND issue_tags.tag_value_id = ANY(tag_value_ids)
                ORDER BY occurred_at LIMIT 1
            ), first_seen),
            last_seen = COALESCE((
                SELECT occurred_at FROM events
                WHERE events.issue_id = $1 AND issue_tags.tag_value_id = ANY(tag_value_ids)
                ORDER BY occurred_at DESC LIMIT 1
            ), last_seen)
        WHERE issue_id = $1 AND tag_value_id = ANY($2)"#,
        id.0,
        tag_value_ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The keys of the tags that an issue has left, and what is known of its users. The caller holds it.
pub async fn renew_tag_keys(db: impl PgExecutor<'_>, id: IssueId) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE issues
        SET tag_keys = ARRAY(
            SELECT DISTINCT tag_values.key FROM issue_tags
            JOIN tag_values ON tag_values.id = issue_tags.tag_value_id
            WHERE issue_tags.issue_id = $1
            UNION
            SELECT 'user.' || part.name FROM issue_tags
            JOIN tag_values ON tag_values.id = issue_tags.tag_value_id
            LEFT JOIN event_users ON event_users.tag_value_id = tag_values.id
            CROSS JOIN LATERAL (VALUES
                (split_part(tag_values.value, ':', 1), TRUE),
                ('username', event_users.username IS NOT NULL),
                ('email', event_users.email IS NOT NULL),
                ('ip', event_users.ip IS NOT NULL)
            ) AS part (name, is_known)
            WHERE issue_tags.issue_id = $1 AND tag_values.key = 'user' AND part.is_known
        )
        WHERE id = $1"#,
        id.0,
    )
    .execute(db)
    .await?;
    Ok(())
}
