//! Picket, a self-hosted error-tracking server. The rooms in layer order; ARCHITECTURE.md tells who may import whom.

pub mod types;

pub mod config;
pub mod messages;
pub mod protocol;

pub mod outbound;
pub mod pipeline;
pub mod store;
pub mod volatile;

pub mod app;
pub mod cron;
pub mod jobs;
pub mod services;
pub mod worker;

pub mod cli;
pub mod web;
