//! Changing or deleting many issues at once: those of `id` parameters, else those of the query.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use uuid::Uuid;

use super::mutation::Mutation;
use super::search::{IssueParams, IssueScope};
use crate::app::App;
use crate::services::issues;
use crate::store::{issue_lists, issue_shares, issues as issue_rows};
use crate::types::ids::{IssueId, OrganizationId};
use crate::types::lifecycle::Status;
use crate::types::scope::Scope;
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
    let may_delete = access.may(Scope::EventAdmin);
    update(&app, (organization_id, may_delete), &IssueScope::of_project(access), &params, fields).await
}

/// `PUT /organizations/{organization}/issues/`.
pub async fn update_in_organization(
    State(app): State<App>,
    access: OrganizationAccess<EventWrite>,
    params: IssueParams,
    fields: Fields,
) -> Result<Response> {
    let scope = IssueScope::of_organization(&app, &access, &params).await?;
    let may_delete = access.may(Scope::EventAdmin);
    update(&app, (access.organization.id, may_delete), &scope, &params, fields).await
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
    (organization_id, may_delete): (OrganizationId, bool),
    scope: &IssueScope,
    params: &IssueParams,
    fields: Fields,
) -> Result<Response> {
    let mut mutation = Mutation::read(app, organization_id, fields).await?;
    let (ids, projects) = selected(app, scope, params).await?;
    if ids.is_empty() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    if projects > 1 && mutation.is_resolved_by_release() {
        return Err(Error::bad_request("issues of several projects have no release in common"));
    }
    if mutation.is_discard {
        if !may_delete {
            return Err(Error::Forbidden(&[Scope::EventAdmin]));
        }
        issues::delete(app, scope.owner()?, &ids, true).await?;
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    apply(app, scope, &ids, &mut mutation).await?;
    Ok(mutation.answer().into_response())
}

/// Does what a request asks for.
pub async fn apply(app: &App, scope: &IssueScope, ids: &[IssueId], mutation: &mut Mutation) -> Result<()> {
    let user_id = scope.owner()?.user_id;
    // First what an organization may forbid.
    if let Some(is_public) = mutation.is_public {
        let token = set_public(app, scope, ids, is_public).await?;
        mutation.add_echo("shareId", json!(token.map(|token| token.as_simple().to_string())));
    }
    for change in &mutation.changes {
        issues::change(app, user_id, ids, change).await?;
    }
    if mutation.is_merge {
        let merge = issues::merge(app, scope.owner()?, ids).await?;
        let children: Vec<String> = merge.sources.iter().map(ToString::to_string).collect();
        mutation.add_echo("merge", json!({ "parent": merge.target.to_string(), "children": children }));
    }
    Ok(())
}

/// Makes links where there are none, or ends those there are; returns the last link.
async fn set_public(app: &App, scope: &IssueScope, ids: &[IssueId], is_public: bool) -> Result<Option<Uuid>> {
    let wanted: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let shared = issue_shares::list(&app.db, &wanted).await?;
    let mut last = None;
    for id in ids {
        let known = shared.iter().find(|(issue_id, _)| issue_id == id).map(|(_, token)| *token);
        let Some(issue) = issue_rows::find(&app.db, *id).await? else { continue };
        last = match (is_public, known) {
            (true, None) => Some(issues::share(app, scope.user_id, &issue).await?),
            (true, known) => known,
            (false, _) => {
                issues::unshare(app, scope.user_id, &issue).await?;
                None
            }
        };
    }
    Ok(last)
}

async fn delete(app: &App, scope: &IssueScope, params: &IssueParams) -> Result<StatusCode> {
    let (ids, _) = selected(app, scope, params).await?;
    if !ids.is_empty() {
        issues::delete(app, scope.owner()?, &ids, false).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The issues in the scope, and of how many projects they are.
async fn selected(app: &App, scope: &IssueScope, params: &IssueParams) -> Result<(Vec<IssueId>, usize)> {
    let wanted: Vec<i64> = params.selected(app, scope).await?.iter().map(|id| id.0).collect();
    let mut rows = issue_lists::list(&app.db, &wanted, scope.user_id).await?;
    rows.retain(|row| {
        let is_there = !matches!(row.status, Status::PendingDeletion | Status::PendingMerge);
        is_there && scope.projects.iter().any(|project| project.id == row.project_id)
    });
    let mut projects: Vec<_> = rows.iter().map(|row| row.project_id).collect();
    projects.sort_unstable();
    projects.dedup();
    Ok((rows.iter().map(|row| row.id).collect(), projects.len()))
}
