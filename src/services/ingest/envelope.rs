//! Envelopes: each item goes its own way (ingest.md 7.3, 8.3).

use bytes::Bytes;
use serde::Deserialize;
use uuid::Uuid;

use super::{Category, EntryKind, Ingest, Outcome, QueuedAttachment, Refusal, Submission, event_id, event_id_of};
use crate::protocol::{
    body::Encoding,
    envelope::{self, Headers, Item},
};

/// What has become of an envelope.
#[derive(Debug)]
pub struct Accepted {
    /// The header's id, or that of its event.
    pub event_id: Option<Uuid>,
    /// The limit that kept the event out, while the rest was taken.
    pub limited: Option<Refusal>,
}

/// Items that are dropped without a word, since nothing shows them.
const UNSUPPORTED: &[&str] = &[
    "check_in",
    "form_data",
    "log",
    "metric_buckets",
    "metric_meta",
    "nel",
    "otel_log",
    "otel_logs_data",
    "otel_span",
    "otel_traces_data",
    "profile",
    "profile_chunk",
    "replay_event",
    "replay_recording",
    "replay_video",
    "span",
    "statsd",
    "trace_metric",
    "unreal_report",
];

/// Largest report of a client about what it dropped.
const MAX_CLIENT_REPORT_BYTES: usize = 100 << 10;

/// An envelope is queued as it came unless this much of it is of no use to the worker.
const MAX_USELESS_BYTES: usize = 16 << 10;

impl Ingest {
    /// Takes an unpacked envelope; `body` is how it came.
    pub async fn envelope(&self, submission: &Submission, body: Bytes, decoded: &Bytes) -> Result<Accepted, Refusal> {
        let envelope = envelope::parse(decoded)?;
        let mut items = Items::default();
        envelope.items.iter().for_each(|item| self.sort(submission, item, &mut items));
        let limit = self.app.config.ingest.max_event_bytes;
        if items.event.is_some_and(|event| event.payload.len() > limit) {
            return Err(Refusal::TooLarge("event", limit));
        }
        let event_id = items.event_id(&envelope.headers)?;
        self.write_reports(submission, &items.reports, event_id).await?;
        for report in &items.security {
            match self.security(submission, report, None).await {
                Err(refusal @ (Refusal::Unavailable | Refusal::QueueFull)) => return Err(refusal),
                Err(refusal) => self.count(submission, refusal.outcome(), Category::Security, 1),
                Ok(()) => {}
            }
        }
        let limited = if let Some(event) = items.event {
            let source = (&envelope.headers, body, decoded);
            self.take_event(submission, &items, (event, event_id), source).await?
        } else {
            self.take_attachments_alone(submission, &items.attachments, event_id, decoded).await?;
            None
        };
        let has_id = envelope.headers.event_id.is_some() || items.event.is_some();
        Ok(Accepted { event_id: event_id.filter(|_| has_id), limited })
    }

    /// Puts an item where it belongs, or counts why it is dropped.
    fn sort<'e, 'a>(&self, submission: &Submission, item: &'e Item<'a>, items: &mut Items<'e, 'a>) {
        let Some(category) = Category::of_item(&item.kind) else {
            return self.count_client_report(submission, item.payload);
        };
        let quantity = item.item_count.unwrap_or(1).clamp(1, 1000);
        let drop = |reason| self.count(submission, (Outcome::Filtered, reason), category, quantity);
        match &*item.kind {
            "event" if items.event.is_none() => items.event = Some(item),
            "event" => drop("second_event"),
            "attachment" => items.attachments.push(item),
            "user_report" | "feedback" => items.reports.push(item),
            "security" | "raw_security" => items.security.push(item.payload),
            // Counted for the statistics; nothing of them is stored.
            "session" | "sessions" | "transaction" => {
                self.count(submission, (Outcome::Accepted, ""), category, quantity);
            }
            kind if UNSUPPORTED.contains(&kind) => drop("unsupported"),
            _ => drop("unknown_item"),
        }
    }

    /// Queues the event with its attachments, unless it is limited: then both are dropped.
    async fn take_event(
        &self,
        submission: &Submission,
        items: &Items<'_, '_>,
        (event, event_id): (&Item<'_>, Option<Uuid>),
        (headers, body, decoded): (&Headers<'_>, Bytes, &Bytes),
    ) -> Result<Option<Refusal>, Refusal> {
        let event_id = event_id.unwrap_or_else(event_id::generate);
        match submission.admission.take_from_limits(&self.app, submission.received_at).await {
            Err(limited @ Refusal::RateLimited(_)) => {
                self.count(submission, limited.outcome(), Category::Error, 1);
                let attachments = items.attachments.len() as u64;
                if attachments > 0 {
                    self.count(submission, limited.outcome(), Category::Attachment, attachments);
                }
                return Ok(Some(limited));
            }
            other => other?,
        }
        let attachments = self.keep_attachments(submission, &items.attachments, decoded).await?;
        let is_whole = attachments.is_empty()
            && items.security.is_empty()
            && submission.encoding != Encoding::Identity
            && decoded.len() - event.payload.len() <= MAX_USELESS_BYTES;
        let (kind, body, encoding) = if is_whole {
            (EntryKind::Envelope, body, submission.encoding)
        } else {
            (EntryKind::Store, decoded.slice_ref(event.payload), Encoding::Identity)
        };
        let mut facts = submission.facts(kind, event_id);
        facts.sent_at = headers.sent_at;
        facts.attachments = attachments;
        self.queue(facts, body, encoding).await.map(|()| None)
    }

    /// Files of an event that came, or comes, in another request.
    async fn take_attachments_alone(
        &self,
        submission: &Submission,
        items: &[&Item<'_>],
        event_id: Option<Uuid>,
        decoded: &Bytes,
    ) -> Result<(), Refusal> {
        if items.is_empty() {
            return Ok(());
        }
        let Some(event_id) = event_id else {
            self.count(submission, (Outcome::Invalid, "event_id"), Category::Attachment, items.len() as u64);
            return Ok(());
        };
        let kept: Vec<QueuedAttachment> = self.keep_attachments(submission, items, decoded).await?;
        self.write_attachments(submission, event_id, kept).await
    }

    /// Adds what a client says it dropped; what cannot be read is ignored.
    fn count_client_report(&self, submission: &Submission, payload: &[u8]) {
        if payload.len() > MAX_CLIENT_REPORT_BYTES {
            return;
        }
        let Ok(report) = serde_json::from_slice::<ClientReport>(payload) else { return };
        for discarded in report.all().take(MAX_DISCARDED) {
            let what = (Outcome::ClientDiscard, discard_reason(&discarded.reason));
            let quantity = discarded.quantity.min(MAX_QUANTITY);
            self.count(submission, what, Category::parse(&discarded.category), quantity);
        }
    }
}

/// The items that are kept.
#[derive(Default)]
struct Items<'e, 'a> {
    event: Option<&'e Item<'a>>,
    attachments: Vec<&'e Item<'a>>,
    reports: Vec<&'e Item<'a>>,
    security: Vec<&'a [u8]>,
}

impl Items<'_, '_> {
    /// The header's id; else the event's own; else, for an event, a new one.
    fn event_id(&self, headers: &Headers<'_>) -> Result<Option<Uuid>, Refusal> {
        if headers.event_id.is_some() {
            return Ok(headers.event_id);
        }
        let Some(event) = self.event else { return Ok(None) };
        Ok(Some(event_id_of(event.payload)?.unwrap_or_else(event_id::generate)))
    }
}

/// Entries of a client report that are looked at, and the most one may claim.
const MAX_DISCARDED: usize = 200;
const MAX_QUANTITY: u64 = 1_000_000_000;

/// What a client dropped before sending (ingest.md 8.3, 8.4).
#[derive(Default, Deserialize)]
#[serde(default)]
struct ClientReport {
    #[serde(rename = "discarded_events")]
    discarded: Vec<Discarded>,
    #[serde(rename = "rate_limited_events")]
    rate_limited: Vec<Discarded>,
    #[serde(rename = "filtered_events")]
    filtered: Vec<Discarded>,
    #[serde(rename = "filtered_sampling_events")]
    sampled: Vec<Discarded>,
}

#[derive(Deserialize)]
struct Discarded {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    quantity: u64,
}

impl ClientReport {
    fn all(&self) -> impl Iterator<Item = &Discarded> {
        [&self.discarded, &self.rate_limited, &self.filtered, &self.sampled].into_iter().flatten()
    }
}

/// The reasons SDKs give; others are one, so that clients cannot fill the statistics.
fn discard_reason(reason: &str) -> &'static str {
    const REASONS: [&str; 12] = [
        "queue_overflow",
        "cache_overflow",
        "buffer_overflow",
        "ratelimit_backoff",
        "network_error",
        "sample_rate",
        "before_send",
        "event_processor",
        "send_error",
        "internal_sdk_error",
        "insufficient_data",
        "backpressure",
    ];
    REASONS.into_iter().find(|known| *known == reason).unwrap_or("other")
}
