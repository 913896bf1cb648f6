//! Entries become a batch: bodies are opened and events taken through the pipeline, on all cores.

use std::collections::HashMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::available_parallelism;

use tokio::runtime::Handle;
use uuid::Uuid;

use super::intake::Backoff;
use super::look_up::LookUps;
use crate::app::App;
use crate::pipeline::group::rules::Rules;
use crate::pipeline::{self, Outcome, Receipt, open, symbolicate::Request};
use crate::protocol::category::Category;
use crate::services::events::{Batch, BatchEvent, NewBody, Refused};
use crate::store::project_counters::{self, ProjectForEvents};
use crate::types::ids::{OrganizationId, ProjectId};
use crate::types::{entry_kind::EntryKind, project_settings::ProjectSettings, stream_id::StreamId};
use crate::volatile::event_stream::{EntryFacts, StreamEntry};

/// Settings by project; projects that are gone are absent.
pub type Settings = HashMap<ProjectId, Project>;

/// What processing knows of a project.
#[derive(Debug)]
pub struct Project {
    pub organization_id: OrganizationId,
    pub settings: ProjectSettings,
    /// Those of the settings, compiled.
    rules: Rules,
}

/// A batch ready to be saved, and the entries it came from.
#[derive(Debug, Default)]
pub struct Processed {
    pub batch: Batch,
    /// Of every event in the batch.
    pub event_entries: Vec<String>,
    /// All entries to acknowledge, also of what is not stored.
    pub stream_ids: Vec<String>,
    /// Entries that broke the pipeline, with the reason: they go to the dead.
    pub broken: Vec<(String, String)>,
}

/// Limits of what a body may unpack to.
#[derive(Clone, Copy)]
struct Limits {
    event: usize,
    envelope: usize,
}

/// Processes entries. `None`: the program is asked to stop before the settings could be read; the entries stay in the
/// stream.
pub async fn process(app: &App, entries: Vec<StreamEntry>) -> Option<Processed> {
    let settings = Arc::new(settings_of(app, &entries).await?);
    let limits = Limits { event: app.config.ingest.max_event_bytes, envelope: app.config.ingest.max_envelope_bytes };
    let threads = available_parallelism().map_or(1, usize::from);
    let chunk = entries.len().div_ceil(threads).max(1);
    let mut entries = entries.into_iter();
    let mut tasks = Vec::new();
    loop {
        let part: Vec<StreamEntry> = entries.by_ref().take(chunk).collect();
        if part.is_empty() {
            break;
        }
        let (app, settings, runtime) = (app.clone(), Arc::clone(&settings), Handle::current());
        tasks.push(tokio::task::spawn_blocking(move || {
            let look_ups = LookUps::new(&app, &settings, runtime);
            process_part(part, &settings, limits, &look_ups)
        }));
    }
    let mut processed = Processed::default();
    for task in tasks {
        match task.await {
            Ok(part) => processed.append(part),
            // What panics in an event is caught there; entries lost here stay pending and are taken over.
            Err(error) => tracing::error!(%error, "processing stopped"),
        }
    }
    Some(processed)
}

async fn settings_of(app: &App, entries: &[StreamEntry]) -> Option<Settings> {
    let mut ids: Vec<i64> = entries.iter().map(|entry| entry.facts.project_id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut wait = Backoff::default();
    loop {
        match project_counters::list_settings(&app.db, &ids).await {
            Ok(rows) => return Some(rows.into_iter().map(Project::of).collect()),
            Err(error) => tracing::warn!(%error, "settings cannot be read, trying again"),
        }
        if app.shutdown.is_cancelled() {
            return None;
        }
        wait.pause(app).await;
    }
}

impl Project {
    fn of(row: ProjectForEvents) -> (ProjectId, Self) {
        let settings = row.settings;
        let rules = Rules::parse(&settings.fingerprint_rules).unwrap_or_else(|error| {
            tracing::warn!(project_id = row.id.0, %error, "fingerprint rules cannot be read and are left out");
            Rules::default()
        });
        (row.id, Self { organization_id: row.organization_id, settings, rules })
    }
}

fn process_part(entries: Vec<StreamEntry>, settings: &Settings, limits: Limits, look_ups: &LookUps<'_>) -> Processed {
    let mut processed = Processed::default();
    for entry in entries {
        let one = catch_unwind(AssertUnwindSafe(|| process_entry(&entry, settings, limits, look_ups)));
        if let Ok(one) = one {
            processed.append(one);
        } else {
            let reason = "the pipeline panicked; the log has the place".to_owned();
            processed.broken.push((entry.stream_id, reason));
        }
    }
    processed
}

fn process_entry(entry: &StreamEntry, settings: &Settings, limits: Limits, look_ups: &LookUps<'_>) -> Processed {
    let mut processed = Processed { stream_ids: vec![entry.stream_id.clone()], ..Processed::default() };
    let facts = &entry.facts;
    // A project that is gone: nobody could look at what is counted.
    let Some(Project { settings, rules, .. }) = settings.get(&facts.project_id) else { return processed };
    let limit = limits.envelope.max(limits.event);
    let mut unpacked = Vec::new();
    let decoded = open::decode(&entry.body, &facts.encoding, limit);
    let events = match &decoded {
        Ok(decoded) => open::events(facts.kind, facts.event_id, decoded, &mut unpacked, (limit, &facts.user_agent)),
        Err(reason) => Err(*reason),
    };
    let events = match events {
        Ok(events) => events,
        Err(reason) => {
            processed.refuse(entry, facts.event_id, ("invalid", reason));
            return processed;
        }
    };
    for (event_id, event) in events {
        let receipt = receipt(facts, event_id);
        let look_up = |request: &Request| look_ups.of(facts.project_id, request);
        match pipeline::process(event, &receipt, (settings, rules), &look_up) {
            Outcome::Filtered(reason) => processed.refuse(entry, event_id, ("filtered", reason)),
            Outcome::Ready(ready) => match batch_event(entry, event_id, *ready) {
                Ok(event) => {
                    processed.batch.events.push(event);
                    processed.event_entries.push(entry.stream_id.clone());
                }
                Err(error) => processed.broken.push((entry.stream_id.clone(), error.to_string())),
            },
        }
    }
    processed
}

fn receipt(facts: &EntryFacts, event_id: Uuid) -> Receipt {
    Receipt {
        event_id,
        received_at: facts.received_at,
        client_ip: facts.client_ip,
        client: facts.client.clone(),
        user_agent: facts.user_agent.clone(),
        sent_at: facts.sent_at,
    }
}

fn batch_event(entry: &StreamEntry, event_id: Uuid, ready: pipeline::ReadyEvent) -> io::Result<BatchEvent> {
    let facts = &entry.facts;
    let mut event = BatchEvent {
        entry: place(entry),
        project_id: facts.project_id,
        key_id: facts.key_id,
        event_id,
        received_at: facts.received_at,
        hashes: ready.hashes,
        summary: ready.summary,
        size: i32::try_from(ready.json.len()).unwrap_or(i32::MAX),
        body: NewBody::of(ready.json)?,
        attachments: facts.attachments.clone(),
        is_redelivered: entry.is_redelivered,
        category: category(facts),
    };
    event.remove_nul();
    Ok(event)
}

impl Processed {
    fn append(&mut self, mut other: Self) {
        self.batch.events.append(&mut other.batch.events);
        self.batch.refused.append(&mut other.batch.refused);
        self.event_entries.append(&mut other.event_entries);
        self.stream_ids.append(&mut other.stream_ids);
        self.broken.append(&mut other.broken);
    }

    fn refuse(&mut self, entry: &StreamEntry, event_id: Uuid, outcome: (&'static str, &'static str)) {
        let facts = &entry.facts;
        self.batch.refused.push(Refused {
            entry: place(entry),
            project_id: facts.project_id,
            key_id: facts.key_id,
            event_id,
            received_at: facts.received_at,
            outcome,
            category: category(facts),
            is_redelivered: entry.is_redelivered,
        });
    }
}

/// Redis makes nothing but two numbers.
fn place(entry: &StreamEntry) -> StreamId {
    StreamId::parse(&entry.stream_id).unwrap_or_default()
}

fn category(facts: &EntryFacts) -> &'static str {
    let category = if facts.kind == EntryKind::Security { Category::Security } else { Category::Error };
    category.as_str()
}
