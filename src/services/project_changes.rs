//! What people change of a project, in the audit log: which settings, never their values, since tokens are among them.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

use crate::services::audit::{self, Doer, Entry};
use crate::store::projects::{self, Project};
use crate::types::audit_event::AuditEvent;
use crate::types::project_settings::ProjectSettings;

/// Saves settings, if any of them changed.
pub async fn save_settings(
    db: &mut PgConnection,
    doer: &Doer,
    project: &Project,
    settings: &ProjectSettings,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    if *settings == project.settings.0 {
        return Ok(());
    }
    projects::update_settings(&mut *db, project.id, settings).await?;
    record(db, doer, project, audit::changed(&project.settings.0, settings), now).await
}

/// Notes that settings were changed.
pub async fn record(
    db: &mut PgConnection,
    doer: &Doer,
    project: &Project,
    changed: Vec<String>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let entry = Entry::of_organization(AuditEvent::ProjectEdit, project.organization_id, &project.slug)
        .target(project.id.0)
        .data(json!({"changed": changed}));
    audit::record(&mut *db, doer, &entry, now).await
}
