//! The address of a list: its path and what its parameters say. Every link of the list changes one thing of it.

use chrono::{DateTime, Utc};

use super::chart::Stretch;
use super::list::{DEFAULT_QUERY, ListParams};
use crate::store::search::{Criteria, Sort};
use crate::types::cursor::Cursor;
use crate::web::error::{Error, Result};
use crate::web::issue_cursor::Mark;

pub struct Address {
    /// Without the base path.
    pub path: String,
    pub params: ListParams,
}

impl Address {
    pub fn new(path: String, params: ListParams) -> Self {
        Self { path, params }
    }

    /// The query as it stands in the search box.
    pub fn query(&self) -> String {
        self.params.query.clone().unwrap_or_else(|| DEFAULT_QUERY.to_owned())
    }

    pub fn sort(&self) -> Sort {
        match self.params.sort.as_deref() {
            Some("new") => Sort::FirstSeen,
            Some("priority") => Sort::Priority,
            Some("freq") => Sort::Frequency,
            Some("user" | "users") => Sort::Users,
            _ => Sort::LastSeen,
        }
    }

    pub fn cursor(&self) -> Result<Option<Cursor>> {
        match self.params.cursor.as_deref().filter(|text| !text.is_empty()) {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| Error::bad_request("the cursor is not valid")),
        }
    }

    /// What cursors of the list carry.
    pub fn mark(&self) -> Mark {
        let parts = [&self.params.environment, &self.params.project].map(|part| part.as_deref().unwrap_or_default());
        Mark::of(self.sort(), [self.path.as_str(), &self.query()].into_iter().chain(parts))
    }

    pub fn is_of_all_projects(&self) -> bool {
        self.path.starts_with("/organizations/") && self.params.project.is_none()
    }

    pub fn is_fortnight(&self) -> bool {
        self.params.stats_period.as_deref() == Some("14d")
    }

    pub fn stretch(&self, now: DateTime<Utc>) -> Stretch {
        if self.is_fortnight() { Stretch::fortnight(now) } else { Stretch::day(now) }
    }

    /// The environment is a tag like others.
    pub fn add_environment(&self, criteria: &mut Criteria) {
        if let Some(environment) = self.params.environment.as_deref().filter(|environment| !environment.is_empty()) {
            criteria.require_environment(environment);
        }
    }

    /// The whole address, for the way back after a change.
    pub fn here(&self) -> String {
        self.with(self.params.clone())
    }

    pub fn with_query(&self, query: &str) -> String {
        self.with(ListParams { query: Some(query.to_owned()), cursor: None, ..self.params.clone() })
    }

    pub fn with_sort(&self, sort: Sort) -> String {
        let sort = match sort {
            Sort::LastSeen => "date",
            Sort::FirstSeen => "new",
            Sort::Priority => "priority",
            Sort::Frequency => "freq",
            Sort::Users => "user",
        };
        self.with(ListParams { sort: Some(sort.to_owned()), cursor: None, ..self.params.clone() })
    }

    pub fn with_graph(&self, period: &str) -> String {
        self.with(ListParams { stats_period: Some(period.to_owned()), ..self.params.clone() })
    }

    pub fn with_cursor(&self, cursor: Cursor) -> String {
        self.with(ListParams { cursor: Some(cursor.to_string()), ..self.params.clone() })
    }

    /// The same list in all environments.
    pub fn without_environment(&self) -> String {
        self.with(ListParams { environment: Some(String::new()), cursor: None, ..self.params.clone() })
    }

    fn with(&self, params: ListParams) -> String {
        let members = [
            ("query", params.query),
            ("sort", params.sort),
            ("environment", params.environment),
            ("project", params.project),
            ("statsPeriod", params.stats_period),
            ("cursor", params.cursor),
        ];
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in members {
            if let Some(value) = value.filter(|value| !value.is_empty() || name == "query" || name == "environment") {
                text.append_pair(name, &value);
            }
        }
        let text = text.finish();
        if text.is_empty() { self.path.clone() } else { format!("{}?{text}", self.path) }
    }
}

/// A part of a path.
pub fn encode(part: &str) -> String {
    percent_encoding::utf8_percent_encode(part, percent_encoding::NON_ALPHANUMERIC)
        .to_string()
        .replace("%2D", "-")
        .replace("%5F", "_")
        .replace("%2E", ".")
}
