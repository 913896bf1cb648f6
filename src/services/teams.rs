//! Teams: making them, renaming, the projects that are theirs, removing.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

use crate::services::audit::{self, Entry};
use crate::services::members::Acting;
use crate::store::constraint::OnConstraint;
use crate::store::projects::Project;
use crate::store::teams;
use crate::store::teams::Team;
use crate::types::audit_event::AuditEvent;
use crate::types::ids::{MemberId, OrganizationId};
use crate::types::slug::Slug;

/// Why a team could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("a team has a name of 1 to {MAX_NAME} characters")]
    Name,
    #[error("this short name is taken")]
    SlugTaken,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Longest name, in characters.
pub const MAX_NAME: usize = 64;

/// A team to make.
#[derive(Clone, Debug)]
pub struct NewTeam<'a> {
    pub organization_id: OrganizationId,
    pub name: &'a str,
    /// `None`: made of the name, and numbered where taken.
    pub slug: Option<&'a Slug>,
    /// Joins at once.
    pub first_member: Option<MemberId>,
}

/// Makes a team for somebody, who joins it where they are a member.
pub async fn create_for(
    db: &mut PgConnection,
    acting: &Acting,
    name: &str,
    slug: Option<&Slug>,
    now: DateTime<Utc>,
) -> Result<Team, Error> {
    let new = NewTeam { organization_id: acting.organization.id, name, slug, first_member: acting.member_id };
    let team = create(db, &new, now).await?;
    record(db, acting, AuditEvent::TeamCreate, &team, json!({"slug": team.slug}), now).await?;
    Ok(team)
}

/// Changes name and slug; `None` leaves them.
pub async fn rename(
    db: &mut PgConnection,
    acting: &Acting,
    team: &Team,
    name: Option<&str>,
    slug: Option<&Slug>,
    now: DateTime<Utc>,
) -> Result<Team, Error> {
    let mut renamed = team.clone();
    if let Some(name) = name.map(str::trim) {
        if name.is_empty() || name.chars().count() > MAX_NAME {
            return Err(Error::Name);
        }
        name.clone_into(&mut renamed.name);
    }
    if let Some(slug) = slug {
        slug.as_str().clone_into(&mut renamed.slug);
    }
    if (&renamed.name, &renamed.slug) == (&team.name, &team.slug) {
        return Ok(renamed);
    }
    teams::update_identity(&mut *db, team.id, &renamed.slug, &renamed.name)
        .await
        .on_constraint("teams_organization_id_slug_key", || Error::SlugTaken)?;
    let data = json!({"name": renamed.name, "slug": renamed.slug, "slug_before": team.slug});
    record(db, acting, AuditEvent::TeamEdit, &renamed, data, now).await?;
    Ok(renamed)
}

/// Removes a team. Its projects stay, for whoever sees all of them.
pub async fn remove(db: &mut PgConnection, acting: &Acting, team: &Team, now: DateTime<Utc>) -> Result<(), Error> {
    teams::delete(&mut *db, team.id).await?;
    record(db, acting, AuditEvent::TeamRemove, team, json!({"slug": team.slug}), now).await
}

/// Gives a project to a team too, or takes it away.
pub async fn give_project(
    db: &mut PgConnection,
    acting: &Acting,
    team: &Team,
    project: &Project,
    is_theirs: bool,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let field = if is_theirs {
        teams::insert_project(&mut *db, team.id, project.id).await?;
        "team_added"
    } else {
        teams::delete_project(&mut *db, team.id, project.id).await?;
        "team_removed"
    };
    let entry = Entry::of_organization(AuditEvent::ProjectEdit, acting.organization.id, &project.slug)
        .target(project.id.0)
        .data(json!({field: team.slug}));
    audit::record(&mut *db, &acting.doer, &entry, now).await?;
    Ok(())
}

async fn record(
    db: &mut PgConnection,
    acting: &Acting,
    event: AuditEvent,
    team: &Team,
    data: serde_json::Value,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let entry = Entry::of_organization(event, acting.organization.id, &team.name).target(team.id.0).data(data);
    audit::record(&mut *db, &acting.doer, &entry, now).await?;
    Ok(())
}

/// Makes a team.
pub async fn create(db: &mut PgConnection, team: &NewTeam<'_>, now: DateTime<Utc>) -> Result<Team, Error> {
    let name = team.name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(Error::Name);
    }
    let created = match team.slug {
        Some(slug) => teams::insert(&mut *db, team.organization_id, slug.as_str(), name, now).await?,
        None => insert_first_free(db, team.organization_id, name, now).await?,
    };
    let created = created.ok_or(Error::SlugTaken)?;
    if let Some(member_id) = team.first_member {
        teams::insert_member(&mut *db, created.id, member_id).await?;
    }
    Ok(created)
}

async fn insert_first_free(
    db: &mut PgConnection,
    organization_id: OrganizationId,
    name: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Team>> {
    for slug in Slug::from_name(name, "team").candidates() {
        if let Some(team) = teams::insert(&mut *db, organization_id, slug.as_str(), name, now).await? {
            return Ok(Some(team));
        }
    }
    Ok(None)
}
