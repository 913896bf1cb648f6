//! The installation: its set-up and its administration.

mod banner;
mod checks;
mod mail;
mod organizations;
mod overview;
mod projects;
mod queue;
mod settings;
mod setup;
mod status;
mod users;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/manage/", get(overview::show))
        .route("/manage/setup/", get(setup::show).post(setup::save))
        .route("/manage/settings/", get(settings::show).post(settings::save))
        .route("/manage/public-url/", post(banner::use_url))
        .route("/manage/banner/{banner}/dismiss/", post(banner::dismiss))
        .route("/manage/checks/", get(checks::show).post(checks::run_all))
        .route("/manage/checks/{check}/", post(checks::run))
        .route("/manage/mail/", get(mail::show))
        .route("/manage/mail/test/", post(mail::test))
        .route("/manage/mail/{mail}/retry/", post(mail::retry))
        .route("/manage/queue/", get(queue::show))
        .route("/manage/queue/{event}/replay/", post(queue::replay))
        .route("/manage/queue/{event}/drop/", post(queue::forget))
        .route("/manage/organizations/", get(organizations::show))
        .route("/manage/projects/", get(projects::show))
        .merge(status::routes())
        .merge(users::routes())
}
