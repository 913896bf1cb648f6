//! Pages: `<area>/<page>.rs`, routes in `<area>/mod.rs`.

mod account;
mod activities;
mod auth;
mod back;
mod confirmed;
mod feedback;
mod flash;
mod home;
pub mod issues;
mod jobs;
mod manage;
mod numbered;
mod old_links;
mod onboarding;
mod organizations;
mod outcome_chart;
mod posted;
mod projects;
mod refusals;
pub mod releases;
mod rule_preview;
mod saved_searches;
mod session_rows;
mod share;
mod stats;

use axum::Router;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .merge(account::routes())
        .merge(activities::routes())
        .merge(auth::routes())
        .merge(feedback::routes())
        .merge(home::routes())
        .merge(issues::routes())
        .merge(jobs::routes())
        .merge(manage::routes())
        .merge(old_links::routes())
        .merge(onboarding::routes())
        .merge(organizations::routes())
        .merge(projects::routes())
        .merge(releases::routes())
        .merge(saved_searches::routes())
        .merge(share::routes())
        .merge(stats::routes())
}
