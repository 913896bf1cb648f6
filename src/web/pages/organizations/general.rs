//! Name and short name of an organization.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::messages::Messages;
use crate::services::organizations::{self, Identity};
use crate::types::scope::Scope;
use crate::types::slug::Slug;
use crate::web::error::{FieldErrors, Result};
use crate::web::extract::needs::{OrgRead, OrgWrite};
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
    name: String,
    slug: String,
    may_write: bool,
    errors: FieldErrors,
}

pub async fn show(State(app): State<App>, viewer: Viewer, access: OrganizationAccess<OrgRead>) -> Result<Response> {
    let layout = Layout::of_organization(&app, &viewer, &access, Section::Settings);
    let organization = &access.organization;
    render(&GeneralPage {
        action: format!("{}/settings/{}/", layout.base, organization.slug),
        layout,
        name: organization.name.clone(),
        slug: organization.slug.clone(),
        may_write: access.may(Scope::OrgWrite),
        errors: FieldErrors::default(),
    })
}

pub async fn save(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<OrgWrite>,
    posted: Posted,
) -> Result<Response> {
    let (name, slug) = (posted.text("name").to_owned(), posted.text("slug").to_owned());
    let errors = update(&app, viewer.messages(), &access, &name, &slug).await?;
    if errors.is_empty() {
        return redirect_with(&app, &viewer, &format!("/settings/{slug}/"), viewer.messages().form_saved()).await;
    }
    let layout = Layout::of_organization(&app, &viewer, &access, Section::Settings);
    let action = format!("{}/settings/{}/", layout.base, access.organization.slug);
    let page = GeneralPage { layout, action, name, slug, may_write: true, errors };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

/// Changes what was changed, or says what is wrong.
async fn update(
    app: &App,
    t: Messages,
    access: &OrganizationAccess<OrgWrite>,
    name: &str,
    slug: &str,
) -> Result<FieldErrors> {
    // An older installation may hold a short name that would not be given out today; it stays.
    let is_same = slug == access.organization.slug;
    let parsed = Slug::parse(slug);
    if parsed.is_err() && !is_same {
        return Ok(FieldErrors::one("slug", t.form_invalid_slug()));
    }
    let identity = Identity { name: Some(name), slug: parsed.as_ref().ok() };
    match organizations::rename(&app.db, &access.organization, &identity).await {
        Ok(_) => Ok(FieldErrors::default()),
        Err(error) => error.field_errors(t),
    }
}
