//! A short id or an event id in the search box leads straight to what it names.

use axum::response::Response;
use uuid::Uuid;

use super::list::ListParams;
use crate::app::App;
use crate::store::projects::Project;
use crate::store::{event_lists, issues};
use crate::types::ids::ProjectId;
use crate::types::short_id;
use crate::web::error::Result;
use crate::web::redirect;

/// Where the query leads, if it is an id of something in these projects.
pub async fn target(
    app: &App,
    params: &ListParams,
    organization: &str,
    projects: &[Project],
) -> Result<Option<Response>> {
    let Some(text) = params.query.as_deref().map(str::trim) else { return Ok(None) };
    if let Some(event_id) = event_id(text) {
        let ids: Vec<ProjectId> = projects.iter().map(|project| project.id).collect();
        if let Some(path) = event_path(app, organization, &ids, event_id).await? {
            return Ok(Some(redirect(app, &path)));
        }
    }
    if let Some((slug, number)) = short_id::parse(text)
        && let Some(project) = projects.iter().find(|project| project.slug == slug)
        && let Some(id) = issues::find_by_short_id(&app.db, project.id, number).await?
    {
        return Ok(Some(redirect(app, &format!("/organizations/{organization}/issues/{id}/"))));
    }
    Ok(None)
}

/// 32 hexadecimal digits, with or without dashes.
pub fn event_id(text: &str) -> Option<Uuid> {
    if text.len() == 32 || text.len() == 36 { Uuid::try_parse(text).ok() } else { None }
}

/// The page of an event in its issue.
pub async fn event_path(
    app: &App,
    organization: &str,
    projects: &[ProjectId],
    event_id: Uuid,
) -> Result<Option<String>> {
    let ids: Vec<i64> = projects.iter().map(|id| id.0).collect();
    let found = event_lists::find_in_projects(&app.db, &ids, event_id).await?;
    Ok(found.map(|event| {
        format!("/organizations/{organization}/issues/{}/events/{}/", event.issue_id, event_id.as_simple())
    }))
}
