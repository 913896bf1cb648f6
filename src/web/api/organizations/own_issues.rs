//! `GET /organizations/{organization}/members/{member}/issues/…/`: a member's issues. `me` is the caller.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, State};

use crate::app::App;
use crate::store::members;
use crate::store::own_issues::{self, List, Owner};
use crate::types::ids::UserId;
use crate::web::api::issues::{IssueScope, IssueView};
use crate::web::api::lists::{ListAnswer, Params};
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::needs::EventRead;
use crate::web::extract::{OrganizationAccess, Pagination};

type Parts = Path<HashMap<String, String>>;
type Access = OrganizationAccess<EventRead>;

/// Assigned to the member or to a team of theirs.
pub async fn assigned(
    State(app): State<App>,
    access: Access,
    path: Parts,
    params: Params,
    pagination: Pagination,
) -> Result<ListAnswer<IssueView>> {
    answer(&app, List::Assigned, Asked::read(&app, access, &path, &params).await?, &pagination).await
}

pub async fn bookmarked(
    State(app): State<App>,
    access: Access,
    path: Parts,
    params: Params,
    pagination: Pagination,
) -> Result<ListAnswer<IssueView>> {
    answer(&app, List::Bookmarked, Asked::read(&app, access, &path, &params).await?, &pagination).await
}

/// One's own only.
pub async fn viewed(
    State(app): State<App>,
    access: Access,
    path: Parts,
    params: Params,
    pagination: Pagination,
) -> Result<ListAnswer<IssueView>> {
    let asked = Asked::read(&app, access, &path, &params).await?;
    // What is assigned or bookmarked can be searched for by anyone; what somebody reads over the day is their own.
    if asked.user_id != asked.scope.user_id {
        return Err(Error::Forbidden(&[]));
    }
    answer(&app, List::Viewed, asked, &pagination).await
}

async fn answer(app: &App, list: List, asked: Asked, pagination: &Pagination) -> Result<ListAnswer<IssueView>> {
    let mut db = app.db.acquire().await?;
    let range = (pagination.offset(), pagination.per_page + 1);
    let mut ids = own_issues::list(&mut db, list, asked.owner(), range).await?;
    drop(db);
    let page = pagination.cut_offset_page(&mut ids);
    let views = IssueView::list(app, &asked.scope, &ids).await?;
    Ok((pagination.headers(&page), Json(views)))
}

/// Whose issues, as the caller sees them.
struct Asked {
    scope: IssueScope,
    project_ids: Vec<i64>,
    user_id: UserId,
    is_unresolved: bool,
}

impl Asked {
    async fn read(app: &App, access: Access, path: &Parts, params: &Params) -> Result<Self> {
        let is_unresolved = match params.status.as_deref() {
            None | Some("unresolved") => true,
            Some("") => false,
            Some(_) => return Err(Error::Invalid(FieldErrors::one("status", "status is unresolved or empty"))),
        };
        let user_id = match path.get("member").map(String::as_str) {
            Some("me") => access.actor.user.id,
            Some(id) => {
                let known = members::list(&app.db, access.organization.id).await?;
                let member = known.into_iter().find(|member| member.id.to_string() == id);
                member.ok_or(Error::NotFound)?.user_id
            }
            None => return Err(Error::NotFound),
        };
        let projects = access.projects(app).await?;
        let scope = IssueScope {
            organization_id: access.organization.id,
            organization_slug: access.organization.slug.clone(),
            user_id: access.actor.user.id,
            projects,
        };
        let project_ids = scope.projects.iter().map(|project| project.id.0).collect();
        Ok(Self { scope, project_ids, user_id, is_unresolved })
    }

    fn owner(&self) -> Owner<'_> {
        Owner {
            user_id: self.user_id,
            organization_id: self.scope.organization_id,
            project_ids: &self.project_ids,
            is_unresolved: self.is_unresolved,
        }
    }
}
