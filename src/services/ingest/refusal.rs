//! Why a request is refused: the answer's status, its message, and the outcome that is recorded (ingest.md 2.8, 6).

use chrono::{DateTime, Utc};

use crate::protocol::{
    auth::AuthError,
    body::BodyError,
    category::{Category, EVENTS},
    envelope::EnvelopeError,
    rate_limits::{self, RateLimit},
};
use crate::services::outcomes::Outcome;
use crate::types::json::InvalidJson;

/// Why a request is refused. The display is what the client reads.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Auth(#[from] AuthError),
    #[error("API key is disabled")]
    KeyDisabled,
    #[error("Invalid project_id")]
    InvalidProjectId,
    #[error("Two different projects were specified")]
    WrongProject,
    #[error("the project does not exist any more")]
    ProjectGone,
    #[error("the organization was removed")]
    OrganizationRemoved,
    #[error("Invalid origin: {0}")]
    Origin(String),
    #[error("Client must be upgraded for CORS support")]
    OriginWithoutProject,
    #[error(transparent)]
    Body(BodyError),
    /// What, and the limit in bytes.
    #[error("{0} exceeded the size limit of {1} bytes")]
    TooLarge(&'static str, usize),
    #[error("Bad data reconstructing object ({0})")]
    Json(#[from] InvalidJson),
    #[error("invalid event envelope: {0}")]
    Envelope(#[from] EnvelopeError),
    #[error("the DSN in the envelope is another one")]
    OtherDsn,
    #[error("Invalid security report")]
    SecurityReport,
    #[error("Invalid Content-Type")]
    ContentType,
    #[error("invalid multipart data")]
    Multipart,
    #[error("invalid event id")]
    EventId,
    #[error("{0} are not supported")]
    NotSupported(&'static str),
    #[error("not found")]
    NotFound,
    #[error("the method is not allowed here")]
    Method(&'static str),
    #[error("failed to read request body")]
    BrokenBody,
    #[error("the request body did not arrive in time")]
    SlowBody,
    #[error("Creation of this event was denied due to rate limiting")]
    RateLimited(LimitHit),
    #[error("the queue of events is full; try again later")]
    QueueFull,
    #[error("the server is temporarily unable to accept events; try again later")]
    Unavailable,
    #[error("internal error")]
    Internal,
}

/// A limit that is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitHit {
    /// `key`, `project` or `organization`, as the header calls it.
    pub scope: &'static str,
    pub reason: &'static str,
    pub resets_at: DateTime<Utc>,
}

/// Seconds after which a client may try again when the queue is full or a store away.
const BACKPRESSURE_SECONDS: u64 = 10;

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge(limit) => Self::TooLarge("the request body", limit),
            other => Self::Body(other),
        }
    }
}

impl Refusal {
    pub fn status(&self) -> u16 {
        match self {
            Self::Auth(AuthError::UnsupportedVersion(_)) => 400,
            Self::Auth(_) | Self::KeyDisabled => 401,
            Self::ProjectGone | Self::OrganizationRemoved | Self::Origin(_) => 403,
            Self::NotFound => 404,
            Self::Method(_) => 405,
            Self::SlowBody => 408,
            Self::TooLarge(..) => 413,
            Self::ContentType => 415,
            Self::RateLimited(_) | Self::QueueFull => 429,
            Self::Internal => 500,
            Self::NotSupported(_) => 501,
            Self::Unavailable => 503,
            _ => 400,
        }
    }

    /// How it is counted.
    pub fn outcome(&self) -> (Outcome, &'static str) {
        match self {
            Self::Origin(_) | Self::OriginWithoutProject => (Outcome::Filtered, "cors"),
            Self::RateLimited(hit) => (Outcome::RateLimited, hit.reason),
            Self::QueueFull => (Outcome::RateLimited, "queue_full"),
            Self::Unavailable => (Outcome::RateLimited, "unavailable"),
            other => (Outcome::Invalid, other.invalid_reason()),
        }
    }

    fn invalid_reason(&self) -> &'static str {
        match self {
            Self::Auth(_) => "auth",
            Self::KeyDisabled => "key_disabled",
            Self::InvalidProjectId | Self::WrongProject | Self::ProjectGone => "project_id",
            Self::OrganizationRemoved => "organization_removed",
            Self::OtherDsn => "other_dsn",
            Self::TooLarge(..) => "too_large",
            Self::Body(BodyError::Empty) | Self::Envelope(EnvelopeError::Empty) => "empty",
            Self::Body(_) => "encoding",
            Self::Json(_) => "json",
            Self::Envelope(_) => "envelope",
            Self::SecurityReport => "security_report",
            Self::ContentType => "content_type",
            Self::Multipart => "multipart",
            Self::EventId => "event_id",
            Self::NotSupported(_) | Self::NotFound | Self::Method(_) => "unsupported",
            Self::BrokenBody => "broken_body",
            Self::SlowBody => "slow_body",
            _ => "internal",
        }
    }

    /// After how many seconds the client may try again.
    pub fn retry_after(&self, now: DateTime<Utc>) -> Option<u64> {
        match self {
            Self::RateLimited(hit) => Some(hit.seconds(now)),
            Self::QueueFull | Self::Unavailable => Some(BACKPRESSURE_SECONDS),
            _ => None,
        }
    }

    /// The value of `X-Sentry-Rate-Limits`.
    pub fn rate_limits(&self, now: DateTime<Utc>) -> Option<String> {
        let categories = EVENTS.map(Category::as_str).to_vec();
        let (categories, scope, reason) = match self {
            Self::RateLimited(hit) => (categories, hit.scope, hit.reason),
            Self::QueueFull => (Vec::new(), "organization", "queue_full"),
            _ => return None,
        };
        let seconds = self.retry_after(now)?;
        let limit = RateLimit { seconds, categories, scope: Some(scope), reason: Some(reason), namespaces: None };
        Some(rate_limits::write(&[limit]))
    }
}

impl LimitHit {
    fn seconds(&self, now: DateTime<Utc>) -> u64 {
        let milliseconds = (self.resets_at - now).num_milliseconds();
        u64::try_from(milliseconds).unwrap_or(0).div_ceil(1000).max(1)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::{LimitHit, Refusal};

    #[test]
    fn limits_tell_when_to_come_back() {
        let now = DateTime::from_timestamp_millis(1_700_000_000_500).unwrap();
        let hit = |milliseconds| {
            let resets_at = now + TimeDelta::milliseconds(milliseconds);
            Refusal::RateLimited(LimitHit { scope: "key", reason: "key_quota", resets_at })
        };
        assert_eq!(hit(59_100).rate_limits(now).unwrap(), "60:error;default;security:key:key_quota");
        for (milliseconds, seconds) in [(1, 1), (0, 1), (-5000, 1), (1001, 2)] {
            assert_eq!(hit(milliseconds).retry_after(now), Some(seconds));
        }
        assert_eq!(Refusal::QueueFull.rate_limits(now).unwrap(), "10::organization:queue_full");
        assert_eq!(Refusal::Unavailable.rate_limits(now), None);
    }
}
