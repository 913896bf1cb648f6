//! The one web error. Handlers return it; the area they are in (pages, API) renders it in its middleware.

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::arrived::Arrived;
use crate::types::scope::Scope;

/// What a handler answers with.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request is refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("not found")]
    NotFound,
    /// The organization or project was renamed; the same thing is at `location` now.
    #[error("the resource has moved to {location}")]
    Moved { location: String, slug: String },
    /// The organization was removed, and can be restored for a day.
    #[error("this organization was removed; its owners can restore it for a day")]
    OrganizationRemoved { slug: String },
    /// Nobody is signed in, or the token is not valid.
    #[error("authentication credentials were not provided or are not valid")]
    Unauthorized,
    /// A dangerous change through a session whose user has not proved lately who they are.
    #[error("confirm who you are, then try again")]
    SudoRequired { username: String },
    /// The organization wants its members to have a second factor, and this one has none.
    #[error("this organization requires two-factor authentication")]
    TwoFactorRequired,
    /// One of these scopes would be needed; empty: only a superuser may.
    #[error("you do not have permission to do this")]
    Forbidden(&'static [Scope]),
    /// A form posted from another site.
    #[error("the request came from another site")]
    CrossSite(Box<Arrived>),
    /// Pages and API are for other networks (`web.allowed-networks`).
    #[error("{0} is not in a network that may use this server")]
    AddressRefused(String),
    #[error("{0}")]
    BadRequest(Cow<'static, str>),
    #[error("some fields are not valid")]
    Invalid(FieldErrors),
    #[error("{0}")]
    Conflict(Cow<'static, str>),
    #[error("too many requests; try again in {retry_after} s")]
    TooManyRequests { retry_after: u64 },
    #[error("{0}")]
    PayloadTooLarge(Cow<'static, str>),
    #[error("{0}")]
    UnsupportedMediaType(Cow<'static, str>),
    #[error("the method is not allowed here")]
    MethodNotAllowed,
    /// A store is away.
    #[error("the service is temporarily unavailable")]
    Unavailable,
    /// What is stored of an event can't be read; the rest of its issue can.
    #[error("the stored data of this event is damaged and cannot be read")]
    DamagedEvent,
    #[error("internal error")]
    Internal(#[source] anyhow::Error),
}

/// Messages by field, in the order of the form; the field `non_field_errors` speaks of the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(&'static str, String)>);

impl FieldErrors {
    /// Errors with a first message.
    pub fn one(field: &'static str, message: impl Into<String>) -> Self {
        Self(vec![(field, message.into())])
    }

    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.0.push((field, message.into()));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first message for a field, for the form.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| *name == field).map(|(_, message)| message.as_str())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(field, message)| (*field, message.as_str()))
    }
}

impl Error {
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::OrganizationRemoved { .. } => StatusCode::NOT_FOUND,
            Self::Moved { .. } => StatusCode::FOUND,
            Self::Unauthorized | Self::SudoRequired { .. } | Self::TwoFactorRequired => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) | Self::CrossSite(_) | Self::AddressRefused(_) => StatusCode::FORBIDDEN,
            Self::BadRequest(_) | Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::PayloadTooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::DamagedEvent | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A message in a handler's own words.
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::BadRequest(message.into())
    }
}

/// Travels from the handler to the area's middleware inside an otherwise empty response.
#[derive(Clone)]
pub struct Failure(pub Arc<Error>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = status.into_response();
        response.extensions_mut().insert(Failure(Arc::new(self)));
        response
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => {
                tracing::error!(error = &error as &dyn std::error::Error, "PostgreSQL is away");
                Self::Unavailable
            }
            other => Self::Internal(other.into()),
        }
    }
}

impl From<redis::RedisError> for Error {
    fn from(error: redis::RedisError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "Redis is away");
        Self::Unavailable
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Self::Internal(error.into())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(error.into())
    }
}
