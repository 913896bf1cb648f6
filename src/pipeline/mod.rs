//! One event from raw to ready.
//!
//! The stages, in order (architecture.md 3, normalize.md 1):
//!
//! 1. `filter`: inbound filters look at the raw data; what they refuse ends as [`Outcome::Filtered`].
//! 2. `normalize`: every attribute into its canonical shape; a bad value is dropped and noted in the event's `errors`.
//! 3. `symbolicate`: source maps (issue 2 brings it).
//! 4. `scrub`: secrets leave before anything is persisted.
//! 5. `group`: the hashes that lead to the issue.
//! 6. `summarize`: type, title, culprit, tags, search text.
//!
//! All of it is pure, and none of it fails for bad client data.

pub mod filter;
pub mod group;
pub mod in_app;
pub mod normalize;
pub mod scrub;
pub mod summarize;

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What the server knows of a request when it takes an event in.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The id the client was told: the header's, else the payload's, else one of ours.
    pub event_id: Uuid,
    pub received_at: DateTime<Utc>,
    pub client_ip: Option<IpAddr>,
    /// `sentry_client`, else the User-Agent; fills `sdk` where the payload has none.
    pub client: String,
    /// The request's User-Agent header (security reports and filters).
    pub user_agent: String,
    /// The envelope's `sent_at`, for clock drift.
    pub sent_at: Option<DateTime<Utc>>,
}
