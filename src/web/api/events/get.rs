//! One event: by project, by its id alone, and where an id leads.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use uuid::Uuid;

use super::stored::{EventPath, StoredEvent, parse_id};
use super::view::{EventDetailView, EventView, ReleaseLinkView, ReportView};
use crate::app::App;
use crate::protocol::event_id;
use crate::protocol::interfaces::read::text;
use crate::store::{event_lists, issue_events, user_reports};
use crate::types::role::Role;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::{EventRead, Needs, OrgRead};
use crate::web::extract::{Actor, OrganizationAccess, ProjectAccess};

/// `GET /projects/{organization}/{project}/events/{event}/`.
pub async fn in_project(
    State(app): State<App>,
    access: ProjectAccess<EventRead>,
    path: Path<EventPath>,
) -> Result<Response> {
    detail(&app, &StoredEvent::find(&app, access.project.id, parse_id(&path)?).await?).await
}

/// `GET /events/{event}/`: in any project the caller sees.
pub async fn anywhere(State(app): State<App>, actor: Actor, path: Path<EventPath>) -> Result<Response> {
    actor.require::<EventRead>(Some(Role::Owner))?;
    let event_id = parse_id(&path)?;
    let organizations = actor.organizations(&app, true).await?;
    for organization in organizations {
        let access = OrganizationAccess::<EventRead>::find(&app, actor.clone(), &organization.slug).await?;
        if let Some(stored) = find_in(&app, &access, event_id).await? {
            return detail(&app, &stored).await;
        }
    }
    Err(Error::NotFound)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventIdView<'a> {
    organization_slug: String,
    project_slug: String,
    group_id: String,
    event_id: String,
    event: EventView<'a>,
}

/// `GET /organizations/{organization}/eventids/{event}/`: where an id leads.
pub async fn by_id(
    State(app): State<App>,
    access: OrganizationAccess<OrgRead>,
    Path(path): Path<EventPath>,
) -> Result<Response> {
    let id = event_id::parse(&path.event).ok_or(Error::bad_request("an event id has 32 hexadecimal digits"))?;
    let stored = find_in(&app, &access, id).await?.ok_or(Error::NotFound)?;
    let projects = access.projects(&app).await?;
    let project = projects.iter().find(|project| project.id == stored.row.project_id).ok_or(Error::NotFound)?;
    let tree = stored.resolved(&app).await?;
    let view = EventIdView {
        organization_slug: access.organization.slug.clone(),
        project_slug: project.slug.clone(),
        group_id: stored.row.issue_id.to_string(),
        event_id: id.as_simple().to_string(),
        event: EventView::of(&stored, &tree),
    };
    Ok(Json(view).into_response())
}

/// The event in one of the projects that the caller sees.
pub async fn find_in<N: Needs>(
    app: &App,
    access: &OrganizationAccess<N>,
    event_id: Uuid,
) -> Result<Option<StoredEvent>> {
    let projects: Vec<i64> = access.projects(app).await?.iter().map(|project| project.id.0).collect();
    let found = event_lists::find_in_projects(&app.db, &projects, event_id).await?;
    found.map(StoredEvent::of).transpose()
}

/// The event with its neighbours in the issue, its release, and what its user wrote.
pub async fn detail(app: &App, stored: &StoredEvent) -> Result<Response> {
    let around = issue_events::find_neighbours(&app.db, stored.row.issue_id, stored.place()).await?;
    let id = |event_id: Option<Uuid>| event_id.map(|event_id| event_id.as_simple().to_string());
    let report = user_reports::find(&app.db, stored.row.project_id, stored.row.event_id).await?;
    let tree = stored.resolved(app).await?;
    let view = EventDetailView {
        event: EventView::of(stored, &tree),
        release: text(&tree, "release").map(|version| ReleaseLinkView { version }),
        user_report: report.map(|report| ReportView {
            id: report.id.to_string(),
            event_id: report.event_id.as_simple().to_string(),
            name: report.name,
            email: report.email,
            comments: report.comments,
            date_created: report.created_at.into(),
        }),
        next_event_id: id(around.newer),
        previous_event_id: id(around.older),
    };
    Ok(Json(view).into_response())
}
