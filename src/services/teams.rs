//! Teams: making them.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::store::teams;
use crate::store::teams::Team;
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
