//! Accepts connections until shutdown, then finishes what is in hand.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

use super::router::router;
use super::{ingest, release_path};
use crate::app::App;
use crate::services::ingest::Ingest;

/// Slow headers are a way to hold connections.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);

/// Request line and headers together; beyond it the client reads 431.
const MAX_HEADER_BYTES: usize = 128 << 10;

/// What every request needs.
struct Server {
    app: App,
    router: Router,
    ingest: Arc<Ingest>,
}

/// Where connections come in.
pub struct Listeners {
    pub everything: TcpListener,
    /// Takes events and nothing else, so that it may face the internet (demands.md 17).
    pub ingest: Option<TcpListener>,
}

impl From<TcpListener> for Listeners {
    fn from(everything: TcpListener) -> Self {
        Self { everything, ingest: None }
    }
}

/// What a connection may ask for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Everything,
    Ingest,
}

/// Serves until `app.shutdown`, then waits for open requests at most `web.shutdown_timeout`.
pub async fn serve(app: App, listeners: impl Into<Listeners>) -> std::io::Result<()> {
    let Listeners { everything, ingest } = listeners.into();
    let server = Arc::new(Server { router: router(app.clone()), ingest: Ingest::start(&app), app });
    let app = &server.app;
    let connections = GracefulShutdown::new();
    let events_alone = async {
        if let Some(listener) = ingest {
            accept(&server, &connections, listener, Reach::Ingest).await;
        }
    };
    tokio::join!(accept(&server, &connections, everything, Reach::Everything), events_alone);
    if tokio::time::timeout(app.config.web.shutdown_timeout, connections.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish before the shutdown timeout");
    }
    server.ingest.stop().await;
    Ok(())
}

async fn accept(server: &Arc<Server>, connections: &GracefulShutdown, listener: TcpListener, reach: Reach) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = server.app.shutdown.cancelled() => return,
        };
        match accepted {
            Ok((stream, peer)) => spawn_connection(server, connections, stream, (peer, reach)),
            // Out of file descriptors, most likely: waiting is all that helps.
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

fn spawn_connection(
    server: &Arc<Server>,
    connections: &GracefulShutdown,
    stream: TcpStream,
    from: (SocketAddr, Reach),
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    let context = server.clone();
    let service = service_fn(move |request| answer(context.clone(), request, from));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    server.app.tasks.spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}

/// Ingest first: it is most of the traffic, and passes none of the router's layers.
async fn answer(
    server: Arc<Server>,
    request: Request<Incoming>,
    (peer, reach): (SocketAddr, Reach),
) -> Result<Response<Body>, Infallible> {
    let request = without_base_path(&server.app, request);
    if let Some(route) = ingest::Route::of(request.method(), request.uri().path(), request.headers()) {
        return Ok(ingest::answer(&server.ingest, route, request, peer).await);
    }
    if reach == Reach::Ingest && request.uri().path() != "/_health/" {
        return Ok(only_events());
    }
    let mut request = with_whole_version(request.map(Body::new));
    request.extensions_mut().insert(ConnectInfo(peer));
    server.router.clone().oneshot(request).await
}

/// What else there may be is not told here.
fn only_events() -> Response<Body> {
    let body = Body::from(r#"{"detail":"only events are taken here"}"#);
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::NOT_FOUND;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Takes the path of the public URL off, where the proxy has not done so.
fn without_base_path(app: &App, mut request: Request<Incoming>) -> Request<Incoming> {
    let base = super::base_path(app);
    if base.is_empty() {
        return request;
    }
    let path_and_query = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let rest = path_and_query.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    if let Some(rest) = rest {
        let rest = if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") };
        if let Ok(uri) = rest.parse() {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// Makes the version in a path one part, so that the router can tell it from what follows.
fn with_whole_version(mut request: Request<Body>) -> Request<Body> {
    if let Some(path) = release_path::with_whole_version(request.uri().path()) {
        let query = request.uri().query().map_or_else(String::new, |query| format!("?{query}"));
        if let Ok(uri) = format!("{path}{query}").parse() {
            *request.uri_mut() = uri;
        }
    }
    request
}
