//! What belongs to issues, on its way from one to another: merging, and the events that taking apart moves as well.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::types::ids::IssueId;

/// Has everything that leads to some issues lead to another one from now on: hashes, what bodies refer to, old addresses.
/// The caller holds the project, so that no batch saves meanwhile.
pub async fn redirect(db: &mut sqlx::PgConnection, sources: &[i64], target: IssueId) -> sqlx::Result<()> {
    sqlx::query!("UPDATE issue_hashes SET issue_id = $2 WHERE issue_id = ANY($1)", sources, target.0)
        .execute(&mut *db)
        .await?;
    // Two issues may have bodies of the same hash and week. Those that come second stay for the events that need them,
    // under a name that nobody looks for.
    sqlx::query!(
        r#"
        UPDATE body_references
        SET issue_id = $2, hash = CASE WHEN kept.id IS NULL THEN md5(body_references.id::text)::uuid
            ELSE body_references.hash END
        FROM body_references AS moved
        LEFT JOIN (
            SELECT DISTINCT ON (hash, week_at) id FROM body_references
            WHERE issue_id = ANY($1) AND NOT EXISTS (
                SELECT FROM body_references AS own
                WHERE own.issue_id = $2 AND own.hash = body_references.hash AND own.week_at = body_references.week_at
            )
            ORDER BY hash, week_at, id
        ) AS kept ON kept.id = moved.id
        WHERE moved.issue_id = ANY($1) AND body_references.id = moved.id"#,
        sources,
        target.0,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("UPDATE issue_redirects SET issue_id = $2 WHERE issue_id = ANY($1)", sources, target.0)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        r#"
        INSERT INTO issue_redirects (old_issue_id, project_id, old_short_id, issue_id)
        SELECT id, project_id, short_id, $2 FROM issues WHERE id = ANY($1)"#,
        sources,
        target.0,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("UPDATE issues SET status = 'pending_merge' WHERE id = ANY($1)", sources).execute(&mut *db).await?;
    Ok(())
}

/// Where an issue that was merged is found now.
pub async fn find_redirect(db: impl PgExecutor<'_>, id: IssueId) -> sqlx::Result<Option<IssueId>> {
    sqlx::query_scalar!(r#"SELECT issue_id AS "issue_id: IssueId" FROM issue_redirects WHERE old_issue_id = $1"#, id.0,)
        .fetch_optional(db)
        .await
}

/// Locks issues in the order of their ids; returns those that are there, whatever their status, with times seen.
pub async fn lock(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<Vec<(IssueId, String)>> {
    let rows = sqlx::query!(
        r#"SELECT id AS "id: IssueId", status FROM issues WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE"#,
        ids,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.status)).collect())
}

/// How many events issues have stored; only those of some primary hashes, if given.
pub async fn count_events(db: impl PgExecutor<'_>, issue_ids: &[i64], hashes: Option<&[Uuid]>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"
        SELECT count(*) AS "count!" FROM events
        WHERE issue_id = ANY($1) AND ($2::uuid[] IS NULL OR hash = ANY($2))"#,
        issue_ids,
        hashes,
    )
    .fetch_one(db)
    .await
}

/// An event on its way: what counters know of it.
#[derive(Clone, Debug)]
pub struct MovedEvent {
    pub occurred_at: DateTime<Utc>,
    /// As in `events`: the user first, 0 for none.
    pub tag_value_ids: Vec<i64>,
}

/// Moves the oldest events of an issue to another, with what users said about them; only those of some primary hashes, if
/// given. About `limit` of them: those of one moment move together.
pub async fn move_events(
    db: &mut sqlx::PgConnection,
    (from, to): (IssueId, IssueId),
    hashes: Option<&[Uuid]>,
    limit: i64,
) -> sqlx::Result<Vec<MovedEvent>> {
    let last = sqlx::query_scalar!(
        r#"
        SELECT occurred_at FROM events
        WHERE issue_id = $1 AND ($2::uuid[] IS NULL OR hash = ANY($2))
        ORDER BY occurred_at
        OFFSET $3 LIMIT 1"#,
        from.0,
        hashes,
        limit - 1,
    )
    .fetch_optional(&mut *db)
    .await?;
    sqlx::query_as!(
        MovedEvent,
        r#"
        WITH moved AS (
            UPDATE events
            SET issue_id = $2
            WHERE issue_id = $1 AND ($3::uuid[] IS NULL OR hash = ANY($3))
                AND ($4::timestamptz IS NULL OR occurred_at <= $4)
            RETURNING event_id, occurred_at, tag_value_ids
        ), reports AS (
            UPDATE user_reports SET issue_id = $2
            WHERE issue_id = $1 AND event_id IN (SELECT event_id FROM moved)
        )
        SELECT occurred_at AS "occurred_at!", tag_value_ids AS "tag_value_ids!" FROM moved"#,
        from.0,
        to.0,
        hashes,
        last,
    )
    .fetch_all(&mut *db)
    .await
}

/// Gives an issue everything that another one has beside events, its counters among it, and deletes that one. The caller
/// holds both.
pub async fn absorb(db: &mut sqlx::PgConnection, source: IssueId, target: IssueId) -> sqlx::Result<()> {
    let new_users = move_tags(&mut *db, source, target).await?;
    sqlx::query!(
        r#"
        WITH moved AS (DELETE FROM issue_hours WHERE issue_id = $1 RETURNING hour, environment_id, events)
        INSERT INTO issue_hours (issue_id, hour, environment_id, events)
        SELECT $2, hour, environment_id, events FROM moved ORDER BY hour, environment_id
        ON CONFLICT ON CONSTRAINT issue_hours_pkey DO UPDATE SET events = issue_hours.events + EXCLUDED.events"#,
        source.0,
        target.0,
    )
    .execute(&mut *db)
    .await?;
    move_marks(&mut *db, source, target).await?;
    sqlx::query!(
        r#"
        UPDATE issues AS target
        SET times_seen = target.times_seen + source.times_seen, users_seen = target.users_seen + $3,
            comments_count = target.comments_count + source.comments_count,
            tag_keys = target.tag_keys
                || ARRAY(SELECT key FROM UNNEST(source.tag_keys) AS own (key) WHERE NOT key = ANY(target.tag_keys)),
            first_seen = LEAST(target.first_seen, source.first_seen),
            last_seen = GREATEST(target.last_seen, source.last_seen),
            first_release_id = CASE WHEN source.first_seen < target.first_seen
                THEN source.first_release_id ELSE target.first_release_id END,
            last_release_id = CASE WHEN source.last_seen > target.last_seen
                THEN COALESCE(source.last_release_id, target.last_release_id) ELSE target.last_release_id END,
            assignee_user_id = CASE WHEN target.assignee_team_id IS NULL
                THEN COALESCE(target.assignee_user_id, source.assignee_user_id) ELSE target.assignee_user_id END,
            assignee_team_id = CASE WHEN target.assignee_user_id IS NULL
                THEN COALESCE(target.assignee_team_id, source.assignee_team_id) ELSE target.assignee_team_id END
        FROM issues AS source
        WHERE target.id = $2 AND source.id = $1"#,
        source.0,
        target.0,
        new_users,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("DELETE FROM issues WHERE id = $1", source.0).execute(&mut *db).await?;
    Ok(())
}

/// Sums the counters of tags; returns how many users are new to the target.
async fn move_tags(db: &mut sqlx::PgConnection, source: IssueId, target: IssueId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"
        WITH moved AS (
            DELETE FROM issue_tags WHERE issue_id = $1 RETURNING tag_value_id, first_seen, last_seen, times_seen
        ), put AS (
            INSERT INTO issue_tags (issue_id, tag_value_id, first_seen, last_seen, times_seen)
            SELECT $2, tag_value_id, first_seen, last_seen, times_seen FROM moved ORDER BY tag_value_id
            ON CONFLICT ON CONSTRAINT issue_tags_pkey DO UPDATE SET
                times_seen = issue_tags.times_seen + EXCLUDED.times_seen,
                first_seen = LEAST(issue_tags.first_seen, EXCLUDED.first_seen),
                last_seen = GREATEST(issue_tags.last_seen, EXCLUDED.last_seen)
            RETURNING tag_value_id, xmax = 0 AS is_new
        )
        SELECT count(*) AS "count!"
        FROM put
        JOIN tag_values ON tag_values.id = put.tag_value_id
        WHERE put.is_new AND tag_values.key = 'user'"#,
        source.0,
        target.0,
    )
    .fetch_one(db)
    .await
}

/// What people did with the issue: history, bookmarks, following, looking, commits that fix it. What they did with the
/// target as well stays as it is there.
async fn move_marks(db: &mut sqlx::PgConnection, source: IssueId, target: IssueId) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        WITH activities AS (UPDATE activities SET issue_id = $2 WHERE issue_id = $1),
            reports AS (UPDATE user_reports SET issue_id = $2 WHERE issue_id = $1),
            bookmarks AS (
                INSERT INTO issue_bookmarks (issue_id, user_id, created_at)
                SELECT $2, user_id, created_at FROM issue_bookmarks WHERE issue_id = $1 ON CONFLICT DO NOTHING
            ), subscriptions AS (
                INSERT INTO issue_subscriptions (issue_id, user_id, is_active, reason, created_at)
                SELECT $2, user_id, is_active, reason, created_at FROM issue_subscriptions WHERE issue_id = $1
                ON CONFLICT DO NOTHING
            ), views AS (
                INSERT INTO issue_views (issue_id, user_id, seen_at)
                SELECT $2, user_id, seen_at FROM issue_views WHERE issue_id = $1 ON CONFLICT DO NOTHING
            )
        INSERT INTO issue_commits (issue_id, commit_id, created_at)
        SELECT $2, commit_id, created_at FROM issue_commits WHERE issue_id = $1 ON CONFLICT DO NOTHING"#,
        source.0,
        target.0,
    )
    .execute(db)
    .await?;
    Ok(())
}
