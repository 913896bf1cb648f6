//! Use cases, by area: the only place with business decisions. No HTTP, no HTML.

pub mod accounts;
pub mod artifacts;
pub mod assemble;
pub mod blobs;
pub mod chunks;
pub mod debug_files;
pub mod events;
pub mod first_run;
pub mod ingest;
pub mod issues;
pub mod job;
pub mod keys;
pub mod notes;
pub mod organizations;
pub mod outcomes;
pub mod project_activity;
pub mod projects;
pub mod releases;
pub mod retention;
pub mod seed;
pub mod setup;
pub mod snoozes;
pub mod stats;
pub mod symbolication;
pub mod teams;
pub mod tokens;
