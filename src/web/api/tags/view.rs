//! A tag's key with its most frequent values.

use serde::Serialize;

use crate::app::App;
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
    key: String,
    name: String,
    value: String,
    count: i64,
    last_seen: Date,
    first_seen: Date,
    /// What finds it, where that is not `key:"value"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<String>,
    #[serde(flatten)]
    user: Option<UserOfTagView>,
}

/// A user as the value of the tag `user` tells: one of these members is known.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserOfTagView {
    id: String,
    tag_value: String,
    identifier: Option<String>,
    username: Option<String>,
    email: Option<String>,
    ip_address: Option<String>,
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
    pub fn of(value: TagValue) -> Self {
        let user = (value.key == "user").then(|| UserOfTagView::of(&value));
        Self {
            name: user.as_ref().map_or_else(|| value.value.clone(), UserOfTagView::name),
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

impl UserOfTagView {
    fn of(value: &TagValue) -> Self {
        let part = |kind: &str| value.value.strip_prefix(kind)?.strip_prefix(':').map(str::to_owned);
        Self {
            id: value.id.to_string(),
            tag_value: value.value.clone(),
            identifier: part("id"),
            username: part("username"),
            email: part("email"),
            ip_address: part("ip"),
        }
    }

    fn name(&self) -> String {
        let known = [&self.email, &self.username, &self.identifier, &self.ip_address];
        known.into_iter().flatten().next().unwrap_or(&self.tag_value).clone()
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
