//! Giving a project to another organization: offered by letter to one of its owners, who accepts.
//!
//! Keys, events, issues and settings move along, so that SDKs notice nothing. Whether an address belongs to an owner is
//! told to nobody but that owner.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sqlx::PgConnection;

use crate::app::App;
use crate::messages::Messages;
use crate::services::audit::{self, Doer, Entry};
use crate::services::mail::{self, Button, Letter};
use crate::services::members::Acting;
use crate::services::projects::free_slug;
use crate::services::{accounts, projects as service, secret_token};
use crate::store::organizations::Organization;
use crate::store::project_moves::{self, Move};
use crate::store::project_transfers::{self, Transfer};
use crate::store::projects::Project;
use crate::store::teams::Team;
use crate::store::users::User;
use crate::store::{members, project_counters, projects, teams, users};
use crate::types::audit_event::AuditEvent;
use crate::types::ids::{OrganizationId, ProjectId, UserId};
use crate::types::language::Language;

/// How long an offer can be accepted.
pub const OFFER_DAYS: i64 = 7;

/// Why a project could not be offered or taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("this is not an email address")]
    Email,
    /// Wrong, expired, accepted, somebody else's, or the project has moved since.
    #[error("this offer is not valid")]
    NoOffer,
    #[error("choose a team of another organization that you own")]
    Choice,
    #[error(transparent)]
    Project(#[from] service::Error),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Offers a project to an owner of another organization. Nothing tells whether there is one with this address.
pub async fn offer(
    app: &App,
    doer: &Doer,
    organization: &Organization,
    project: &Project,
    email: &str,
) -> Result<(), Error> {
    accounts::check_email(email).map_err(|_| Error::Email)?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let user = users::find_by_login(&mut *tx, email).await?.filter(|user| user.is_active);
    if let Some(user) = user
        && members::owns_another(&mut *tx, user.id, organization.id).await?
    {
        let token = secret_token::generate();
        let expires_at = now + TimeDelta::days(OFFER_DAYS);
        let transfer = Transfer {
            project_id: project.id,
            organization_id: organization.id,
            user_id: user.id,
            token_hash: &secret_token::hash(&token),
            expires_at,
        };
        project_transfers::upsert(&mut *tx, &transfer).await?;
        write_to(&mut tx, app, doer, &user, (organization, project), &token).await?;
    }
    record(&mut tx, doer, (AuditEvent::ProjectRequestTransfer, organization.id), project, json!({"email": email}), now)
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn write_to(
    db: &mut PgConnection,
    app: &App,
    doer: &Doer,
    user: &User,
    (organization, project): (&Organization, &Project),
    token: &str,
) -> sqlx::Result<()> {
    let language = user.language.as_deref().and_then(Language::parse).unwrap_or_default();
    let t = Messages::new(language);
    let letter = Letter {
        kind: "project-transfer".to_owned(),
        subject: t.transfer_mail_subject(&organization.name, &project.name),
        paragraphs: vec![
            t.transfer_mail_text(&organization.name, &doer.label, &project.name),
            t.transfer_mail_days(OFFER_DAYS),
        ],
        button: Some(Button { label: t.transfer_accept().to_owned(), path: format!("/accept-transfer/?data={token}") }),
        reason: t.organization_mail_owner_reason().to_owned(),
    };
    mail::send(db, app, language, &user.email, &letter, app.clock.now()).await
}

/// What a link offers to this person.
pub async fn find(app: &App, token: &str, user_id: UserId) -> Result<Project, Error> {
    let mut db = app.db.acquire().await?;
    find_in(&mut db, token, user_id, app.clock.now()).await
}

async fn find_in(db: &mut PgConnection, token: &str, user_id: UserId, now: DateTime<Utc>) -> Result<Project, Error> {
    let found = project_transfers::find(&mut *db, &secret_token::hash(token), user_id, now).await?;
    let (id, organization_id) = found.ok_or(Error::NoOffer)?;
    let project = projects::find(&mut *db, id).await?.ok_or(Error::NoOffer)?;
    if project.organization_id == organization_id { Ok(project) } else { Err(Error::NoOffer) }
}

/// Takes the project that a link offers into an organization, for one of its teams. `acting` owns it. The slug is
/// numbered where it is taken there.
pub async fn accept(app: &App, acting: &Acting, token: &str, team: &Team) -> Result<Project, Error> {
    let (now, to) = (app.clock.now(), acting.organization.id);
    let user_id = acting.doer.user_id.ok_or(Error::NoOffer)?;
    let mut tx = app.db.begin().await?;
    let project = find_in(&mut tx, token, user_id, now).await?;
    if project.organization_id == to || team.organization_id != to {
        return Err(Error::Choice);
    }
    // Events are saved before or after, never in between.
    project_counters::lock(&mut *tx, &[project.id.0]).await?;
    if !project_transfers::delete(&mut *tx, &secret_token::hash(token)).await? {
        return Err(Error::NoOffer);
    }
    let slug = free_slug(&mut tx, to, &project.slug, &project.name).await?;
    let moving = Move { project_id: project.id, from: project.organization_id, to };
    project_moves::move_releases(&mut tx, moving).await?;
    project_moves::move_bundles(&mut tx, moving).await?;
    project_moves::forget_people(&mut tx, moving).await?;
    project_moves::leave(&mut tx, moving).await?;
    project_moves::update_project(&mut *tx, moving, slug.as_str()).await?;
    teams::insert_project(&mut *tx, team.id, project.id).await?;
    for organization_id in [moving.from, to] {
        let data = json!({"to": acting.organization.name, "team": team.slug, "slug": slug.as_str()});
        let event = AuditEvent::ProjectAcceptTransfer;
        record(&mut tx, &acting.doer, (event, organization_id), &project, data, now).await?;
    }
    tx.commit().await?;
    moved(app, project.id).await
}

async fn moved(app: &App, id: ProjectId) -> Result<Project, Error> {
    projects::find(&app.db, id).await?.ok_or(Error::NoOffer)
}

async fn record(
    db: &mut PgConnection,
    doer: &Doer,
    (event, organization_id): (AuditEvent, OrganizationId),
    project: &Project,
    data: serde_json::Value,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let entry = Entry::of_organization(event, organization_id, &project.slug).target(project.id.0).data(data);
    audit::record(&mut *db, doer, &entry, now).await
}
