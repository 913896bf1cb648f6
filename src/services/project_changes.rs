//! What people change of a project, in the audit log: which settings, never their values, since tokens are among them.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
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
    record(db, doer, project, changed(&project.settings.0, settings), now).await
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

/// The names of settings that differ: `resolve_age`, `filters.localhost`.
fn changed(before: &ProjectSettings, after: &ProjectSettings) -> Vec<String> {
    let tree = |settings| serde_json::to_value(settings).unwrap_or_default();
    let mut names = Vec::new();
    compare("", &tree(before), &tree(after), &mut names);
    names
}

fn compare(prefix: &str, before: &Value, after: &Value, names: &mut Vec<String>) {
    let (Some(before), Some(after)) = (before.as_object(), after.as_object()) else { return };
    for (key, value) in after {
        let name = format!("{prefix}{key}");
        match before.get(key) {
            Some(old) if old == value => {}
            Some(old) if old.is_object() && value.is_object() => compare(&format!("{name}."), old, value, names),
            _ => names.push(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::changed;
    use crate::types::project_settings::ProjectSettings;

    #[test]
    fn only_names_of_what_differs_are_told() {
        let before = ProjectSettings::default();
        let mut after = before.clone();
        after.resolve_age = 24;
        after.filters.localhost = true;
        after.fetching.token = "secret".to_owned();
        let mut names = changed(&before, &after);
        names.sort();
        assert_eq!(names, ["fetching.token", "filters.localhost", "resolve_age"]);
        assert!(changed(&before, &before.clone()).is_empty());
    }
}
