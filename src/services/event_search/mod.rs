//! Finding events of an issue. Tags are looked up in the narrow rows; words are looked for in the bodies, which is why a
//! search for words looks at a bounded number of events at a time and tells how far it came.

mod filter;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use filter::{Filter, InvalidToken};

use crate::app::App;
use crate::store::event_lists::EventPlace;
use crate::store::event_users;
use crate::store::events::Event;
use crate::store::issue_events::{self, TagFilter};
use crate::store::issues::Issue;
use crate::store::tag_counts;

/// Bodies that one search for words reads.
pub const MAX_READ: usize = 500;
/// Bodies read at a time.
const CHUNK: i64 = 100;

/// Where a search begins.
#[derive(Clone, Copy, Debug)]
pub enum Start {
    /// From a place to older events; `None`: from the newest.
    Before(Option<EventPlace>),
    /// From a place to newer events.
    After(EventPlace),
}

/// The events of a page, in the order of the search.
#[derive(Debug, Default)]
pub struct Found {
    pub events: Vec<Event>,
    /// Where the search stopped because it had read enough, and there may be more.
    pub stopped_at: Option<EventPlace>,
    /// How many events a search for words read.
    pub read: usize,
}

/// Up to `limit` events of an issue that match.
pub async fn list(app: &App, issue: &Issue, filter: &Filter, start: Start, limit: usize) -> sqlx::Result<Found> {
    let Some(tags) = tag_filter(app, issue, filter).await? else { return Ok(Found::default()) };
    let is_reading = !filter.words.is_empty();
    let mut found = Found::default();
    let mut from = start;
    loop {
        let wanted = if is_reading { CHUNK } else { i64::try_from(limit).unwrap_or(i64::MAX) };
        let events = match from {
            Start::Before(place) => issue_events::search_before(&app.db, issue.id, &tags, place, wanted).await?,
            Start::After(place) => issue_events::search_after(&app.db, issue.id, &tags, place, wanted).await?,
        };
        if !is_reading {
            found.events = events;
            return Ok(found);
        }
        let is_end = i64::try_from(events.len()).is_ok_and(|length| length < wanted);
        let last = events.last().map(|event| EventPlace { event_id: event.event_id, occurred_at: event.occurred_at });
        found.read += events.len();
        found.events.extend(events.into_iter().filter(|event| filter.matches(event)));
        let Some(last) = last.filter(|_| !is_end && found.events.len() < limit) else { break };
        if found.read >= MAX_READ {
            found.stopped_at = Some(last);
            break;
        }
        from = match start {
            Start::Before(_) => Start::Before(Some(last)),
            Start::After(_) => Start::After(last),
        };
    }
    found.events.truncate(limit);
    Ok(found)
}

/// The ids of the tags; `None`: the issue was never seen with one of them.
async fn tag_filter(app: &App, issue: &Issue, filter: &Filter) -> sqlx::Result<Option<TagFilter>> {
    let mut tags = TagFilter::default();
    for term in &filter.tags {
        let place = (issue.id, issue.project_id);
        let mut known = tag_counts::list_named_of_issue(&app.db, place, &term.key, &term.values).await?;
        if let Some((parts, text)) = &term.users {
            known.extend(event_users::list_named_of_issue(&app.db, place, parts, text).await?);
        }
        let ids: Vec<i64> = known.iter().map(|(id, ..)| *id).collect();
        if term.is_negated {
            tags.none_of.extend(ids);
            continue;
        }
        let (Some(first), Some(last)) =
            (known.iter().map(|(_, first, _)| *first).min(), known.iter().map(|(.., last)| *last).max())
        else {
            return Ok(None);
        };
        tags.narrow(first, last);
        match ids[..] {
            [id] => tags.all_of.push(id),
            // A user seen under several of its names.
            _ => tags.any_of = if tags.any_of.is_empty() { ids } else { common(&tags.any_of, &ids) },
        }
    }
    Ok(Some(tags))
}

fn common(a: &[i64], b: &[i64]) -> Vec<i64> {
    let common: Vec<i64> = a.iter().copied().filter(|id| b.contains(id)).collect();
    // An impossible id: an empty list would mean that there is no condition.
    if common.is_empty() { vec![-1] } else { common }
}

/// The place just before everything at a time.
pub fn place_at(at: DateTime<Utc>) -> EventPlace {
    EventPlace { event_id: Uuid::nil(), occurred_at: at }
}
