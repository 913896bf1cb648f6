//! `PUT /organizations/{organization}/`: its names, and what holds for all of it.

use axum::Json;
use axum::extract::State;

use super::get;
use super::view::OrganizationDetailView;
use crate::app::App;
use crate::services::organizations::{self, Change};
use crate::types::organization_settings::OrganizationSettings;
use crate::types::scope::Scope;
use crate::web::acting::acting;
use crate::web::api::body::Fields;
use crate::web::api::members::read_role;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::{OrgAdmin, OrgWrite};
use crate::web::extract::{Actor, OrganizationAccess, RemovedAccess};

pub async fn update(
    State(app): State<App>,
    actor: Actor,
    access: Result<OrganizationAccess<OrgWrite>>,
    mut fields: Fields,
) -> Result<Json<OrganizationDetailView>> {
    // A removed organization is hidden from everything else.
    let mut access = match access {
        Err(Error::OrganizationRemoved { slug }) if fields.flag("cancelDeletion") == Some(true) => {
            restore(&app, actor, &slug).await?
        }
        access => access?,
    };
    let (name, slug) = (fields.text("name", organizations::MAX_NAME), fields.slug("slug"));
    let mut settings = access.organization.settings.0.clone();
    read(&mut fields, &mut settings);
    let (has_open_membership, requires_two_factor) = (fields.flag("openMembership"), fields.flag("require2FA"));
    // As in Sentry, who may not decide about it is not refused the rest.
    let default_role = read_role(&mut fields, "defaultRole").filter(|_| access.may(Scope::OrgAdmin));
    fields.finish()?;
    let change = Change {
        name: name.as_deref(),
        slug: slug.as_ref(),
        settings: Some(settings),
        has_open_membership,
        requires_two_factor,
        default_role,
    };
    access.organization = organizations::change(&app.db, &acting(&access), &change, app.clock.now()).await?;
    Ok(Json(get::detail(&app, &access).await?))
}

async fn restore(app: &App, actor: Actor, slug: &str) -> Result<OrganizationAccess<OrgWrite>> {
    let removed = RemovedAccess::<OrgAdmin>::find(app, actor.clone(), slug).await?.within;
    organizations::restore(app, &actor.doer(), &removed.organization).await?;
    OrganizationAccess::find(app, actor, slug).await
}

fn read(fields: &mut Fields, settings: &mut OrganizationSettings) {
    for (name, setting) in [
        ("allowSharedIssues", &mut settings.allow_shared_issues),
        ("dataScrubber", &mut settings.require_scrub_data),
        ("dataScrubberDefaults", &mut settings.require_scrub_defaults),
        ("scrubIPAddresses", &mut settings.require_scrub_ip_address),
        ("scrapeJavaScript", &mut settings.scrape_javascript),
    ] {
        *setting = fields.flag(name).unwrap_or(*setting);
    }
    for (name, setting) in
        [("sensitiveFields", &mut settings.sensitive_fields), ("safeFields", &mut settings.safe_fields)]
    {
        if let Some(list) = fields.texts(name) {
            *setting = list;
        }
    }
}
