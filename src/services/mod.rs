//! Use cases, by area: the only place with business decisions. No HTTP, no HTML.

pub mod accounts;
pub mod events;
pub mod ingest;
pub mod issues;
pub mod keys;
pub mod organizations;
pub mod outcomes;
pub mod projects;
pub mod setup;
pub mod teams;
pub mod tokens;
