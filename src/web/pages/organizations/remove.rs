//! Removing an organization, after its short name was typed, and bringing it back within the day.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::services::organizations;
use crate::types::scope::Scope;
use crate::web::error::{FieldErrors, Result};
use crate::web::extract::needs::{OrgAdmin, OrgRead};
use crate::web::extract::{OrganizationAccess, RemovedAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::markup::Markup;
use crate::web::pages::confirmed::Confirmed;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::pages::refusals::Refusal;
use crate::web::{render, time};

#[derive(Template)]
#[template(path = "organizations/remove.html")]
struct RemovePage {
    layout: Layout,
    slug: String,
    errors: FieldErrors,
}

/// What members see until its rows go.
#[derive(Template)]
#[template(path = "organizations/removed.html")]
struct RemovedPage {
    layout: Layout,
    name: String,
    until: Markup,
    may_restore: bool,
}

type Access = OrganizationAccess<OrgAdmin>;

pub async fn show(State(app): State<App>, viewer: Viewer, access: Access) -> Result<Response> {
    render(&page(&app, &viewer, &access, FieldErrors::default()))
}

pub async fn remove(
    State(app): State<App>,
    viewer: Viewer,
    access: Access,
    Confirmed(posted): Confirmed,
) -> Result<Response> {
    let (t, slug) = (viewer.messages(), &access.organization.slug);
    let errors = if posted.text("confirm") == slug {
        match organizations::remove(&app, &access.actor.doer(), &access.organization).await {
            Ok(()) => {
                let text = t.organization_removed(&access.organization.name);
                return redirect_with(&app, &viewer, &format!("/organizations/{slug}/restore/"), text).await;
            }
            Err(error) => error.field_errors(t)?,
        }
    } else {
        FieldErrors::one("confirm", t.form_not_confirmed(slug))
    };
    let page = page(&app, &viewer, &access, errors);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

fn page(app: &App, viewer: &Viewer, access: &Access, errors: FieldErrors) -> RemovePage {
    let layout = Layout::of_organization(app, viewer, access, Section::Settings);
    RemovePage { layout, slug: access.organization.slug.clone(), errors }
}

/// Says that the organization was removed, and until when its owners can restore it.
pub async fn removed(State(app): State<App>, viewer: Viewer, access: RemovedAccess<OrgRead>) -> Result<Response> {
    let layout = Layout::new(&app, &viewer);
    let organization = &access.within.organization;
    render(&RemovedPage {
        name: organization.name.clone(),
        until: time::absolute(layout.t, access.deletion_at),
        may_restore: access.within.may(Scope::OrgAdmin) && access.deletion_at > layout.now,
        layout,
    })
}

pub async fn restore(
    State(app): State<App>,
    viewer: Viewer,
    access: RemovedAccess<OrgAdmin>,
    _: Posted,
) -> Result<Response> {
    let organization = &access.within.organization;
    organizations::restore(&app, &access.within.actor.doer(), organization).await?;
    let text = viewer.messages().project_restored(&organization.name);
    redirect_with(&app, &viewer, &format!("/settings/{}/", organization.slug), text).await
}
