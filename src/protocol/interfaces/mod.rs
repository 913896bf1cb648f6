//! The typed parts of a normalised event, one file per interface.
//!
//! What pages and the API show is read through these views. They borrow from the JSON tree, never fail, and skip what
//! has an unexpected shape: events imported from elsewhere, or stored by an older version, must stay readable.

pub mod breadcrumbs;
pub mod contexts;
pub mod debug_meta;
pub mod exception;
pub mod logentry;
pub mod problem;
pub mod read;
pub mod request;
pub mod sdk;
pub mod security;
pub mod stacktrace;
pub mod template;
pub mod threads;
pub mod user;
