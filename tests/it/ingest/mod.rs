//! What SDKs post: HTTP in; answers, stream entries, rows and files out.

mod answers;
mod attachments;
mod cors;
mod envelope;
mod hostile;
mod large;
mod limits;
mod outcomes;
mod reports;
mod security;
mod store;

use picket::protocol::body::{Encoding, decode};
use picket::store::project_keys::ProjectKey;
use picket::types::ids::ProjectId;
use picket::volatile::event_stream::EntryFacts;
use redis::AsyncCommands;
use redis::streams::StreamRangeReply;
use reqwest::RequestBuilder;
use serde_json::Value;
use sqlx::Row;

use crate::support::{Answer, Client, TestApp};

const EVENT_ID: &str = "9ec79c33ec9942ab8353589fcb2e04dc";

/// A client that knows a project's key.
struct Sdk {
    client: Client,
    key: ProjectKey,
}

impl Sdk {
    fn project_id(&self) -> ProjectId {
        self.key.project_id
    }

    fn path(&self, endpoint: &str) -> String {
        format!("/api/{}/{endpoint}/", self.key.project_id)
    }

    fn auth(&self) -> String {
        format!("Sentry sentry_version=7, sentry_client=test/1.0, sentry_key={}", self.key.public_key)
    }

    fn dsn(&self) -> String {
        format!("https://{}@errors.test/{}", self.key.public_key, self.key.project_id)
    }

    /// A request with the key in its header.
    fn request(&self, endpoint: &str) -> RequestBuilder {
        self.client.request("POST", &self.path(endpoint)).header("x-sentry-auth", self.auth())
    }

    async fn send(&self, request: RequestBuilder) -> Answer {
        self.client.send(request).await
    }

    async fn store(&self, body: impl Into<reqwest::Body>) -> Answer {
        self.send(self.request("store").body(body)).await
    }

    async fn envelope(&self, body: impl Into<reqwest::Body>) -> Answer {
        self.send(self.request("envelope").body(body)).await
    }
}

/// What is in the stream.
struct Queued {
    facts: EntryFacts,
    /// Unpacked.
    body: Vec<u8>,
}

impl Queued {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a queued body is JSON")
    }
}

impl TestApp {
    /// A project `shop` and a client that knows its key.
    async fn sdk(&self) -> Sdk {
        Sdk { client: self.anonymous(), key: self.project().await.key }
    }

    /// Everything in the stream, oldest first.
    async fn queued(&self) -> Vec<Queued> {
        let mut redis = self.app.redis.connection.clone();
        let reply: StreamRangeReply = redis.xrange_all(self.app.redis.event_stream()).await.expect("a stream");
        let bytes = |entry: &redis::streams::StreamId, field: &str| -> Vec<u8> { entry.get(field).expect("a field") };
        reply
            .ids
            .iter()
            .map(|entry| {
                let facts: EntryFacts = serde_json::from_slice(&bytes(entry, "h")).expect("facts");
                let encoding = Encoding::from_header(&facts.encoding).expect("one encoding");
                let body = decode(&bytes(entry, "b"), encoding, 10 << 20).expect("a readable body").into_owned();
                Queued { facts, body }
            })
            .collect()
    }

    async fn only_queued(&self) -> Queued {
        let mut queued = self.queued().await;
        assert_eq!(queued.len(), 1);
        queued.remove(0)
    }

    /// Outcomes once they are written: `(project, outcome, reason, category, quantity)`, sorted.
    async fn outcomes(&self) -> Vec<(i64, String, String, String, i64)> {
        tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
        let query = "SELECT project_id, outcome, reason, category, quantity FROM outcomes ORDER BY 1, 2, 3, 4";
        let rows = sqlx::query(query).fetch_all(&self.app.db).await.expect("a table");
        rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4))).collect()
    }
}
