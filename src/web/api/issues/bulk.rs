//! Changing or deleting many issues at once: those of `id` parameters, else those of the query.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::mutation::Mutation;
use super::search::{IssueParams, IssueScope};
use crate::app::App;
use crate::services::issues;
use crate::store::issue_lists;
use crate::types::ids::{IssueId, OrganizationId};
use crate::types::lifecycle::Status;
use crate::web::api::body::Fields;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::{EventAdmin, EventWrite};
use crate::web::extract::{OrganizationAccess, ProjectAccess};

/// `PUT /projects/{organization}/{project}/issues/`.
pub async fn update_in_project(
    State(app): State<App>,
    access: ProjectAccess<EventWrite>,
    params: IssueParams,
    fields: Fields,
) -> Result<Response> {
    let organization_id = access.organization().id;
    update(&app, organization_id, &IssueScope::of_project(access), &params, fields).await
}

/// `PUT /organizations/{organization}/issues/`.
pub async fn update_in_organization(
    State(app): State<App>,
    access: OrganizationAccess<EventWrite>,
    params: IssueParams,
    fields: Fields,
) -> Result<Response> {
    let scope = IssueScope::of_organization(&app, &access, &params).await?;
    update(&app, access.organization.id, &scope, &params, fields).await
}

/// `DELETE /projects/{organization}/{project}/issues/`.
pub async fn delete_in_project(
    State(app): State<App>,
    access: ProjectAccess<EventAdmin>,
    params: IssueParams,
) -> Result<StatusCode> {
    delete(&app, &IssueScope::of_project(access), &params).await
}

/// `DELETE /organizations/{organization}/issues/`.
pub async fn delete_in_organization(
    State(app): State<App>,
    access: OrganizationAccess<EventAdmin>,
    params: IssueParams,
) -> Result<StatusCode> {
    let scope = IssueScope::of_organization(&app, &access, &params).await?;
    delete(&app, &scope, &params).await
}

async fn update(
    app: &App,
    organization_id: OrganizationId,
    scope: &IssueScope,
    params: &IssueParams,
    fields: Fields,
) -> Result<Response> {
    let mutation = Mutation::read(app, organization_id, fields).await?;
    let (ids, projects) = selected(app, scope, params).await?;
    if ids.is_empty() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    if projects > 1 && mutation.is_resolved_by_release() {
        return Err(Error::bad_request("issues of several projects have no release in common"));
    }
    apply(app, scope, &ids, &mutation).await?;
    Ok(mutation.answer().into_response())
}

/// Does what a request asks for.
pub async fn apply(app: &App, scope: &IssueScope, ids: &[IssueId], mutation: &Mutation) -> Result<()> {
    for change in &mutation.changes {
        issues::change(app, scope.user_id, ids, change).await?;
    }
    Ok(())
}

async fn delete(app: &App, scope: &IssueScope, params: &IssueParams) -> Result<StatusCode> {
    let (ids, _) = selected(app, scope, params).await?;
    if !ids.is_empty() {
        issues::delete(app, scope.owner(), &ids, false).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The issues in the scope, and of how many projects they are.
async fn selected(app: &App, scope: &IssueScope, params: &IssueParams) -> Result<(Vec<IssueId>, usize)> {
    let wanted: Vec<i64> = params.selected(app, scope).await?.iter().map(|id| id.0).collect();
    let mut rows = issue_lists::list(&app.db, &wanted, scope.user_id).await?;
    rows.retain(|row| {
        row.status != Status::PendingDeletion && scope.projects.iter().any(|project| project.id == row.project_id)
    });
    let mut projects: Vec<_> = rows.iter().map(|row| row.project_id).collect();
    projects.sort_unstable();
    projects.dedup();
    Ok((rows.iter().map(|row| row.id).collect(), projects.len()))
}
