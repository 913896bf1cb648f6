//! The audit log: who did what, from where, when; filtered by event and person, in pages or as a file.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::audit_words::words;
use crate::app::App;
use crate::store::audit_entries::{self, AuditEntry, Wanted};
use crate::types::audit_event::AuditEvent;
use crate::web::error::Result;
use crate::web::extract::needs::OrgAudit;
use crate::web::extract::{OrganizationAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::numbered::Page;
use crate::web::{csv, render, time, visible};

const ROWS: u16 = 50;

/// Entries of a file.
const MAX_EXPORTED: i64 = 50_000;

#[derive(Template)]
#[template(path = "audit/list.html")]
struct AuditPage {
    layout: Layout,
    root: String,
    /// Names and words of the events that there are.
    events: Vec<(&'static str, &'static str)>,
    event: String,
    person: String,
    rows: Vec<Row>,
    previous: Option<String>,
    next: Option<String>,
    /// Address of the file.
    export: String,
}

/// An entry in words.
struct Row {
    entry: AuditEntry,
    what: String,
    target: String,
    details: String,
}

#[derive(Deserialize)]
pub struct Params {
    #[serde(default)]
    event: String,
    #[serde(default)]
    person: String,
    #[serde(default)]
    page: String,
}

impl Params {
    /// An event that is not known is one that nothing has.
    fn wanted(&self, (offset, limit): (i64, i64)) -> Wanted<'_> {
        let event = Some(self.event.as_str()).filter(|name| !name.is_empty());
        let event = event.map(|name| AuditEvent::parse(name).map_or(-1, AuditEvent::number));
        Wanted { event, person: self.person.trim(), offset, limit }
    }

    fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("event", &self.event).append_pair("person", self.person.trim()).finish()
    }
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<OrgAudit>,
    Query(mut params): Query<Params>,
) -> Result<Response> {
    params.person = params.person.replace('\0', "");
    let page = Page::parse(&params.page, ROWS);
    let id = access.organization.id;
    let mut entries = audit_entries::list(&app.db, id, &params.wanted(page.range())).await?;
    let layout = Layout::of_organization(&app, &viewer, &access, Section::Settings);
    let root = format!("{}/settings/{}/audit-log/", layout.base, access.organization.slug);
    let query = params.query();
    let (previous, next) = page.cut(&mut entries, |number| format!("{root}?{query}&page={number}"));
    let t = layout.t;
    let known = audit_entries::list_events(&app.db, id).await?.into_iter().filter_map(AuditEvent::of_number);
    render(&AuditPage {
        events: known.map(|event| (event.name(), words(t, event))).collect(),
        export: format!("{root}export/?{query}"),
        root,
        event: params.event,
        person: params.person,
        rows: entries.into_iter().map(|entry| row(entry, |event| words(t, event))).collect(),
        previous,
        next,
        layout,
    })
}

/// What `show` lists, as comma-separated values.
pub async fn export(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<OrgAudit>,
    Query(mut params): Query<Params>,
) -> Result<Response> {
    params.person = params.person.replace('\0', "");
    let entries = audit_entries::list(&app.db, access.organization.id, &params.wanted((0, MAX_EXPORTED))).await?;
    let mut out = String::new();
    csv::row(&mut out, ["time", "actor", "event", "target", "ip_address", "details"]);
    for row in entries.into_iter().map(|entry| row(entry, AuditEvent::name)) {
        let at = time::machine(viewer.messages(), row.entry.created_at);
        let ip = row.entry.ip_address.unwrap_or_default();
        csv::row(&mut out, [&at, &row.entry.actor_label, &row.what, &row.target, &ip, &row.details]);
    }
    let name = csv::disposition(&format!("{}-audit-log", access.organization.slug));
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, out).into_response())
}

fn row(mut entry: AuditEntry, words: impl Fn(AuditEvent) -> &'static str) -> Row {
    let event = AuditEvent::of_number(entry.event);
    entry.actor_label = visible::string(entry.actor_label);
    let details = entry.data.as_object().into_iter().flatten().map(|(key, value)| match value.as_str() {
        Some(text) => format!("{key}: {text}"),
        None => format!("{key}: {value}"),
    });
    Row {
        what: event.map_or_else(|| entry.event.to_string(), |event| words(event).to_owned()),
        target: visible::string(entry.target_label.clone()),
        details: visible::string(details.collect::<Vec<_>>().join(", ")),
        entry,
    }
}
