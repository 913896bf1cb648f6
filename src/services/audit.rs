//! The audit log: every change to people, access and settings leaves an entry in the transaction that makes it.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgExecutor;

use crate::store::audit_entries::{self, NewEntry};
use crate::store::users::User;
use crate::types::audit_event::AuditEvent;
use crate::types::ids::{OrganizationId, UserId};

/// Who does something, and from where.
#[derive(Clone, Debug)]
pub struct Doer {
    /// `None`: the command line, or the program itself.
    pub user_id: Option<UserId>,
    /// What the log calls them, now and after the account is gone.
    pub label: String,
    pub ip: Option<IpAddr>,
}

impl Doer {
    pub fn user(user: &User, ip: Option<IpAddr>) -> Self {
        Self { user_id: Some(user.id), label: user.display_name().to_owned(), ip }
    }

    /// Somebody without an account: `command line`, `LDAP`.
    pub fn named(label: &str) -> Self {
        Self { user_id: None, label: label.to_owned(), ip: None }
    }
}

/// What was done to whom or what.
#[must_use]
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    pub event: AuditEvent,
    /// `None`: about the installation or an account.
    pub organization_id: Option<OrganizationId>,
    /// Id of the thing.
    pub target_id: Option<i64>,
    /// The person it was done to.
    pub target_user_id: Option<UserId>,
    /// What the thing or person was called.
    pub target_label: &'a str,
    /// What changed, for machines; never a secret.
    pub data: Value,
}

impl<'a> Entry<'a> {
    /// About something of an organization.
    pub fn of_organization(event: AuditEvent, id: OrganizationId, target_label: &'a str) -> Self {
        Self { organization_id: Some(id), ..Self::of_installation(event, target_label) }
    }

    /// About the installation or an account.
    pub fn of_installation(event: AuditEvent, target_label: &'a str) -> Self {
        Self {
            event,
            organization_id: None,
            target_id: None,
            target_user_id: None,
            target_label,
            data: Value::Object(serde_json::Map::new()),
        }
    }

    pub fn target(self, id: i64) -> Self {
        Self { target_id: Some(id), ..self }
    }

    pub fn person(self, user_id: UserId) -> Self {
        Self { target_user_id: Some(user_id), ..self }
    }

    pub fn data(self, data: Value) -> Self {
        Self { data, ..self }
    }
}

/// Writes an entry; give it the transaction of the change.
pub async fn record(db: impl PgExecutor<'_>, doer: &Doer, entry: &Entry<'_>, now: DateTime<Utc>) -> sqlx::Result<()> {
    let row = NewEntry {
        organization_id: entry.organization_id,
        event: entry.event.number(),
        actor_user_id: doer.user_id,
        actor_label: &doer.label,
        target_id: entry.target_id,
        target_user_id: entry.target_user_id,
        target_label: entry.target_label,
        ip_address: doer.ip.map(|ip| ip.to_string()),
        data: &entry.data,
    };
    audit_entries::insert(db, &row, now).await
}

/// The names of settings that differ: `resolve_age`, `filters.localhost`. Their values may be secrets.
pub fn changed<T: Serialize>(before: &T, after: &T) -> Vec<String> {
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
