//! The 128-bit hash that leads from an event to its issue.

use uuid::Uuid;

/// An md5, kept as a UUID in PostgreSQL and shown as 32 hexadecimal digits. Never security relevant (grouping.md 8.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct EventHash(pub Uuid);

impl std::fmt::Display for EventHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.as_simple().fmt(f)
    }
}
