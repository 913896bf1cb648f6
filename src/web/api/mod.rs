//! The web API `/api/0/`: `<resource>/<verb>.rs`, routes in `<resource>/mod.rs`.
//!
//! `docs/api.md` tells the conventions: ids are text, dates end in `Z`, errors are `{"detail"}` or messages by field.

mod access_requests;
mod api_keys;
mod assemble;
mod audit_logs;
mod body;
mod chunks;
mod date;
mod debug_files;
mod download;
mod events;
pub mod health;
mod index;
mod internal;
mod issues;
mod keys;
mod lists;
mod members;
mod organizations;
pub mod probe;
mod projects;
mod release_files;
mod releases;
mod repositories;
mod searches;
mod series;
mod stats;
mod tags;
mod teams;
mod tenancy;
mod upload;
mod user_feedback;
mod users;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/", get(index::show))
        .merge(access_requests::routes())
        .merge(api_keys::routes())
        .merge(assemble::routes())
        .merge(audit_logs::routes())
        .merge(searches::routes())
        .merge(chunks::routes())
        .merge(debug_files::routes())
        .merge(events::routes())
        .merge(internal::routes())
        .merge(issues::routes())
        .merge(keys::routes())
        .merge(members::routes())
        .merge(organizations::routes())
        .merge(projects::routes())
        .merge(release_files::routes())
        .merge(releases::routes())
        .merge(repositories::routes())
        .merge(stats::routes())
        .merge(tags::routes())
        .merge(teams::routes())
        .merge(user_feedback::routes())
        .merge(users::routes())
}
