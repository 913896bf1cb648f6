//! SDKs that run in a page, of another origin than Picket's, in headless Chromium.

use std::process::Stdio;

use axum::Router;
use axum::http::header;
use axum::response::Html;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use super::scenario::{Scene, Wording};
use super::scripts::{TemporaryFolder, folder, node, run};

/// Opens a page with the bundled script; the browser ends with the value, and its files after it.
async fn open(scene: &Scene, script: &str) -> (Child, TemporaryFolder) {
    let files = TemporaryFolder::new("browser");
    let bundle = files.path().join("bundle.js");
    let outfile = format!("--outfile={}", bundle.display());
    run(&node(), &["node_modules/esbuild/bin/esbuild", script, "--bundle", "--log-level=error", &outfile]).await;
    let code = std::fs::read_to_string(&bundle).expect("a bundle");

    let dsn = serde_json::to_string(&scene.dsn).expect("a text");
    let html = format!("<!doctype html><script>window.DSN = {dsn}</script><script src=/bundle.js></script>");
    let page = Router::new()
        .route("/", get(async move || Html(html)))
        .route("/bundle.js", get(async move || ([(header::CONTENT_TYPE, "text/javascript")], code)));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("a bound address"));
    scene.app.app.tasks.spawn(async move { axum::serve(listener, page).await.expect("the page is served") });

    let profile = format!("--user-data-dir={}", files.path().join("profile").display());
    let browser = Command::new("chromium")
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
        // A cache would be written when everything else has ended.
        .args([&profile, "--disk-cache-dir=/dev/null", &url])
        .current_dir(folder())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("Chromium is installed: run the tests through `make test`");
    (browser, files)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_current_sdk_in_a_browser() {
    let scene = Scene::set().await;
    let _browser = open(&scene, "browser/current.js").await;
    let wording = Wording {
        exception: "TypeError",
        cause: Some("RangeError"),
        has_frames: true,
        sdk: "sentry.javascript.browser",
    };
    scene.check(&wording).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sdk_6_in_a_browser() {
    let scene = Scene::set().await;
    let _browser = open(&scene, "browser/6.js").await;
    let wording = Wording {
        exception: "TypeError",
        cause: Some("RangeError"),
        has_frames: true,
        sdk: "sentry.javascript.browser",
    };
    scene.check(&wording).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn raven_3_in_a_browser() {
    let scene = Scene::set().await;
    let _browser = open(&scene, "browser/raven-3.js").await;
    let wording = Wording { exception: "TypeError", cause: None, has_frames: true, sdk: "raven-js" };
    scene.check(&wording).await;
}
