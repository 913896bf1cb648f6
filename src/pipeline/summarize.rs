//! What lists, searches and the issue show of an event: type, title, culprit, tags, search text.

use chrono::{DateTime, Utc};

use crate::types::json::{Json, Object};
use crate::types::level::Level;

/// What is kept of an event outside its body.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// `error`, `default`, `csp`, `hpkp`, `expectct`, `expectstaple`.
    pub event_type: &'static str,
    pub level: Level,
    pub platform: String,
    /// Empty: none.
    pub logger: String,
    pub title: String,
    /// Empty: none.
    pub culprit: String,
    /// Where it happened: a file, a blocked URI, a host.
    pub location: Option<String>,
    /// What title and location are made of: an object.
    pub metadata: Json<'static>,
    /// The text free-text search looks in.
    pub message: String,
    pub release: Option<String>,
    pub dist: Option<String>,
    pub environment: Option<String>,
    /// Keys as the API names them (`release`, `user`); keys are unique.
    pub tags: Vec<(String, String)>,
    pub occurred_at: DateTime<Utc>,
}

/// Reads a normalised event. Never fails: what is missing has a default.
pub fn summarize(event: &Object<'_>) -> Summary {
    let text = |key: &str| event.get_str(key).filter(|text| !text.is_empty()).map(str::to_owned);
    Summary {
        event_type: "default",
        level: event.get_str("level").and_then(Level::parse).unwrap_or(Level::Error),
        platform: text("platform").unwrap_or_else(|| "other".to_owned()),
        logger: text("logger").unwrap_or_default(),
        title: "<unlabeled event>".to_owned(),
        culprit: text("culprit").or_else(|| text("transaction")).unwrap_or_default(),
        location: None,
        metadata: Json::Object(Object::new()),
        message: String::new(),
        release: text("release"),
        dist: text("dist"),
        environment: text("environment"),
        tags: Vec::new(),
        occurred_at: DateTime::UNIX_EPOCH,
    }
}
