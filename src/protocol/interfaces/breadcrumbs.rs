//! `breadcrumbs`: what happened before the event, oldest first.

use std::borrow::Cow;

use crate::protocol::interfaces::read::{any, items, object, text};
use crate::types::json::{Json, Object};

#[derive(Clone, Debug, Default)]
pub struct Breadcrumb<'a> {
    /// Seconds since 1970, or a date, as it is stored.
    pub timestamp: Option<&'a Json<'a>>,
    pub kind: Option<Cow<'a, str>>,
    pub category: Option<Cow<'a, str>>,
    pub level: Option<Cow<'a, str>>,
    pub message: Option<Cow<'a, str>>,
    pub data: Option<&'a Object<'a>>,
    pub event_id: Option<Cow<'a, str>>,
}

impl<'a> Breadcrumb<'a> {
    /// Reads the event's `breadcrumbs`.
    pub fn read_all(event: &'a Json<'a>) -> Vec<Self> {
        items(event, "breadcrumbs").iter().filter(|crumb| crumb.as_object().is_some()).map(Self::read).collect()
    }

    fn read(json: &'a Json<'a>) -> Self {
        Self {
            timestamp: any(json, "timestamp"),
            kind: text(json, "type"),
            category: text(json, "category"),
            level: text(json, "level"),
            message: text(json, "message"),
            data: object(json, "data"),
            event_id: text(json, "event_id"),
        }
    }
}
