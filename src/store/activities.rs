//! What happened to issues.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use sqlx::types::JsonValue;

use crate::types::ids::{ActivityId, IssueId, ProjectId, UserId};

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

/// Entries to add to the histories of many issues, as columns; kind, author and time are the same for all.
#[derive(Clone, Debug, Default)]
pub struct NewActivities {
    pub project_ids: Vec<i64>,
    pub issue_ids: Vec<i64>,
    pub data: Vec<JsonValue>,
}

/// Adds to the histories of many issues; returns each issue's entry, so that it can be taken back.
pub async fn insert_many(
    db: impl PgExecutor<'_>,
    new: &NewActivities,
    kind: &str,
    user_id: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<(IssueId, ActivityId)>> {
    let rows = sqlx::query!(
        r#"
        INSERT INTO activities (project_id, issue_id, user_id, kind, data, created_at)
        SELECT new.project_id, new.issue_id, $4, $5, new.data, $6
        FROM UNNEST($1::bigint[], $2::bigint[], $3::jsonb[]) AS new (project_id, issue_id, data)
        RETURNING issue_id AS "issue_id!: IssueId", id AS "id: ActivityId""#,
        &new.project_ids,
        &new.issue_ids,
        &new.data,
        user_id.0,
        kind,
        now,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.issue_id, row.id)).collect())
}

/// Those of some issues that have an entry of one of these kinds after the given one: they were changed again.
pub async fn list_changed_since(
    db: impl PgExecutor<'_>,
    issue_ids: &[i64],
    ids: &[i64],
    kinds: &[&str],
) -> sqlx::Result<Vec<IssueId>> {
    sqlx::query_scalar!(
        r#"
        SELECT DISTINCT activities.issue_id AS "issue_id!: IssueId"
        FROM UNNEST($1::bigint[], $2::bigint[]) AS known (issue_id, id)
        JOIN activities ON activities.issue_id = known.issue_id AND activities.id > known.id
        WHERE activities.kind = ANY($3)"#,
        issue_ids,
        ids,
        kinds as _,
    )
    .fetch_all(db)
    .await
}

/// Those of some issues that somebody else made an entry of one of these kinds for since a time.
pub async fn list_decided(
    db: impl PgExecutor<'_>,
    issue_ids: &[i64],
    (user_id, since): (UserId, DateTime<Utc>),
    kinds: &[&str],
) -> sqlx::Result<Vec<IssueId>> {
    sqlx::query_scalar!(
        r#"
        SELECT DISTINCT issue_id AS "issue_id!: IssueId"
        FROM activities
        WHERE issue_id = ANY($1) AND user_id <> $2 AND created_at > $3 AND kind = ANY($4)"#,
        issue_ids,
        user_id.0,
        since,
        kinds as _,
    )
    .fetch_all(db)
    .await
}

/// Takes entries back.
pub async fn delete(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM activities WHERE id = ANY($1)", ids).execute(db).await?;
    Ok(())
}

/// An entry of an issue's history, with who did it.
#[derive(Clone, Debug)]
pub struct Activity {
    pub id: ActivityId,
    pub user_id: Option<UserId>,
    pub user_name: Option<String>,
    pub kind: String,
    pub data: JsonValue,
    pub created_at: DateTime<Utc>,
}

/// An issue's history, the newest entry first.
pub async fn list(db: impl PgExecutor<'_>, issue_id: IssueId, limit: i64) -> sqlx::Result<Vec<Activity>> {
    sqlx::query_as!(
        Activity,
        r#"
        SELECT activities.id AS "id!: ActivityId", activities.user_id AS "user_id: UserId",
            COALESCE(NULLIF(users.name, ''), users.email) AS user_name, activities.kind AS "kind!",
            activities.data AS "data!", activities.created_at AS "created_at!"
        FROM activities
        LEFT JOIN users ON users.id = activities.user_id
        WHERE activities.issue_id = $1
        ORDER BY activities.id DESC
        LIMIT $2"#,
        issue_id.0,
        limit,
    )
    .fetch_all(db)
    .await
}

/// An entry, and the issue it is about.
#[derive(Clone, Debug)]
pub struct ProjectActivity {
    pub activity: Activity,
    pub issue_id: IssueId,
    pub short_id: i64,
    pub title: String,
    pub project_slug: String,
}

/// Entries of the histories of some projects' issues before an id, the newest first. Read project by project, so that
/// one without entries costs nothing.
pub async fn list_of_projects(
    db: impl PgExecutor<'_>,
    project_ids: &[i64],
    before: i64,
    limit: i64,
) -> sqlx::Result<Vec<ProjectActivity>> {
    let rows = sqlx::query!(
        r#"
        SELECT entry.id AS "id!: ActivityId", entry.user_id AS "user_id: UserId",
            COALESCE(NULLIF(users.name, ''), users.email) AS user_name, entry.kind AS "kind!", entry.data AS "data!",
            entry.created_at AS "created_at!", issues.id AS "issue_id: IssueId", issues.short_id, issues.title,
            projects.slug AS project_slug
        FROM UNNEST($1::bigint[]) AS project (id)
        CROSS JOIN LATERAL (
            SELECT id, project_id, issue_id, user_id, kind, data, created_at
            FROM activities
            WHERE activities.project_id = project.id AND id < $2 AND issue_id IS NOT NULL
            ORDER BY id DESC
            LIMIT $3
        ) AS entry
        JOIN issues ON issues.id = entry.issue_id
        JOIN projects ON projects.id = entry.project_id
        LEFT JOIN users ON users.id = entry.user_id
        WHERE issues.status IN ('unresolved', 'resolved', 'ignored')
        ORDER BY entry.id DESC
        LIMIT $3"#,
        project_ids,
        before,
        limit,
    )
    .fetch_all(db)
    .await?;
    let entries = rows.into_iter().map(|row| ProjectActivity {
        activity: Activity {
            id: row.id,
            user_id: row.user_id,
            user_name: row.user_name,
            kind: row.kind,
            data: row.data,
            created_at: row.created_at,
        },
        issue_id: row.issue_id,
        short_id: row.short_id,
        title: row.title,
        project_slug: row.project_slug,
    });
    Ok(entries.collect())
}

/// Where a page of a history lies: entries from an id on, `skip` of them left out.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    pub at: i64,
    pub skip: i64,
    pub limit: i64,
}

/// Entries of an issue's history that are not newer than an id, the newest first; all, or those of one kind.
pub async fn list_until(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    kind: Option<&str>,
    slice: Slice,
) -> sqlx::Result<Vec<Activity>> {
    sqlx::query_as!(
        Activity,
        r#"
        SELECT activities.id AS "id!: ActivityId", activities.user_id AS "user_id: UserId",
            COALESCE(NULLIF(users.name, ''), users.email) AS user_name, activities.kind AS "kind!",
            activities.data AS "data!", activities.created_at AS "created_at!"
        FROM activities
        LEFT JOIN users ON users.id = activities.user_id
        WHERE activities.issue_id = $1 AND activities.id <= $2 AND ($3::text IS NULL OR activities.kind = $3)
        ORDER BY activities.id DESC
        OFFSET $4
        LIMIT $5"#,
        issue_id.0,
        slice.at,
        kind,
        slice.skip,
        slice.limit,
    )
    .fetch_all(db)
    .await
}

/// Entries of an issue's history from an id on, the oldest first.
pub async fn list_from(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    kind: Option<&str>,
    slice: Slice,
) -> sqlx::Result<Vec<Activity>> {
    sqlx::query_as!(
        Activity,
        r#"
        SELECT activities.id AS "id!: ActivityId", activities.user_id AS "user_id: UserId",
            COALESCE(NULLIF(users.name, ''), users.email) AS user_name, activities.kind AS "kind!",
            activities.data AS "data!", activities.created_at AS "created_at!"
        FROM activities
        LEFT JOIN users ON users.id = activities.user_id
        WHERE activities.issue_id = $1 AND activities.id >= $2 AND ($3::text IS NULL OR activities.kind = $3)
        ORDER BY activities.id
        OFFSET $4
        LIMIT $5"#,
        issue_id.0,
        slice.at,
        kind,
        slice.skip,
        slice.limit,
    )
    .fetch_all(db)
    .await
}
