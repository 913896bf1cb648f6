//! `GET …/releases/{version}/resolved/`: the issues that a release fixes.

use axum::Json;
use axum::extract::State;

use crate::app::App;
use crate::store::issue_commits;
use crate::web::api::issues::{IssueScope, IssueView};
use crate::web::error::Result;
use crate::web::extract::ReleaseAccess;
use crate::web::extract::needs::ReleaseRead;

/// The list has no pages.
const MAX_ISSUES: i64 = 1000;

/// Resolved in the release, or named as fixed by one of its commits.
pub async fn list(State(app): State<App>, access: ReleaseAccess<ReleaseRead>) -> Result<Json<Vec<IssueView>>> {
    let ids = issue_commits::list_fixed(&app.db, access.release.id, &access.project_ids(), MAX_ISSUES).await?;
    let scope = IssueScope {
        organization_id: access.within.organization.id,
        organization_slug: access.within.organization.slug.clone(),
        user_id: access.within.actor.user.id,
        projects: access.projects,
    };
    Ok(Json(IssueView::list(&app, &scope, &ids).await?))
}
