//! Tenants: making them, what holds for all of one, and their end.

mod change;
mod lifecycle;

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

pub use change::{Change, change};
pub use lifecycle::{DeleteOrganization, delete_pending_organizations, remove, remove_within, restore};

use crate::config::Config;
use crate::services::audit::{self, Doer, Entry};
use crate::store::organizations::Organization;
use crate::store::users::User;
use crate::store::{members, organizations};
use crate::types::audit_event::AuditEvent;
use crate::types::ids::UserId;
use crate::types::organization_settings::OrganizationSettings;
use crate::types::role::Role;
use crate::types::slug::Slug;

/// Why an organization could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("an organization has a name of 1 to {MAX_NAME} characters")]
    Name,
    #[error("this short name is taken")]
    SlugTaken,
    #[error("at most {max} names of up to {long} characters", max = OrganizationSettings::MAX_FIELDS,
        long = OrganizationSettings::MAX_FIELD)]
    Fields(&'static str),
    #[error("you cannot give a role above your own")]
    RoleAbove,
    #[error("set up two-factor authentication for yourself first")]
    OwnTwoFactor,
    #[error("the first organization of an installation cannot be removed")]
    IsDefault,
    #[error("this organization cannot be restored any more")]
    Gone,
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

/// Makes an organization for somebody, who owns it.
pub async fn create_for(
    db: &mut PgConnection,
    doer: &Doer,
    name: &str,
    slug: Option<&Slug>,
    now: DateTime<Utc>,
) -> Result<Organization, Error> {
    let organization = create(db, name, slug, doer.user_id, now).await?;
    let entry = Entry::of_organization(AuditEvent::OrgCreate, organization.id, &organization.name)
        .target(organization.id.0)
        .data(json!({"slug": organization.slug}));
    audit::record(&mut *db, doer, &entry, now).await?;
    Ok(organization)
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
