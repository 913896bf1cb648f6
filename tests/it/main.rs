//! Every integration test, in one binary: linked once. Mirrors the rooms under test.

mod api;
mod ingest;
mod architecture;
mod dependencies;
mod pages;
mod support;
