//! An event as the API shows it (web-api.md 3.7).

use std::borrow::Cow;

use serde::Serialize;

use super::entries::EntryView;
use super::problems::ProblemView;
use super::stored::StoredEvent;
use crate::protocol::interfaces::logentry::LogEntry;
use crate::protocol::interfaces::problem::Problem;
use crate::protocol::interfaces::read::{any, pairs, scalar, text, texts};
use crate::protocol::interfaces::sdk::Sdk;
use crate::protocol::interfaces::user::User;
use crate::types::json::{Json, Object};
use crate::web::api::date::Date;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventView<'a> {
    id: String,
    #[serde(rename = "groupID")]
    group_id: String,
    #[serde(rename = "eventID")]
    event_id: String,
    #[serde(rename = "projectID")]
    project_id: String,
    size: i32,
    entries: Vec<EntryView<'a>>,
    dist: Option<Cow<'a, str>>,
    message: String,
    title: Cow<'a, str>,
    location: Option<Cow<'a, str>>,
    culprit: Cow<'a, str>,
    user: Option<UserView<'a>>,
    contexts: Option<&'a Json<'a>>,
    sdk: Option<SdkView<'a>>,
    context: Option<&'a Json<'a>>,
    packages: Option<&'a Json<'a>>,
    #[serde(rename = "type")]
    event_type: Cow<'a, str>,
    metadata: Option<&'a Json<'a>>,
    tags: Vec<TagView<'a>>,
    platform: Cow<'a, str>,
    date_created: Date,
    date_received: Date,
    errors: Vec<ProblemView<'a>>,
    fingerprints: Vec<Cow<'a, str>>,
    crash_file: Option<()>,
    grouping_config: GroupingView,
    #[serde(rename = "_meta")]
    meta: Meta<'a>,
}

/// An event with what surrounds it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventDetailView<'a> {
    #[serde(flatten)]
    pub event: EventView<'a>,
    pub release: Option<ReleaseLinkView<'a>>,
    pub user_report: Option<ReportView>,
    #[serde(rename = "nextEventID")]
    pub next_event_id: Option<String>,
    #[serde(rename = "previousEventID")]
    pub previous_event_id: Option<String>,
}

#[derive(Serialize)]
pub struct ReleaseLinkView<'a> {
    pub version: Cow<'a, str>,
}

/// What the user wrote about the event.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportView {
    pub id: String,
    #[serde(rename = "eventID")]
    pub event_id: String,
    pub name: String,
    pub email: String,
    pub comments: String,
    pub date_created: Date,
}

#[derive(Serialize)]
struct UserView<'a> {
    id: Option<Cow<'a, str>>,
    email: Option<Cow<'a, str>>,
    username: Option<Cow<'a, str>>,
    ip_address: Option<Cow<'a, str>>,
    name: Option<Cow<'a, str>>,
    data: Option<&'a Object<'a>>,
}

#[derive(Serialize)]
struct SdkView<'a> {
    name: Option<Cow<'a, str>>,
    version: Option<Cow<'a, str>>,
    upstream: UpstreamView<'a>,
}

/// Where a newer SDK would be; Picket asks nobody.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UpstreamView<'a> {
    name: Option<Cow<'a, str>>,
    url: Option<()>,
    is_newer: bool,
}

#[derive(Serialize)]
struct TagView<'a> {
    key: Cow<'a, str>,
    value: Cow<'a, str>,
    /// The search that finds events with this tag, where it is not `key:value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<String>,
}

#[derive(Serialize)]
struct GroupingView {
    id: &'static str,
}

/// Remarks about values; an object in any case.
#[derive(Serialize)]
#[serde(untagged)]
enum Meta<'a> {
    Some(&'a Json<'a>),
    None {},
}

impl<'a> EventView<'a> {
    pub fn of(stored: &StoredEvent, tree: &'a Json<'a>) -> Self {
        let event_id = stored.row.event_id.as_simple().to_string();
        let title = text(tree, "title").unwrap_or_default();
        let message = tree.get("logentry").map(|entry| LogEntry::read(entry).text().to_owned());
        Self {
            id: event_id.clone(),
            group_id: stored.row.issue_id.to_string(),
            event_id,
            project_id: stored.row.project_id.to_string(),
            size: stored.row.size,
            entries: EntryView::list(tree),
            dist: text(tree, "dist"),
            message: message.filter(|message| !message.is_empty()).unwrap_or_else(|| title.clone().into_owned()),
            title,
            location: text(tree, "location"),
            culprit: text(tree, "culprit").unwrap_or_default(),
            user: any(tree, "user").map(UserView::of),
            contexts: any(tree, "contexts"),
            sdk: any(tree, "sdk").map(SdkView::of),
            context: any(tree, "extra"),
            packages: any(tree, "modules"),
            event_type: text(tree, "type").unwrap_or(Cow::Borrowed("default")),
            metadata: any(tree, "metadata"),
            tags: pairs(tree, "tags").into_iter().filter_map(TagView::of).collect(),
            platform: text(tree, "platform").unwrap_or(Cow::Borrowed("other")),
            date_created: stored.row.occurred_at.into(),
            date_received: stored.row.received_at.into(),
            errors: Problem::read_all(tree).into_iter().map(ProblemView::of).collect(),
            fingerprints: texts(tree, "hashes"),
            crash_file: None,
            grouping_config: GroupingView { id: "g1" },
            meta: any(tree, "_meta").map_or(Meta::None {}, Meta::Some),
        }
    }
}

impl<'a> UserView<'a> {
    fn of(json: &'a Json<'a>) -> Self {
        let User { id, username, email, ip_address, name, data, .. } = User::read(json);
        Self { id, email, username, ip_address, name, data }
    }
}

impl<'a> SdkView<'a> {
    fn of(json: &'a Json<'a>) -> Self {
        let Sdk { name, version, .. } = Sdk::read(json);
        Self { name: name.clone(), version, upstream: UpstreamView { name, url: None, is_newer: false } }
    }
}

impl<'a> TagView<'a> {
    fn of((key, value): (Cow<'a, str>, &'a Json<'a>)) -> Option<Self> {
        let value = scalar(value)?;
        let query = (key == "user").then(|| format!("user.{value}"));
        Some(Self { key, value, query })
    }
}
