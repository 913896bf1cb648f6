//! Recent events to try rules on, read in portions so that memory stays small.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::app::App;
use crate::store::event_lists::{self, EventPlace, Slice};
use crate::store::events::Event;
use crate::types::ids::{IssueId, ProjectId};
use crate::types::json::{self, Json, Object};

/// Events that are looked at.
const MAX_EVENTS: usize = 1_000;
/// Events in memory at once.
const PORTION: usize = 50;
/// People wait for it.
const MAX_TIME: Duration = Duration::from_secs(5);

/// Which events to look at.
#[derive(Clone, Copy, Debug)]
pub enum Sample {
    /// Of the issues of the project that were seen last.
    Project,
    /// As many as this of them.
    Newest(i64),
    /// As many of an issue, and of the others of its project.
    Issue(IssueId),
}

/// What was found in the events, the oldest first.
#[derive(Debug)]
pub struct Looked<T> {
    pub found: Vec<T>,
    /// The time was up before all were looked at.
    pub is_cut: bool,
}

/// Newest events of a project, for people to choose from.
pub async fn newest(app: &App, project_id: ProjectId, limit: i64) -> sqlx::Result<Vec<EventPlace>> {
    event_lists::list_recent_of_project(&app.db, project_id, limit).await
}

async fn places(app: &App, project_id: ProjectId, sample: Sample) -> sqlx::Result<Vec<Uuid>> {
    let max = i64::try_from(MAX_EVENTS).unwrap_or(i64::MAX);
    let mut places = match sample {
        Sample::Project => newest(app, project_id, max).await?,
        Sample::Newest(limit) => newest(app, project_id, limit).await?,
        Sample::Issue(issue_id) => {
            let slice = Slice { at: DateTime::<Utc>::MAX_UTC, skip: 0, limit: max / 2 };
            let mut places = event_lists::list_before(&app.db, issue_id, slice).await?;
            let rest = max - i64::try_from(places.len()).unwrap_or(max);
            places.extend(newest(app, project_id, rest).await?);
            places
        }
    };
    places.sort_unstable_by_key(|place| (std::cmp::Reverse(place.occurred_at), place.event_id));
    places.dedup();
    Ok(places.into_iter().map(|place| place.event_id).collect())
}

/// Has every event of a sample looked at. Damaged ones are left out.
pub async fn look<T: Send + 'static>(
    app: &App,
    (project_id, sample): (ProjectId, Sample),
    look: impl Fn(IssueId, &mut Object<'_>) -> T + Clone + Send + 'static,
) -> anyhow::Result<Looked<T>> {
    let started = Instant::now();
    let mut looked = Looked { found: Vec::new(), is_cut: false };
    for portion in places(app, project_id, sample).await?.chunks(PORTION) {
        if started.elapsed() > MAX_TIME {
            looked.is_cut = true;
            break;
        }
        let events = event_lists::list(&app.db, project_id, portion).await?;
        let look = look.clone();
        let found = tokio::task::spawn_blocking(move || {
            events.iter().filter_map(|event| look_at(event, &look)).collect::<Vec<T>>()
        });
        looked.found.extend(found.await?);
    }
    looked.found.reverse();
    Ok(looked)
}

pub fn look_at<T>(event: &Event, look: &impl Fn(IssueId, &mut Object<'_>) -> T) -> Option<T> {
    let bytes = event.json().ok()?;
    match json::parse(&bytes) {
        Ok(Json::Object(mut object)) => Some(look(event.issue_id, &mut object)),
        _ => None,
    }
}
