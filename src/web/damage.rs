//! Events whose stored data can't be read: by a fault of the disk, or written by a newer version.

use std::collections::HashSet;
use std::fmt::Display;
use std::sync::{LazyLock, Mutex, PoisonError};

use uuid::Uuid;

use super::error::Error;
use crate::store::events::Event;

/// Events that are remembered as logged.
const REMEMBERED: usize = 1_000;

static LOGGED: LazyLock<Mutex<HashSet<Uuid>>> = LazyLock::new(Mutex::default);

/// The error for whoever wants to see the event. Logs it once, not at each look.
pub fn damaged(event: &Event, why: impl Display) -> Error {
    let mut logged = LOGGED.lock().unwrap_or_else(PoisonError::into_inner);
    if logged.len() < REMEMBERED && logged.insert(event.event_id) {
        tracing::error!(event.id = %event.event_id.as_simple(), project.id = event.project_id.0, "a stored event is damaged: {why}");
    }
    Error::DamagedEvent
}
