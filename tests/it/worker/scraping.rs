//! Scripts that nobody uploaded come from the web, if a project asks for it, and only from where they may.
#![expect(clippy::disallowed_methods, reason = "the site may be lost with its test")]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use picket::store::projects;
use picket::types::project_settings::Fetching;
use serde_json::Value;

use super::Stage;
use super::symbolication::{SCRIPT, SOURCE, error_kinds, event, frame, frames, map};

/// What was asked for, and with which token.
type Requests = Arc<Mutex<Vec<(String, Option<String>)>>>;

/// A web site with a bundle, a page and redirects.
async fn site() -> (u16, Requests) {
    site_at(0).await
}

async fn site_at(port: u16) -> (u16, Requests) {
    let requests = Requests::default();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::clone(&requests);
    let answer = move |uri: Uri, headers: HeaderMap| async move {
        let token = headers.get("x-sentry-token").map(|token| token.to_str().unwrap().to_owned());
        seen.lock().unwrap().push((uri.path().to_owned(), token));
        respond(uri.path(), port)
    };
    tokio::spawn(axum::serve(listener, Router::new().fallback(get(answer))).into_future());
    (port, requests)
}

fn respond(path: &str, port: u16) -> Response {
    match path {
        "/js/app.min.js" | "/moved/app.min.js" => {
            let script = SCRIPT.replace("//# sourceMappingURL=app.min.js.map", "");
            ([("SourceMap", "/js/app.min.js.map")], script).into_response()
        }
        "/js/app.min.js.map" => map(Some(SOURCE)).into_response(),
        "/page.js" => "<!doctype html><p>Sign in".into_response(),
        "/huge.js" => vec![b' '; (20 << 20) + 1].into_response(),
        "/here.js" => (StatusCode::FOUND, [(LOCATION, "/moved/app.min.js")]).into_response(),
        "/inside.js" => {
            (StatusCode::FOUND, [(LOCATION, format!("http://localhost:{port}/js/app.min.js"))]).into_response()
        }
        "/round.js" => (StatusCode::FOUND, [(LOCATION, "/round.js")]).into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn stage() -> Stage {
    Stage::with(|config| config.source_maps.allowed_hosts = vec!["127.0.0.1".to_owned()]).await
}

impl Stage {
    async fn fetch(&self, allowed_domains: &str) {
        let mut settings = self.project.project.settings.0.clone();
        settings.allowed_domains = vec![allowed_domains.to_owned()];
        settings.fetching = Fetching { is_on: true, token: "s3cret".to_owned(), ..Fetching::default() };
        projects::update_settings(self.db(), self.project.project.id, &settings).await.unwrap();
    }

    /// An event with a frame at an address, as it was stored.
    async fn at(&self, url: &str) -> Value {
        self.sent(&event("shop@1", &[frame(url, 14)])).await
    }
}

fn paths(requests: &Requests) -> Vec<String> {
    requests.lock().unwrap().iter().map(|(path, _)| path.clone()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_fetched_unless_the_project_asks_for_it() {
    let (port, requests) = site().await;
    let stage = stage().await;
    let event = stage.at(&format!("http://127.0.0.1:{port}/js/app.min.js")).await;
    assert_eq!((error_kinds(&event), paths(&requests)), (vec!["js_no_source"], vec![]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn installations_may_forbid_it() {
    let (port, requests) = site().await;
    let stage = Stage::with(|config| config.source_maps.may_fetch = false).await;
    stage.fetch("*").await;
    let event = stage.at(&format!("http://127.0.0.1:{port}/js/app.min.js")).await;
    assert_eq!((error_kinds(&event), paths(&requests)), (vec!["js_no_source"], vec![]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn script_and_map_are_fetched_once_with_the_token() {
    let (port, requests) = site().await;
    let stage = stage().await;
    stage.fetch(&format!("127.0.0.1:{port}")).await;
    let url = format!("http://127.0.0.1:{port}/js/app.min.js#part");
    for _ in 0..2 {
        let event = stage.at(&url).await;
        let frame = &frames(&event)[0];
        assert_eq!((&frame["function"], &frame["lineno"]), (&"Cart.add".into(), &3.into()), "{event}");
        assert_eq!(frame["context_line"], "    throw new Error(item);");
        assert_eq!(frame["data"]["resolved_with"], "scraping");
        assert_eq!(error_kinds(&event), [""; 0]);
    }
    let token = Some("s3cret".to_owned());
    let asked = [("/js/app.min.js".to_owned(), token.clone()), ("/js/app.min.js.map".to_owned(), token)];
    assert_eq!(*requests.lock().unwrap(), asked);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_not_for_everybody() {
    let (port, requests) = site().await;
    let stage = stage().await;
    stage.fetch("*").await;
    stage.at(&format!("http://127.0.0.1:{port}/js/app.min.js")).await;
    let tokens: Vec<_> = requests.lock().unwrap().iter().map(|(_, token)| token.clone()).collect();
    assert_eq!(tokens, [None, None]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_say_why() {
    let (port, requests) = site().await;
    let stage = stage().await;
    stage.fetch("*").await;
    for (path, kind, reason) in [
        ("/missing.js", "fetch_invalid_http_code", "the server answered 404"),
        ("/page.js", "js_invalid_content", "a page came instead of a script"),
        ("/huge.js", "fetch_too_large", "larger than 20 MiB"),
        ("/inside.js", "restricted_ip", "localhost is not a public web address"),
        ("/round.js", "fetch_generic_error", "more than 5 redirects"),
    ] {
        let event = stage.at(&format!("http://127.0.0.1:{port}{path}")).await;
        assert_eq!(
            (&event["errors"][0]["type"], &event["errors"][0]["reason"]),
            (&kind.into(), &reason.into()),
            "{path}"
        );
    }
    assert_eq!(paths(&requests).iter().filter(|path| *path == "/round.js").count(), 6);
    let moved = stage.at(&format!("http://127.0.0.1:{port}/here.js")).await;
    assert_eq!(frames(&moved)[0]["function"], "Cart.add");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_cannot_be_reached_is_left_alone() {
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let stage = stage().await;
    stage.fetch("*").await;
    let event = stage.at(&format!("http://127.0.0.1:{port}/js/app.min.js")).await;
    assert_eq!(error_kinds(&event), ["fetch_generic_error"]);
    let (_, requests) = site_at(port).await;
    let event = stage.at(&format!("http://127.0.0.1:{port}/here.js")).await;
    assert_eq!((error_kinds(&event), paths(&requests)), (vec!["fetch_generic_error"], vec![]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_inside_are_refused() {
    let (port, requests) = site().await;
    let stage = Stage::new().await;
    stage.fetch("*").await;
    for host in ["127.0.0.1", "localhost", "[::1]", "2130706433"] {
        let event = stage.at(&format!("http://{host}:{port}/js/app.min.js")).await;
        assert_eq!((error_kinds(&event), paths(&requests)), (vec!["restricted_ip"], vec![]), "{host}");
    }
    let app = &stage.test.app;
    let noted = app.redis.list_restricted(app.clock.now()).await.unwrap();
    assert!(noted.contains(&"localhost".to_owned()), "for the set-up check: {noted:?}");
}
