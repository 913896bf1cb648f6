//! The audit log: every change to people, access and settings leaves an entry in the transaction that makes it.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
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
