//! `GET /shared/issues/{token}/`: an issue that was shared with everybody, without what may name its users.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::services::issues::{find_shared, without_user_data};
use crate::store::issues::Issue;
use crate::store::{event_lists, organizations, projects};
use crate::types::short_id;
use crate::web::api::date::Date;
use crate::web::api::events::{EventView, StoredEvent};
use crate::web::error::{Error, Result};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SharedIssueView {
    id: String,
    share_id: String,
    short_id: String,
    title: String,
    culprit: String,
    level: &'static str,
    status: &'static str,
    is_public: bool,
    count: String,
    first_seen: Date,
    last_seen: Date,
    #[serde(rename = "type")]
    event_type: String,
    metadata: Value,
    permalink: String,
    /// Names of the project and its organization.
    project: Value,
    latest_event: Option<Value>,
}

/// Anybody may ask; an unknown token is not found.
pub async fn show(State(app): State<App>, Path(token): Path<String>) -> Result<Json<SharedIssueView>> {
    let issue = find_shared(&app, &token).await?.ok_or(Error::NotFound)?;
    let project = projects::find(&app.db, issue.project_id).await?.ok_or(Error::NotFound)?;
    let organization = organizations::find(&app.db, project.organization_id).await?.ok_or(Error::NotFound)?;
    let names = json!({
        "slug": project.slug, "name": project.name, "color": "#6c5fc7", "features": [],
        "organization": { "slug": organization.slug, "name": organization.name },
    });
    Ok(Json(SharedIssueView {
        id: issue.id.to_string(),
        short_id: short_id::format(&project.slug, issue.short_id),
        title: issue.title.clone(),
        culprit: issue.culprit.clone(),
        level: issue.level.as_str(),
        status: issue.status.as_str(),
        is_public: true,
        count: issue.times_seen.to_string(),
        first_seen: issue.first_seen.into(),
        last_seen: issue.last_seen.into(),
        event_type: issue.event_type.clone(),
        metadata: issue.metadata.clone(),
        permalink: format!("{}/share/issue/{token}/", app.config.system.url_prefix),
        project: names,
        latest_event: latest_event(&app, &issue).await?,
        share_id: token,
    }))
}

async fn latest_event(app: &App, issue: &Issue) -> Result<Option<Value>> {
    let Some(place) = event_lists::find_latest(&app.db, issue.id).await? else { return Ok(None) };
    let Ok(stored) = StoredEvent::find(app, issue.project_id, place.event_id).await else { return Ok(None) };
    let mut tree = stored.resolved(app).await?;
    without_user_data(&mut tree);
    Ok(Some(serde_json::to_value(EventView::of(&stored, &tree))?))
}
