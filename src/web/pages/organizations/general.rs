//! What an organization is called, and what holds for all of it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::members::role_name;
use crate::app::App;
use crate::messages::Messages;
use crate::services::organizations::{self, Change};
use crate::store::organizations::Organization;
use crate::types::organization_settings::OrganizationSettings;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::types::slug::Slug;
use crate::web::acting::acting;
use crate::web::error::{FieldErrors, Result};
use crate::web::extract::needs::{Needs, OrgRead, OrgWrite};
use crate::web::extract::{OrganizationAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::pages::refusals::Refusal;
use crate::web::render;

#[derive(Template)]
#[template(path = "organizations/general.html")]
struct GeneralPage {
    layout: Layout,
    action: String,
    /// As it is, or as it was posted.
    organization: Organization,
    /// What may be the default role.
    roles: Vec<(&'static str, &'static str)>,
    may_write: bool,
    /// Whether the viewer may decide about roles, and delete.
    may_admin: bool,
    errors: FieldErrors,
}

pub async fn show(State(app): State<App>, viewer: Viewer, access: OrganizationAccess<OrgRead>) -> Result<Response> {
    render(&page(&app, &viewer, &access, access.organization.clone(), FieldErrors::default()))
}

pub async fn save(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<OrgWrite>,
    posted: Posted,
) -> Result<Response> {
    let wanted = read(&access, &posted);
    let errors = update(&app, viewer.messages(), &access, &wanted).await?;
    if errors.is_empty() {
        let path = format!("/settings/{}/", wanted.slug);
        return redirect_with(&app, &viewer, &path, viewer.messages().form_saved()).await;
    }
    let page = page(&app, &viewer, &access, wanted, errors);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

/// The organization as the form wants it.
fn read(access: &OrganizationAccess<OrgWrite>, posted: &Posted) -> Organization {
    let now = &access.organization;
    let role = Role::parse(posted.text("default_role")).filter(|_| access.may(Scope::OrgAdmin));
    let settings = OrganizationSettings {
        allow_shared_issues: posted.is_on("allow_shared_issues"),
        require_scrub_data: posted.is_on("require_scrub_data"),
        require_scrub_defaults: posted.is_on("require_scrub_defaults"),
        require_scrub_ip_address: posted.is_on("require_scrub_ip_address"),
        sensitive_fields: posted.lines("sensitive_fields"),
        safe_fields: posted.lines("safe_fields"),
        scrape_javascript: posted.is_on("scrape_javascript"),
    };
    Organization {
        name: posted.text("name").to_owned(),
        slug: posted.text("slug").to_owned(),
        default_role: role.unwrap_or(now.default_role),
        has_open_membership: posted.is_on("open_membership"),
        requires_two_factor: posted.is_on("require_2fa"),
        settings: settings.into(),
        ..now.clone()
    }
}

/// Changes what was changed, or says what is wrong.
async fn update(
    app: &App,
    t: Messages,
    access: &OrganizationAccess<OrgWrite>,
    wanted: &Organization,
) -> Result<FieldErrors> {
    // An older installation may hold a short name that would not be given out today; it stays.
    let is_same = wanted.slug == access.organization.slug;
    let slug = Slug::parse(&wanted.slug);
    if slug.is_err() && !is_same {
        return Ok(FieldErrors::one("slug", t.form_invalid_slug()));
    }
    let change = Change {
        name: Some(&wanted.name),
        slug: slug.as_ref().ok(),
        settings: Some(wanted.settings.0.clone()),
        has_open_membership: Some(wanted.has_open_membership),
        requires_two_factor: Some(wanted.requires_two_factor),
        default_role: Some(wanted.default_role),
    };
    match organizations::change(&app.db, &acting(access), &change, app.clock.now()).await {
        Ok(_) => Ok(FieldErrors::default()),
        Err(error) => error.field_errors(t),
    }
}

fn page<N: Needs>(
    app: &App,
    viewer: &Viewer,
    access: &OrganizationAccess<N>,
    organization: Organization,
    errors: FieldErrors,
) -> GeneralPage {
    let layout = Layout::of_organization(app, viewer, access, Section::Settings);
    let own = acting(access).role;
    let roles = Role::ALL.into_iter().filter(|role| *role <= own);
    GeneralPage {
        action: format!("{}/settings/{}/", layout.base, access.organization.slug),
        organization,
        roles: roles.map(|role| (role.as_str(), role_name(layout.t, role))).collect(),
        may_write: access.may(Scope::OrgWrite),
        may_admin: access.may(Scope::OrgAdmin),
        layout,
        errors,
    }
}
