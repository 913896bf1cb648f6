//! Who may come in at all: forms of our own pages, and addresses of the networks that are allowed.

use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::web::arrived::Arrived;
use crate::web::client_ip::client_ip_of;
use crate::web::error::Error;

/// Refuses what another site made a browser send. A token is no browser's: nothing is sent along with it by itself.
pub async fn cross_site(State(app): State<App>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && !request.headers().contains_key(header::AUTHORIZATION) {
        let arrived = Arrived::of(&app, request.headers(), request.extensions());
        if !arrived.is_own_site(&app.config) {
            return Error::CrossSite(Box::new(arrived)).into_response();
        }
    }
    next.run(request).await
}

/// Refuses addresses outside `web.allowed-networks`, where there are any.
pub async fn allowed_networks(State(app): State<App>, request: Request, next: Next) -> Response {
    let allowed = &app.config.web.allowed_networks;
    if allowed.is_empty() {
        return next.run(request).await;
    }
    let ip = client_ip_of(&app, request.headers(), request.extensions());
    if ip.is_some_and(|ip| allowed.iter().any(|network| network.contains(&ip))) {
        return next.run(request).await;
    }
    Error::AddressRefused(ip.map_or_else(|| "?".to_owned(), |ip| ip.to_string())).into_response()
}
