//! What an installation begins with.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::services::accounts::{self, NewAccount};
use crate::services::organizations;
use crate::services::projects::{self, NewProject};
use crate::services::teams::{self, NewTeam};
use crate::store;
use crate::store::organizations::Organization;
use crate::store::project_keys::ProjectKey;
use crate::store::projects::Project;
use crate::types::ids::UserId;
use crate::types::role::Role;

/// Why an installation could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Account(#[from] accounts::Error),
    #[error(transparent)]
    Organization(#[from] organizations::Error),
    #[error(transparent)]
    Team(#[from] teams::Error),
    #[error(transparent)]
    Project(#[from] projects::Error),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// The first organization, made with a team if there is none.
pub async fn ensure_organization(db: &mut PgConnection, name: &str, now: DateTime<Utc>) -> Result<Organization, Error> {
    match store::organizations::find_default(&mut *db).await? {
        Some(organization) => Ok(organization),
        None => create_organization(db, name, now).await,
    }
}

/// An organization with a team of the same name; those who administer the installation own it.
pub async fn create_organization(db: &mut PgConnection, name: &str, now: DateTime<Utc>) -> Result<Organization, Error> {
    let organization = organizations::create(&mut *db, name, None, None, now).await?;
    let new = NewTeam { organization_id: organization.id, name: &organization.name, slug: None, first_member: None };
    let team = teams::create(&mut *db, &new, now).await?;
    for user_id in store::superusers::list(&mut *db).await? {
        let member_id = store::members::insert(&mut *db, organization.id, user_id, Role::Owner, now).await?;
        store::teams::insert_member(&mut *db, team.id, member_id).await?;
    }
    Ok(organization)
}

/// The first superuser, who owns the first organization.
pub async fn create_first_user(
    db: &mut PgConnection,
    account: &NewAccount<'_>,
    organization: &str,
    now: DateTime<Utc>,
) -> Result<UserId, Error> {
    ensure_organization(&mut *db, organization, now).await?;
    let user_id = accounts::create(&mut *db, account, now).await?;
    accounts::join_default_organization(&mut *db, user_id, account.is_superuser, now).await?;
    Ok(user_id)
}

/// The first project of the first organization, with an active key; made if there is none.
pub async fn ensure_project(
    db: &mut PgConnection,
    organization: &Organization,
    name: &str,
    now: DateTime<Utc>,
) -> Result<Option<(Project, ProjectKey)>, Error> {
    let first = store::projects::list(&mut *db, organization.id).await?.into_iter().min_by_key(|project| project.id);
    let Some(project) = first else {
        let team = store::teams::list(&mut *db, organization.id).await?.into_iter().next();
        let team_id = team.map(|team| team.id);
        let new = NewProject { organization_id: organization.id, team_id, name, slug: None, platform: None };
        return Ok(Some(projects::create(db, &new, now).await?));
    };
    let keys = store::project_keys::list(&mut *db, project.id).await?;
    Ok(keys.into_iter().find(|key| key.is_active).map(|key| (project, key)))
}
