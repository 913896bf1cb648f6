//! The audit log: who did what, from where.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgExecutor;

use crate::types::ids::{OrganizationId, UserId};

/// An entry to insert.
#[derive(Clone, Debug)]
pub struct NewEntry<'a> {
    /// `None`: about the installation or an account.
    pub organization_id: Option<OrganizationId>,
    /// Number of the event (`types::audit_event`).
    pub event: i16,
    pub actor_user_id: Option<UserId>,
    pub actor_label: &'a str,
    pub target_id: Option<i64>,
    pub target_user_id: Option<UserId>,
    pub target_label: &'a str,
    pub ip_address: Option<String>,
    pub data: &'a Value,
}

pub async fn insert(db: impl PgExecutor<'_>, entry: &NewEntry<'_>, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "
        INSERT INTO audit_entries (organization_id, event, actor_user_id, actor_label, target_id, target_user_id,
            target_label, ip_address, data, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::inet, $9, $10)",
        entry.organization_id.map(|id| id.0),
        entry.event,
        entry.actor_user_id.map(|id| id.0),
        entry.actor_label,
        entry.target_id,
        entry.target_user_id.map(|id| id.0),
        entry.target_label,
        entry.ip_address,
        entry.data,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An entry as it is read.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    pub id: i64,
    pub event: i16,
    pub actor_user_id: Option<UserId>,
    pub actor_label: String,
    pub target_id: Option<i64>,
    pub target_user_id: Option<UserId>,
    pub target_label: String,
    pub ip_address: Option<String>,
    pub data: Value,
    pub created_at: DateTime<Utc>,
}

/// Which entries.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Number of an event.
    pub event: Option<i16>,
    /// Part of the name of who did it or to whom it was done; empty: anybody.
    pub person: &'a str,
    pub offset: i64,
    pub limit: i64,
}

/// Those of an organization, newest first.
pub async fn list(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    wanted: &Wanted<'_>,
) -> sqlx::Result<Vec<AuditEntry>> {
    sqlx::query_as!(
        AuditEntry,
        r#"
        SELECT id, event, actor_user_id AS "actor_user_id: UserId", actor_label, target_id,
            target_user_id AS "target_user_id: UserId", target_label, host(ip_address) AS ip_address, data, created_at
        FROM audit_entries
        WHERE organization_id = $1 AND ($2::smallint IS NULL OR event = $2)
            AND strpos(lower(actor_label || ' ' || target_label), lower($3)) > 0
        ORDER BY id DESC
        OFFSET $4 LIMIT $5"#,
        organization_id.0,
        wanted.event,
        wanted.person,
        wanted.offset,
        wanted.limit,
    )
    .fetch_all(db)
    .await
}

/// The kinds of entries that an organization has.
pub async fn list_events(db: impl PgExecutor<'_>, organization_id: OrganizationId) -> sqlx::Result<Vec<i16>> {
    sqlx::query_scalar!(
        "SELECT DISTINCT event FROM audit_entries WHERE organization_id = $1 ORDER BY event",
        organization_id.0,
    )
    .fetch_all(db)
    .await
}
