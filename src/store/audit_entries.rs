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
