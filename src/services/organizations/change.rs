//! Changing an organization: its names, and what holds for all of it.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};

use super::{Error, MAX_NAME};
use crate::services::audit::{self, Doer, Entry};
use crate::services::members::Acting;
use crate::store::constraint::OnConstraint;
use crate::store::organizations::Organization;
use crate::store::{old_slugs, organizations, users};
use crate::types::audit_event::AuditEvent;
use crate::types::organization_settings::OrganizationSettings;
use crate::types::role::Role;
use crate::types::slug::Slug;

/// What changes of an organization; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct Change<'a> {
    pub name: Option<&'a str>,
    pub slug: Option<&'a Slug>,
    pub settings: Option<OrganizationSettings>,
    pub has_open_membership: Option<bool>,
    pub requires_two_factor: Option<bool>,
    /// Nobody decides on a role above their own.
    pub default_role: Option<Role>,
}

/// Changes an organization, everything or nothing. Addresses with the old slug lead to the new one.
pub async fn change(db: &PgPool, acting: &Acting, to: &Change<'_>, now: DateTime<Utc>) -> Result<Organization, Error> {
    let before = &acting.organization;
    let after = changed(acting, to)?;
    let changed = audit::changed(&facts(before), &facts(&after));
    if changed.is_empty() {
        return Ok(after);
    }
    let mut tx = db.begin().await?;
    if after.requires_two_factor && !before.requires_two_factor {
        has_own_factor(&mut tx, &acting.doer).await?;
    }
    organizations::update(&mut *tx, &after).await.on_constraint("organizations_slug_key", || Error::SlugTaken)?;
    if before.slug != after.slug {
        old_slugs::insert_of_organization(&mut *tx, &before.slug, before.id).await?;
    }
    let mut data = facts(&after);
    data["changed"] = json!(changed);
    let entry = Entry::of_organization(AuditEvent::OrgEdit, after.id, &after.name).target(after.id.0).data(data);
    audit::record(&mut *tx, &acting.doer, &entry, now).await?;
    tx.commit().await?;
    Ok(after)
}

/// As it is to be, if it may be so.
fn changed(acting: &Acting, to: &Change<'_>) -> Result<Organization, Error> {
    let mut after = acting.organization.clone();
    if let Some(name) = to.name.map(str::trim) {
        if name.is_empty() || name.chars().count() > MAX_NAME {
            return Err(Error::Name);
        }
        name.clone_into(&mut after.name);
    }
    if let Some(slug) = to.slug.filter(|slug| slug.as_str() != after.slug) {
        if slug.is_reserved() {
            return Err(Error::SlugTaken);
        }
        slug.as_str().clone_into(&mut after.slug);
    }
    if let Some(settings) = &to.settings {
        for (field, names) in [("sensitive_fields", &settings.sensitive_fields), ("safe_fields", &settings.safe_fields)]
        {
            if !OrganizationSettings::is_field_list(names) {
                return Err(Error::Fields(field));
            }
        }
        after.settings.0 = settings.clone();
    }
    if let Some(role) = to.default_role.filter(|role| *role != after.default_role) {
        if role > acting.role {
            return Err(Error::RoleAbove);
        }
        after.default_role = role;
    }
    after.has_open_membership = to.has_open_membership.unwrap_or(after.has_open_membership);
    after.requires_two_factor = to.requires_two_factor.unwrap_or(after.requires_two_factor);
    Ok(after)
}

/// Who demands a second factor has one: else they would lock themselves out with the click.
async fn has_own_factor(db: &mut PgConnection, doer: &Doer) -> Result<(), Error> {
    let user = match doer.user_id {
        Some(id) => users::find(&mut *db, id).await?,
        None => None,
    };
    if user.is_some_and(|user| user.has_two_factor) { Ok(()) } else { Err(Error::OwnTwoFactor) }
}

/// What the audit log compares and tells.
fn facts(organization: &Organization) -> Value {
    json!({
        "name": organization.name,
        "slug": organization.slug,
        "default_role": organization.default_role.as_str(),
        "open_membership": organization.has_open_membership,
        "require_2fa": organization.requires_two_factor,
        "settings": organization.settings.0,
    })
}
