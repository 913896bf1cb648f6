//! The end of an organization: hidden at once, restored within a day, then deleted with everything in it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;

use super::Error;
use crate::app::App;
use crate::messages::Messages;
use crate::services::audit::{self, Doer, Entry};
use crate::services::job::{Job, JobError, promise_at, promise_once};
use crate::services::mail::{self, Button, Letter};
use crate::services::{releases, retention::DeleteProject};
use crate::store::organizations::Organization;
use crate::store::{member_lists, organizations, projects};
use crate::types::audit_event::AuditEvent;
use crate::types::ids::{JobId, OrganizationId};
use crate::types::language::Language;
use crate::types::role::Role;

/// How long a removed organization can be restored.
const GRACE: TimeDelta = TimeDelta::hours(24);

/// Hides an organization from everyone, refuses its events from then on, and promises its deletion. Its owners are
/// written to.
pub async fn remove(app: &App, doer: &Doer, organization: &Organization) -> Result<(), Error> {
    let mut tx = app.db.begin().await?;
    remove_within(&mut tx, app, doer, organization).await?;
    tx.commit().await?;
    Ok(())
}

/// The same in a transaction that does more.
pub async fn remove_within(
    db: &mut PgConnection,
    app: &App,
    doer: &Doer,
    organization: &Organization,
) -> Result<(), Error> {
    let now = app.clock.now();
    let default = organizations::find_default(&mut *db).await?;
    if default.is_some_and(|default| default.id == organization.id) {
        return Err(Error::IsDefault);
    }
    let until = now + GRACE;
    if organizations::mark_for_deletion(&mut *db, organization.id, until).await? {
        let job = DeleteOrganization { organization_id: organization.id };
        promise_at(&mut *db, &job, doer.user_id, until, now).await?;
        record(db, doer, AuditEvent::OrgRemove, organization, now).await?;
        tell_owners(db, app, doer, organization, until).await?;
    }
    Ok(())
}

/// Brings it back as it was.
pub async fn restore(app: &App, doer: &Doer, organization: &Organization) -> Result<(), Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    if !organizations::restore(&mut *tx, organization.id, now).await? {
        return Err(Error::Gone);
    }
    record(&mut tx, doer, AuditEvent::OrgRestore, organization, now).await?;
    tx.commit().await?;
    Ok(())
}

async fn record(
    db: &mut PgConnection,
    doer: &Doer,
    event: AuditEvent,
    organization: &Organization,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let entry = Entry::of_organization(event, organization.id, &organization.name)
        .target(organization.id.0)
        .data(json!({"slug": organization.slug}));
    audit::record(&mut *db, doer, &entry, now).await
}

async fn tell_owners(
    db: &mut PgConnection,
    app: &App,
    doer: &Doer,
    organization: &Organization,
    until: DateTime<Utc>,
) -> sqlx::Result<()> {
    for owner in member_lists::list_deciders(&mut *db, organization.id, Role::Owner, None).await? {
        let language = owner.language.as_deref().and_then(Language::parse).unwrap_or_default();
        let t = Messages::new(language);
        let path = format!("/organizations/{}/restore/", organization.slug);
        let letter = Letter {
            kind: "organization-removed".to_owned(),
            subject: t.organization_mail_removed(&organization.name),
            paragraphs: vec![
                t.organization_mail_removed_text(&organization.name, &doer.label),
                t.organization_mail_removed_until(t.stamp(until)),
            ],
            button: Some(Button { label: t.project_restore().to_owned(), path }),
            reason: t.organization_mail_owner_reason().to_owned(),
        };
        mail::send(db, app, language, &owner.email, &letter, app.clock.now()).await?;
    }
    Ok(())
}

/// On demand, for when a removed organization cannot be restored any more. One that was restored meanwhile stays.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeleteOrganization {
    pub organization_id: OrganizationId,
}

impl Job for DeleteOrganization {
    const KIND: &'static str = "delete_organization";

    /// The projects go first, each by a job of its own, then what no project has; the row goes last.
    async fn run(self, app: &App, _: JobId) -> Result<(), JobError> {
        let (id, now) = (self.organization_id, app.clock.now());
        if !organizations::list_pending_deletion(&app.db, now).await?.contains(&id) {
            return Ok(());
        }
        let projects = projects::list_all_ids(&app.db, id).await?;
        for project_id in &projects {
            projects::mark_for_deletion_now(&app.db, *project_id, now).await?;
            promise_once(&app.db, &DeleteProject { project_id: *project_id }, now).await?;
        }
        if !projects.is_empty() {
            return Err(JobError::Later);
        }
        releases::delete_unlinked(app).await?;
        if app.shutdown.is_cancelled() {
            return Err(JobError::Interrupted);
        }
        organizations::delete(&app.db, id).await?;
        tracing::info!(organization.id = id.0, "deleted an organization");
        Ok(())
    }
}

/// Promises again what was given up or forgotten.
pub async fn delete_pending_organizations(app: &App) -> sqlx::Result<()> {
    let now = app.clock.now();
    for organization_id in organizations::list_pending_deletion(&app.db, now).await? {
        promise_once(&app.db, &DeleteOrganization { organization_id }, now).await?;
    }
    Ok(())
}
