//! A stored event with its body unpacked.

use axum::extract::Path;
use serde::Deserialize;
use uuid::Uuid;

use crate::app::App;
use crate::protocol::event_id;
use crate::services::symbolication;
use crate::store::event_lists::{self, EventPlace};
use crate::store::events::{self, Event};
use crate::types::ids::ProjectId;
use crate::types::json::{self, Json};
use crate::web::damage::damaged;
use crate::web::error::{Error, Result};

/// An event whose body can be read: `stored.tree()?`.
pub struct StoredEvent {
    pub row: Event,
    pub body: Vec<u8>,
}

/// The event's id in the path.
#[derive(Debug, Deserialize)]
pub struct EventPath {
    pub event: String,
}

impl StoredEvent {
    pub fn of(row: Event) -> Result<Self> {
        match row.json() {
            Ok(body) => Ok(Self { row, body }),
            Err(error) => Err(damaged(&row, error)),
        }
    }

    /// An event of a project.
    pub async fn find(app: &App, project_id: ProjectId, event_id: Uuid) -> Result<Self> {
        Self::of(events::find(&app.db, project_id, event_id).await?.ok_or(Error::NotFound)?)
    }

    /// Events of a project in the order of their places; damaged ones are left out, so that the others can be seen.
    pub async fn list(app: &App, project_id: ProjectId, places: &[EventPlace]) -> Result<Vec<Self>> {
        let ids: Vec<Uuid> = places.iter().map(|place| place.event_id).collect();
        let rows = event_lists::list(&app.db, project_id, &ids).await?;
        Ok(rows.into_iter().filter_map(|row| Self::of(row).ok()).filter(|stored| stored.tree().is_ok()).collect())
    }

    pub fn tree(&self) -> Result<Json<'_>> {
        json::parse(&self.body).map_err(|error| damaged(&self.row, error))
    }

    /// The event with the frames that can be resolved by now, and why the others can't.
    pub async fn resolved(&self, app: &App) -> Result<Json<'_>> {
        let mut tree = self.tree()?;
        symbolication::resolve(app, self.row.project_id, &mut tree).await?;
        Ok(tree)
    }

    pub fn place(&self) -> EventPlace {
        EventPlace { event_id: self.row.event_id, occurred_at: self.row.occurred_at }
    }
}

/// Reads the id in a path; what has another form is the id of nothing.
pub fn parse_id(Path(path): &Path<EventPath>) -> Result<Uuid> {
    event_id::parse(&path.event).ok_or(Error::NotFound)
}
