//! `GET /organizations/{organization}/activity/`: what happened to the issues the caller sees, the newest first.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;

use crate::app::App;
use crate::store::activities::{self, ProjectActivity};
use crate::store::users::{self, User};
use crate::types::ids::UserId;
use crate::web::api::date::Date;
use crate::web::api::issues::{IssueScope, IssueView};
use crate::web::api::lists::ListAnswer;
use crate::web::api::users::UserView;
use crate::web::error::Result;
use crate::web::extract::needs::EventRead;
use crate::web::extract::{OrganizationAccess, Pagination};

/// An entry, with what it happened to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamEntryView {
    id: String,
    user: Option<UserView>,
    #[serde(rename = "type")]
    kind: String,
    data: Value,
    date_created: Date,
    issue: Option<Value>,
    project: Option<ProjectLinkView>,
}

#[derive(Serialize)]
struct ProjectLinkView {
    id: String,
    slug: String,
    name: String,
}

pub async fn list(
    State(app): State<App>,
    access: OrganizationAccess<EventRead>,
    pagination: Pagination,
) -> Result<ListAnswer<StreamEntryView>> {
    let projects = access.projects(&app).await?;
    let ids: Vec<i64> = projects.iter().map(|project| project.id.0).collect();
    let wanted = pagination.offset().saturating_add(pagination.per_page + 1);
    let mut found = activities::list_of_projects(&app.db, &ids, i64::MAX, wanted).await?;
    found.drain(..usize::try_from(pagination.offset()).unwrap_or(usize::MAX).min(found.len()));
    let page = pagination.cut_offset_page(&mut found);
    let distinct = |ids: &mut Vec<i64>| {
        ids.sort_unstable();
        ids.dedup();
    };
    let mut authors: Vec<i64> = found.iter().filter_map(|one| one.activity.user_id.map(|id| id.0)).collect();
    let mut issues: Vec<i64> = found.iter().map(|one| one.issue_id.0).collect();
    distinct(&mut authors);
    distinct(&mut issues);
    let people = users::list(&app.db, &authors).await?;
    let people: HashMap<UserId, User> = people.into_iter().map(|user| (user.id, user)).collect();
    let scope = IssueScope {
        organization_id: access.organization.id,
        organization_slug: access.organization.slug.clone(),
        user_id: access.actor.user.id,
        projects,
    };
    let issues = IssueView::list(&app, &scope, &issues).await?;
    let issues = issues.iter().map(|issue| Ok((issue.id().to_owned(), serde_json::to_value(issue)?)));
    let issues = issues.collect::<Result<HashMap<String, Value>>>()?;
    let view = |one: ProjectActivity| {
        let project = scope.projects.iter().find(|project| project.slug == one.project_slug);
        StreamEntryView {
            id: one.activity.id.to_string(),
            user: one.activity.user_id.and_then(|id| people.get(&id)).map(UserView::of),
            kind: one.activity.kind,
            data: one.activity.data,
            date_created: one.activity.created_at.into(),
            issue: issues.get(&one.issue_id.to_string()).cloned(),
            project: project.map(|project| ProjectLinkView {
                id: project.id.to_string(),
                slug: project.slug.clone(),
                name: project.name.clone(),
            }),
        }
    };
    Ok((pagination.headers(&page), Json(found.into_iter().map(view).collect())))
}
