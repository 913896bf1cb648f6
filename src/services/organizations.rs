//! Tenants: making them, and the first one of an installation.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use crate::config::Config;
use crate::store::constraint::OnConstraint;
use crate::store::organizations::Organization;
use crate::store::users::User;
use crate::store::{members, old_slugs, organizations};
use crate::types::ids::UserId;
use crate::types::role::Role;
use crate::types::slug::Slug;

/// Why an organization could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("an organization has a name of 1 to {MAX_NAME} characters")]
    Name,
    #[error("this short name is taken")]
    SlugTaken,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Longest name, in characters.
pub const MAX_NAME: usize = 64;

/// Makes an organization with its first owner, if it has one. A slug that was not asked for is made of the name, and
/// numbered where taken.
pub async fn create(
    db: &mut PgConnection,
    name: &str,
    slug: Option<&Slug>,
    owner: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Organization, Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(Error::Name);
    }
    let organization = match slug {
        Some(slug) if slug.is_reserved() => None,
        Some(slug) => organizations::insert(&mut *db, slug.as_str(), name, now).await?,
        None => insert_first_free(db, &Slug::from_name(name, "organization"), name, now).await?,
    };
    let organization = organization.ok_or(Error::SlugTaken)?;
    if let Some(user_id) = owner {
        members::insert(&mut *db, organization.id, user_id, Role::Owner, now).await?;
    }
    Ok(organization)
}

/// Whether the user may make an organization: everybody, unless the installation is for one.
pub fn may_create(config: &Config, user: &User) -> bool {
    user.is_superuser || !config.system.single_organization
}

/// What an organization is called; `None` leaves it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Identity<'a> {
    pub name: Option<&'a str>,
    pub slug: Option<&'a Slug>,
}

/// Changes name and slug. Addresses with the old slug lead to the new one.
pub async fn rename(db: &PgPool, organization: &Organization, to: &Identity<'_>) -> Result<Organization, Error> {
    let mut renamed = organization.clone();
    if let Some(name) = to.name.map(str::trim) {
        if name.is_empty() || name.chars().count() > MAX_NAME {
            return Err(Error::Name);
        }
        name.clone_into(&mut renamed.name);
    }
    if let Some(slug) = to.slug.filter(|slug| slug.as_str() != organization.slug) {
        if slug.is_reserved() {
            return Err(Error::SlugTaken);
        }
        slug.as_str().clone_into(&mut renamed.slug);
    }
    let mut tx = db.begin().await?;
    organizations::update_name(&mut *tx, renamed.id, &renamed.name).await?;
    organizations::update_slug(&mut *tx, renamed.id, &renamed.slug)
        .await
        .on_constraint("organizations_slug_key", || Error::SlugTaken)?;
    if renamed.slug != organization.slug {
        old_slugs::insert_of_organization(&mut *tx, &organization.slug, organization.id).await?;
    }
    tx.commit().await?;
    Ok(renamed)
}

async fn insert_first_free(
    db: &mut PgConnection,
    slug: &Slug,
    name: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Organization>> {
    for slug in slug.candidates().filter(|slug| !slug.is_reserved()) {
        if let Some(organization) = organizations::insert(&mut *db, slug.as_str(), name, now).await? {
            return Ok(Some(organization));
        }
    }
    Ok(None)
}
