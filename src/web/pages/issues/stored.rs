//! Finding the stored event that an address names.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::jump;
use crate::app::App;
use crate::store::event_lists::{self, EventPlace};
use crate::store::events::{self, Event};
use crate::store::issue_events;
use crate::store::issues::Issue;
use crate::types::json::{self, Json};
use crate::web::damage::damaged;
use crate::web::error::{Error, Result};

/// Further counting is for no reader.
const MAX_NUMBER: i64 = 1_000;

/// Which event of an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    Newest,
    Oldest,
    Id(Uuid),
    /// The nth; numbers of old links are larger than any issue has events.
    Number(i64),
}

/// An event, and whether it is another than was asked for.
pub struct Found {
    pub event: Event,
    pub is_other: bool,
}

impl Wanted {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "latest" | "newest" => Some(Self::Newest),
            "oldest" => Some(Self::Oldest),
            _ => match jump::event_id(text) {
                Some(id) => Some(Self::Id(id)),
                None => text.parse().ok().filter(|number| *number > 0).map(Self::Number),
            },
        }
    }
}

impl Found {
    /// The event's JSON as it was stored.
    pub fn json(&self) -> Result<Vec<u8>> {
        self.event.json().map_err(|error| damaged(&self.event, error))
    }

    /// What [`Self::json`] gave, as a tree.
    pub fn tree<'a>(&self, bytes: &'a [u8]) -> Result<Json<'a>> {
        json::parse(bytes).map_err(|error| damaged(&self.event, error))
    }

    pub fn place(&self) -> EventPlace {
        EventPlace { event_id: self.event.event_id, occurred_at: self.occurred_at() }
    }

    fn occurred_at(&self) -> DateTime<Utc> {
        self.event.occurred_at
    }
}

/// `None`: no event of the issue is stored any more. An unknown id is not found.
pub async fn find(app: &App, issue: &Issue, wanted: &Wanted) -> Result<Option<Found>> {
    let mut is_other = false;
    let place = match wanted {
        Wanted::Newest => event_lists::find_latest(&app.db, issue.id).await?,
        Wanted::Oldest => event_lists::find_oldest(&app.db, issue.id).await?,
        Wanted::Id(id) => {
            let event = events::find(&app.db, issue.project_id, *id).await?;
            let event = event.filter(|event| event.issue_id == issue.id).ok_or(Error::NotFound)?;
            return Ok(Some(Found { event, is_other }));
        }
        Wanted::Number(number) => {
            let nth =
                if *number <= MAX_NUMBER { issue_events::find_nth(&app.db, issue.id, *number).await? } else { None };
            is_other = nth.is_none();
            match nth {
                Some(place) => Some(place),
                None => event_lists::find_latest(&app.db, issue.id).await?,
            }
        }
    };
    let Some(place) = place else { return Ok(None) };
    let event = issue_events::find(&app.db, issue.id, place).await?;
    Ok(event.map(|event| Found { event, is_other }))
}

#[cfg(test)]
mod tests {
    use super::Wanted;

    #[test]
    fn events_are_named_in_several_ways() {
        for (text, expected) in [
            ("latest", Some(Wanted::Newest)),
            ("oldest", Some(Wanted::Oldest)),
            ("7", Some(Wanted::Number(7))),
            ("0", None),
            ("-1", None),
            ("x", None),
        ] {
            assert_eq!(Wanted::parse(text), expected);
        }
        assert!(matches!(Wanted::parse("4711e3a0c1d2e3f4a5b6c7d8e9f00112"), Some(Wanted::Id(_))));
        assert!(matches!(Wanted::parse("12345678901234567890123456789012"), Some(Wanted::Id(_))));
    }
}
