//! What SDKs send: credentials, envelopes, event bodies, security reports. No I/O; takes anything an SDK ever sent; never panics.

pub mod artifact;
pub mod auth;
pub mod body;
pub mod category;
pub mod dsn;
pub mod envelope;
pub mod event;
pub mod event_id;
pub mod interfaces;
pub mod multipart;
pub mod origin;
pub mod rate_limits;
pub mod security;
pub mod timestamp;
pub mod zip;
