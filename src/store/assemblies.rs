//! Requests to assemble chunks, and how far they have come.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use sqlx::types::JsonValue;

use super::release_files::Uploader;
use crate::types::artifact::Checksum;
use crate::types::ids::{ApiTokenId, AssemblyId, OrganizationId, UserId};

/// How far an assembly has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum AssemblyState {
    Created,
    Assembling,
    Ok,
    Error,
}

/// A request and what became of it.
#[derive(Clone, Debug)]
pub struct Assembly {
    pub id: AssemblyId,
    pub organization_id: OrganizationId,
    pub request: JsonValue,
    pub state: AssemblyState,
    pub detail: Option<String>,
    pub user_id: Option<UserId>,
    pub api_token_id: Option<ApiTokenId>,
}

/// What became of a request since a time; what is older is forgotten.
pub async fn find_recent(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    ident: Checksum,
    since: DateTime<Utc>,
) -> sqlx::Result<Option<Assembly>> {
    sqlx::query_as!(
        Assembly,
        r#"
        SELECT id AS "id: AssemblyId", organization_id AS "organization_id: OrganizationId", request,
            state AS "state: AssemblyState", detail, user_id AS "user_id: UserId",
            api_token_id AS "api_token_id: ApiTokenId"
        FROM assemblies
        WHERE organization_id = $1 AND ident = $2 AND updated_at > $3"#,
        organization_id.0,
        ident as Checksum,
        since,
    )
    .fetch_optional(db)
    .await
}

pub async fn find(db: impl PgExecutor<'_>, id: AssemblyId) -> sqlx::Result<Option<Assembly>> {
    sqlx::query_as!(
        Assembly,
        r#"
        SELECT id AS "id: AssemblyId", organization_id AS "organization_id: OrganizationId", request,
            state AS "state: AssemblyState", detail, user_id AS "user_id: UserId",
            api_token_id AS "api_token_id: ApiTokenId"
        FROM assemblies
        WHERE id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Notes a request, anew if an older one like it has ended; `None`: one like it is under way.
pub async fn insert(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    ident: Checksum,
    request: &JsonValue,
    uploader: Uploader,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<AssemblyId>> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO assemblies (organization_id, ident, request, user_id, api_token_id, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT ON CONSTRAINT assemblies_organization_id_ident_key DO UPDATE SET
            state = 'created', detail = NULL, user_id = EXCLUDED.user_id, api_token_id = EXCLUDED.api_token_id,
            updated_at = EXCLUDED.updated_at
        WHERE assemblies.state IN ('ok', 'error')
        RETURNING id AS "id: AssemblyId""#,
        organization_id.0,
        ident as Checksum,
        request,
        uploader.user_id.map(|id| id.0),
        uploader.api_token_id.map(|id| id.0),
        now,
    )
    .fetch_optional(db)
    .await
}

/// Notes how far an assembly has come.
pub async fn update(
    db: impl PgExecutor<'_>,
    id: AssemblyId,
    state: AssemblyState,
    detail: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE assemblies SET state = $2, detail = $3, updated_at = $4 WHERE id = $1",
        id.0,
        state as AssemblyState,
        detail,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets a request, so that it can be made anew.
pub async fn delete(db: impl PgExecutor<'_>, id: AssemblyId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM assemblies WHERE id = $1", id.0).execute(db).await?;
    Ok(())
}

/// Forgets which files of releases an organization's requests became: some are being deleted.
pub async fn forget_release_files(db: impl PgExecutor<'_>, organization_id: OrganizationId) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        DELETE FROM assemblies
        WHERE organization_id = $1 AND state = 'ok' AND request->'target'->>'kind' = 'release'"#,
        organization_id.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets requests that ended, or were given up, before a time; returns how many.
pub async fn delete_old(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> sqlx::Result<u64> {
    let result = sqlx::query!("DELETE FROM assemblies WHERE updated_at < $1", before).execute(db).await?;
    Ok(result.rows_affected())
}
