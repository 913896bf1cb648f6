//! A report as pages show it.

use chrono::{DateTime, Utc};

use crate::messages::Messages;
use crate::store::user_reports::ListedReport;
use crate::types::short_id;
use crate::web::markup::Markup;
use crate::web::{time, visible};

pub struct Report {
    pub id: i64,
    pub name: String,
    pub email: String,
    pub comments: String,
    pub is_seen: bool,
    pub at: Markup,
    /// Short id, title and path; `None`: its event has not come.
    pub issue: Option<(String, String, String)>,
    /// Path of the event's page.
    pub event: Option<String>,
    pub event_id: String,
}

impl Report {
    pub fn of(report: ListedReport, organization: &str, t: Messages, now: DateTime<Utc>) -> Self {
        let path = report.issue_id.map(|id| format!("/organizations/{organization}/issues/{id}/"));
        let event_id = report.event_id.as_simple().to_string();
        let short = report.short_id.map(|number| short_id::format(&report.project_slug, number));
        let title = visible::string(report.title.unwrap_or_default());
        Self {
            id: report.id.0,
            name: visible::string(report.name),
            email: visible::string(report.email),
            comments: visible::string(report.comments),
            is_seen: report.is_seen,
            at: time::ago(t, report.created_at, now),
            event: path.as_ref().map(|path| format!("{path}events/{event_id}/")),
            issue: short.zip(path).map(|(short, path)| (short, title, path)),
            event_id,
        }
    }

    /// What tells the event from others.
    pub fn short_event_id(&self) -> &str {
        &self.event_id[..8]
    }
}
