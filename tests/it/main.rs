//! Every integration test, in one binary: linked once. Mirrors the rooms under test.

mod api;
mod architecture;
mod dependencies;
mod ingest;
mod pages;
mod support;
mod worker;
