//! A tag's key with its most frequent values.

use serde::Serialize;

use super::users::EventUserView;
use crate::app::App;
use crate::store::event_users::{self, EventUser};
use crate::store::tag_counts::{self, TagKey, TagValue};
use crate::types::ids::IssueId;
use crate::web::api::date::Date;
use crate::web::error::Result;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TagKeyView {
    pub key: String,
    name: String,
    unique_values: i64,
    total_values: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_values: Option<Vec<TagValueView>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TagValueView {
    pub key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    value: String,
    count: i64,
    last_seen: Date,
    first_seen: Date,
    /// What finds it, where that is not `key:"value"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<String>,
    #[serde(flatten)]
    user: Option<EventUserView>,
}

impl TagKeyView {
    /// The tags of an issue, without their values.
    pub async fn list_of_issue(app: &App, issue_id: IssueId) -> Result<Vec<Self>> {
        Ok(tag_counts::list_keys_of_issue(&app.db, issue_id).await?.into_iter().map(Self::of).collect())
    }

    pub fn of(tag: TagKey) -> Self {
        let name = name(&tag.key);
        Self { key: tag.key, name, unique_values: tag.values, total_values: tag.events, top_values: None }
    }
}

impl TagValueView {
    /// Values of tags, with what is known of those that are users.
    pub async fn list(app: &App, values: Vec<TagValue>) -> Result<Vec<Self>> {
        let mut users = event_users::list(&app.db, &values).await?;
        let view = |value: TagValue| {
            let user = users.remove(&value.id);
            Self::of(value, user)
        };
        Ok(values.into_iter().map(view).collect())
    }

    fn of(value: TagValue, user: Option<EventUser>) -> Self {
        let user = user.map(|user| EventUserView::of(value.id, &value.value, user, Some(value.first_seen)));
        Self {
            name: user.is_none().then(|| value.value.clone()),
            query: user.as_ref().map(|_| format!("user.{}", value.value)),
            key: value.key,
            value: value.value,
            count: value.events,
            last_seen: value.last_seen.into(),
            first_seen: value.first_seen.into(),
            user,
        }
    }
}

/// `server_name` reads as `Server Name`.
pub fn name(key: &str) -> String {
    match key {
        "url" => return "URL".to_owned(),
        "os" => return "OS".to_owned(),
        _ => {}
    }
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
    };
    let words: Vec<_> = key.split(['_', ' ']).filter_map(capital).collect();
    words.join(" ")
}
