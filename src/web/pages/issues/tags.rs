//! The tags of an issue, with the values it was seen with most.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::address::encode;
use super::event::frames::is_web_address;
use super::event::summary::tag_query;
use super::frame::{self, IssueFrame, Opened};
use super::meters::percent;
use crate::app::App;
use crate::store::event_users::{self, EventUser};
use crate::store::tag_counts::{self, TagValue};
use crate::types::lifecycle::Status;
use crate::web::error::Result;
use crate::web::extract::{Actor, Viewer};
use crate::web::layout::Layout;
use crate::web::messages::{Messages, grouped};
use crate::web::{render, visible};

/// Values of a card; the rest is on the tag's page.
const TOP: i64 = 10;
/// A tag with more values tells cases apart rather than kinds; it comes last and folded.
const MANY: i64 = 1_000;

#[derive(Template)]
#[template(path = "issues/tags.html")]
struct TagsPage {
    layout: Layout,
    t: Messages,
    frame: IssueFrame,
    cards: Vec<TagCard>,
}

struct TagCard {
    key: String,
    encoded_key: String,
    values: Vec<ValueRow>,
    values_count: i64,
    is_folded: bool,
}

struct ValueRow {
    value: String,
    /// What people call the user.
    label: Option<String>,
    link: Option<String>,
    query: String,
    percent: i64,
    events: String,
}

pub async fn list(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id)): Path<(String, String)>,
) -> Result<Response> {
    let Opened { issue, layout, frame, .. } = frame::open(&app, &viewer, actor, (&organization, &id), "tags").await?;
    let keys = tag_counts::list_keys_of_issue(&app.db, issue.id).await?;
    let values = tag_counts::list_top_of_issue(&app.db, issue.id, TOP).await?;
    let users = event_users::list(&app.db, &values).await?;
    let card = |key: tag_counts::TagKey| {
        let of_key = values.iter().filter(|value| value.key == key.key);
        TagCard {
            encoded_key: encode(&key.key),
            values: of_key.map(|value| row(value, users.get(&value.id), issue.times_seen)).collect(),
            values_count: key.values,
            is_folded: key.values > MANY,
            key: visible::string(key.key),
        }
    };
    let mut cards: Vec<TagCard> = keys.into_iter().map(card).collect();
    cards.sort_by_key(|card| card.is_folded);
    render(&TagsPage { t: layout.t, frame, cards, layout })
}

fn row(value: &TagValue, user: Option<&EventUser>, total: i64) -> ValueRow {
    let shown = visible::text(&value.value).into_owned();
    ValueRow {
        label: user.and_then(EventUser::label).map(|label| visible::text(label).into_owned()),
        link: Some(shown.clone()).filter(|text| is_web_address(text)),
        query: tag_query(&value.key, &value.value),
        percent: percent(value.events, total.max(1)),
        events: grouped(value.events),
        value: shown,
    }
}
