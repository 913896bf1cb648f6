//! What runs here, by the addresses of Sentry: environment, packages, warnings.

mod environment;
mod packages;
mod warnings;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use crate::app::App;
use crate::web::extract::SuperuserAccess;
use crate::web::redirect;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/manage/status/environment/", get(environment::show))
        .route("/manage/status/packages/", get(packages::show))
        .route("/manage/status/warnings/", get(warnings::show))
        .route("/manage/status/mail/", get(mail))
}

/// Mail has a page of its own.
async fn mail(State(app): State<App>, _access: SuperuserAccess) -> Response {
    redirect(&app, "/manage/mail/")
}
