//! A set-up check's own request, come back through every proxy (`services::checks`).

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;

use crate::app::App;
use crate::services::checks::Seen;
use crate::web::arrived::Arrived;
use crate::web::client_ip::client_ip;

/// Reads the body to its end and tells how the request arrived; strangers learn nothing.
pub async fn answer(
    State(app): State<App>,
    Path(secret): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    arrived: Arrived,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if !matches!(app.redis.is_probe(&secret).await, Ok(true)) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let text = |value: Option<String>| value.unwrap_or_default();
    let upload_root = arrived.root_url(&app);
    let seen = Seen {
        peer: peer.ip().to_canonical().to_string(),
        is_trusted: arrived.is_trusted,
        client_ip: client_ip(peer, &headers, &app.config.web.trusted_proxies).to_string(),
        host: text(arrived.host),
        origin: text(arrived.origin),
        forwarded_proto: text(arrived.forwarded_proto),
        forwarded_host: text(arrived.forwarded_host),
        forwarded_for: text(arrived.forwarded_for),
        body: length(body).await,
        upload_root,
    };
    axum::Json(seen).into_response()
}

async fn length(mut body: Body) -> u64 {
    let mut length = 0;
    while let Some(Ok(frame)) = body.frame().await {
        length += frame.data_ref().map_or(0, |data| data.len() as u64);
    }
    length
}
