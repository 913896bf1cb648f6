//! Archiving and deleting a release.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::frame::{self, ReleaseFrame};
use crate::app::App;
use crate::messages::Messages;
use crate::services::releases::{self, ReleaseChanges};
use crate::store::release_projects;
use crate::store::releases::ReleaseStatus;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::{Needs, ReleaseAdmin, ReleaseWrite};
use crate::web::extract::{ReleaseAccess, Viewer};
use crate::web::layout::Layout;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::render;

#[derive(Template)]
#[template(path = "releases/delete.html")]
struct DeletePage {
    layout: Layout,
    t: Messages,
    frame: ReleaseFrame,
    /// Why it stays.
    problem: Option<&'static str>,
}

/// Out of the list, or back into it.
pub async fn archive(
    State(app): State<App>,
    viewer: Viewer,
    access: ReleaseAccess<ReleaseWrite>,
    posted: Posted,
) -> Result<Response> {
    let (_, frame) = frame::open(&app, &viewer, &access, "overview").await?;
    let t = viewer.messages();
    let (status, text) = match posted.text("status") {
        "open" => (ReleaseStatus::Open, t.releases_did_restore()),
        _ => (ReleaseStatus::Archived, t.releases_did_archive()),
    };
    let changes = ReleaseChanges { status: Some(status), ..ReleaseChanges::default() };
    releases::update(&app, &access.release, changes).await?;
    redirect_with(&app, &viewer, &frame.path, text).await
}

pub async fn confirm(State(app): State<App>, viewer: Viewer, access: ReleaseAccess<ReleaseAdmin>) -> Result<Response> {
    page(&app, &viewer, &access, None).await
}

/// A release of several projects goes whole, so whoever deletes it must see them all.
pub async fn delete(State(app): State<App>, viewer: Viewer, access: ReleaseAccess<ReleaseAdmin>) -> Result<Response> {
    let t = viewer.messages();
    let visible = access.within.projects(&app).await?;
    let of_release = release_projects::list_project_ids(&app.db, access.release.id).await?;
    if of_release.iter().any(|id| visible.iter().all(|project| project.id != *id)) {
        return Err(Error::Forbidden(ReleaseAdmin::ANY_OF));
    }
    let problem = match releases::delete(&app, &access.release).await {
        Ok(()) => {
            let slug = &access.within.organization.slug;
            let path = super::address::list_path(slug, access.project().map(|project| project.slug.as_str()));
            return redirect_with(&app, &viewer, &path, t.releases_did_delete()).await;
        }
        Err(releases::Error::IsFirstRelease) => t.releases_is_first(),
        Err(releases::Error::IsResolution) => t.releases_is_resolution(),
        Err(releases::Error::HasEvents) => t.releases_has_events(),
        Err(error) => return Err(error.into()),
    };
    let shown = page(&app, &viewer, &access, Some(problem)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response())
}

async fn page(
    app: &App,
    viewer: &Viewer,
    access: &ReleaseAccess<ReleaseAdmin>,
    problem: Option<&'static str>,
) -> Result<Response> {
    let (layout, frame) = frame::open(app, viewer, access, "delete").await?;
    render(&DeletePage { t: layout.t, layout, frame, problem })
}
