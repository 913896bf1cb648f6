//! By which door an accepted request came in; decides how its body is read.

use serde::{Deserialize, Serialize};

/// What the body of an entry of the event stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// One event as JSON, possibly base64 and zlib of old clients (ingest.md 3.2).
    Store,
    /// An envelope (ingest.md 8).
    Envelope,
    /// A browser's security report (ingest.md 10).
    Security,
}
