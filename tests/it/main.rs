//! Every integration test, in one binary: linked once. Mirrors the rooms under test.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod api;
mod architecture;
mod artifacts;
mod browser;
mod cli;
mod clients;
mod config;
mod dependencies;
mod directory;
mod faults;
mod ingest;
mod pages;
mod support;
mod worker;
