//! Use cases, by area: the only place with business decisions. No HTTP, no HTML.

pub mod accounts;
pub mod events;
pub mod ingest;
<<<<<<< HEAD
pub mod issues;
=======
pub mod job;
>>>>>>> 107d16e (Run the worker: stream, jobs, cron, cleanup)
pub mod keys;
pub mod organizations;
pub mod outcomes;
pub mod projects;
pub mod retention;
pub mod snoozes;
pub mod stats;
pub mod setup;
pub mod teams;
pub mod tokens;
