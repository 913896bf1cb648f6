//! The tags of an issue, with the values it was seen with most.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::address::encode;
use super::environment;
use super::event::frames::is_web_address;
use super::event::summary::tag_query;
use super::frame::{self, IssueFrame, Opened};
use super::meters::percent;
use crate::app::App;
use crate::messages::{Messages, grouped};
use crate::store::event_users::{self, EventUser};
use crate::store::issue_environments;
use crate::store::issues::Issue;
use crate::store::tag_counts::{self, TagValue};
use crate::types::lifecycle::Status;
use crate::web::error::Result;
use crate::web::extract::{Actor, Viewer};
use crate::web::layout::Layout;
use crate::web::{render, visible};

/// Values of a card; the rest is on the tag's page.
const TOP: i64 = 10;
/// A tag with more values tells cases apart rather than kinds; it comes last and folded.
const MANY: i64 = 1_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TagsParams {
    environment: Option<String>,
}

#[derive(Template)]
#[template(path = "issues/tags.html")]
struct TagsPage {
    layout: Layout,
    t: Messages,
    frame: IssueFrame,
    environments: Vec<String>,
    /// The one that is looked at; empty: all of them.
    environment: String,
    /// How many of the newest events are looked at there.
    among: String,
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
    Query(params): Query<TagsParams>,
) -> Result<Response> {
    let opened = frame::open(&app, &viewer, actor, (&organization, &id), "tags").await?;
    let Opened { issue, access, layout, frame, .. } = opened;
    let (environments, environment) = environment::of_project(&app, &access, params.environment).await?;
    let spread = if environment.is_empty() {
        Spread::of_all(&app, &issue).await?
    } else {
        Spread::within(&app, &issue, &environment).await?
    };
    let users = event_users::list(&app.db, &spread.values).await?;
    let cards = spread.cards(&users);
    let among = grouped(issue_environments::MAX_EVENTS);
    render(&TagsPage { t: layout.t, frame, environments, environment, among, cards, layout })
}

/// How events spread over the values of tags.
#[derive(Default)]
struct Spread {
    /// Keys, and how many values each has.
    keys: Vec<(String, i64)>,
    /// The most frequent of each key.
    values: Vec<TagValue>,
    /// Events that were counted.
    total: i64,
}

impl Spread {
    async fn of_all(app: &App, issue: &Issue) -> Result<Self> {
        let keys = tag_counts::list_keys_of_issue(&app.db, issue.id).await?;
        let values = tag_counts::list_top_of_issue(&app.db, issue.id, TOP).await?;
        Ok(Self { keys: keys.into_iter().map(|key| (key.key, key.values)).collect(), values, total: issue.times_seen })
    }

    async fn within(app: &App, issue: &Issue, environment: &str) -> Result<Self> {
        let Some(found) = issue_environments::find(&app.db, issue.id, environment).await? else {
            return Ok(Self::default());
        };
        let found = issue_environments::list_top_values(&app.db, issue.id, found.id, TOP).await?;
        let mut keys: Vec<(String, i64)> = found.iter().map(|(value, of_key)| (value.key.clone(), *of_key)).collect();
        keys.dedup();
        let values: Vec<TagValue> = found.into_iter().map(|(value, _)| value).collect();
        // Each of the events has the environment itself.
        let total = values.iter().filter(|value| value.key == "environment").map(|value| value.events).sum();
        Ok(Self { keys, values, total })
    }

    fn cards(&self, users: &HashMap<i64, EventUser>) -> Vec<TagCard> {
        let card = |(key, values_count): &(String, i64)| {
            let of_key = self.values.iter().filter(|value| value.key == *key);
            TagCard {
                encoded_key: encode(key),
                values: of_key.map(|value| row(value, users.get(&value.id), self.total)).collect(),
                values_count: *values_count,
                is_folded: *values_count > MANY,
                key: visible::text(key).into_owned(),
            }
        };
        let mut cards: Vec<TagCard> = self.keys.iter().map(card).collect();
        cards.sort_by_key(|card| card.is_folded);
        cards
    }
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
