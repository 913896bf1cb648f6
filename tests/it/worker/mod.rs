//! From the event stream to the tables: each event once, counters that add up, jobs and cleanup.

mod bodies;
mod cleanup;
mod deletion;
mod exactly_once;
mod hostile_maps;
mod jobs;
mod life_cycle;
mod mail;
mod merging;
mod queue;
mod saving;
mod scraping;
mod symbolication;
mod users;
mod vectors;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use picket::config::Config;
use picket::types::entry_kind::EntryKind;
use picket::volatile::event_stream::{EntryFacts, NewEntry};
use picket::worker;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Project, TestApp};

/// A project with events that can be queued without a web server.
pub struct Stage {
    pub test: TestApp,
    pub project: Project,
}

impl Stage {
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(change: impl Fn(&mut Config) + Send + Sync + 'static) -> Self {
        let test = TestApp::spawn_with(change).await;
        let project = test.project().await;
        Self { test, project }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.test.app.clock.now()
    }

    pub fn db(&self) -> &sqlx::PgPool {
        &self.test.app.db
    }

    /// Queues an event as ingest does.
    pub async fn queue(&self, event_id: Uuid, event: &Value) {
        self.queue_body(event_id, event.to_string().into()).await;
    }

    pub async fn queue_body(&self, event_id: Uuid, body: Bytes) {
        let facts = EntryFacts {
            kind: EntryKind::Store,
            project_id: self.project.project.id,
            key_id: self.project.key.id,
            event_id,
            received_at: self.now(),
            client_ip: None,
            client: "test/1".to_owned(),
            user_agent: String::new(),
            encoding: String::new(),
            sent_at: None,
            attachments: Vec::new(),
        };
        self.test.app.redis.append(&NewEntry { facts, body }).await.expect("Redis is running");
    }

    /// Queues an event of an issue and saves it.
    pub async fn send(&self, event: &Value) {
        self.queue(Uuid::new_v4(), event).await;
        self.work().await;
    }

    pub async fn work(&self) {
        worker::drain(&self.test.app).await.expect("both stores are running");
    }

    pub async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.db()).await.expect(sql)
    }

    pub async fn text(&self, sql: &'static str) -> String {
        sqlx::query_scalar(sql).fetch_one(self.db()).await.expect(sql)
    }

    pub async fn execute(&self, sql: &'static str) {
        sqlx::query(sql).execute(self.db()).await.expect(sql);
    }

    pub async fn assert_consistent_issues(&self) {
        assert_eq!(self.number(INCONSISTENT_ISSUES).await, 0, "counters of issues do not add up");
    }

    /// Every counter is what counting the rows gives.
    pub async fn assert_consistent(&self) {
        self.assert_consistent_issues().await;
        let accepted = "SELECT coalesce(sum(quantity), 0)::bigint FROM outcomes WHERE outcome = 'accepted'";
        let events = self.number("SELECT count(*) FROM events").await;
        assert_eq!(self.number(accepted).await, events);
        assert_eq!(self.number("SELECT coalesce(sum(events), 0)::bigint FROM release_hours").await, events);
    }
}

/// Issues whose counters differ from their events, hours or users.
pub const INCONSISTENT_ISSUES: &str = "
    SELECT count(*) FROM issues
    WHERE times_seen <> (SELECT count(*) FROM events WHERE issue_id = issues.id)
        OR times_seen <> (SELECT coalesce(sum(events), 0) FROM issue_hours WHERE issue_id = issues.id)
        OR users_seen <> (
            SELECT count(*) FROM issue_tags JOIN tag_values ON tag_values.id = tag_value_id
            WHERE issue_id = issues.id AND key = 'user'
        )";

/// Issues whose counters, tags or times differ from their stored events.
pub const RECOUNT: &str = "
    SELECT count(*) FROM issues
    WHERE times_seen <> (SELECT count(*) FROM events WHERE issue_id = issues.id)
        OR (first_seen, last_seen) <> (
            SELECT COALESCE(min(occurred_at), first_seen), COALESCE(max(occurred_at), last_seen)
            FROM events WHERE issue_id = issues.id
        )
        OR EXISTS (
            SELECT hour, events FROM issue_hours WHERE issue_id = issues.id
            EXCEPT
            SELECT date_trunc('hour', occurred_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', count(*) FROM events WHERE issue_id = issues.id GROUP BY 1
        )
        OR EXISTS (
            (SELECT tag_value_id, times_seen, first_seen, last_seen FROM issue_tags WHERE issue_id = issues.id
            EXCEPT
            SELECT tag.id, count(*), min(occurred_at), max(occurred_at)
            FROM events, UNNEST(tag_value_ids) AS tag (id) WHERE issue_id = issues.id GROUP BY tag.id)
            UNION ALL
            (SELECT tag.id, count(*), min(occurred_at), max(occurred_at)
            FROM events, UNNEST(tag_value_ids) AS tag (id) WHERE issue_id = issues.id GROUP BY tag.id
            EXCEPT
            SELECT tag_value_id, times_seen, first_seen, last_seen FROM issue_tags WHERE issue_id = issues.id)
        )";

/// Has what leads to the newest issue discarded from now on.
pub const DISCARD: &str = "
    WITH new AS (
        INSERT INTO issue_tombstones (project_id, previous_issue_id, event_type, level, title, culprit, metadata, message,
            created_at)
        SELECT project_id, id, event_type, level, title, culprit, metadata, message, now() FROM issues
        ORDER BY id DESC LIMIT 1
        RETURNING id, previous_issue_id
    )
    UPDATE issue_hashes SET issue_id = NULL, tombstone_id = new.id FROM new WHERE issue_id = new.previous_issue_id";

/// An event whose issue is decided by `error`.
pub fn event(error: &str, user: &str) -> Value {
    json!({
        "platform": "python",
        "level": "error",
        "release": "shop@1.0.0",
        "environment": "production",
        "user": { "id": user },
        "tags": { "queue": "mail" },
        "exception": { "values": [{ "type": error, "value": "it broke", "stacktrace": { "frames": [
            { "function": "main", "module": "app", "filename": "app.py", "lineno": 1, "in_app": true },
        ] } }] },
    })
}
