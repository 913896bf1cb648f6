//! What SDKs send: credentials, envelopes, event bodies, security reports. No I/O; takes anything an SDK ever sent; never panics.

pub mod event;
pub mod interfaces;
pub mod timestamp;
