//! Real SDKs, old and current, send to a running Picket with a worker; what is shown is compared with what was sent.
//!
//! `tests/clients` holds the SDKs and the scenario; `make test` installs them before.

mod browsers;
mod bundles;
mod command_line;
mod nginx;
mod proxy;
mod roles;
mod scenario;
pub mod scripts;
mod sentry_cli;
mod web_api;
