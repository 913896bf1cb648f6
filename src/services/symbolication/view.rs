//! Stored events whose frames were not resolved, looked at again: an artifact that came late repairs what people see.
//!
//! What is stored stays as it is, and so does the issue. People see the result; the API gives the same answer.

use super::artifacts::Artifacts;
use super::look_up;
use crate::app::App;
use crate::pipeline;
use crate::pipeline::symbolicate::{Detail, frames, problems, request};
use crate::store::project_counters;
use crate::types::ids::ProjectId;
use crate::types::json::Json;

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Viewed {
    /// Frames that were resolved now and not when the event came.
    pub resolved: usize,
}

/// Resolves what can be resolved by now, and says at length why not where it can't. Nothing is fetched from the web:
/// people should not wait for it, and who merely looks should not cause traffic.
pub async fn resolve(app: &App, project_id: ProjectId, event: &mut Json<'_>) -> sqlx::Result<Viewed> {
    let Some(event) = event.as_object_mut() else { return Ok(Viewed::default()) };
    let Some(request) = request::of(event) else { return Ok(Viewed::default()) };
    let projects = project_counters::list_settings(&app.db, &[project_id.0]).await?;
    let Some(project) = projects.first() else { return Ok(Viewed::default()) };
    let artifacts = Artifacts::new(app, project.organization_id, project_id);
    let gathered = look_up(&artifacts, &request, Detail::Full).await;
    let fetched = problems::forget(event);
    let resolved = frames::apply(event, &gathered);
    problems::remember(event, fetched);
    pipeline::refine(event, &project.settings);
    Ok(Viewed { resolved })
}
