//! Uploads behind a real nginx: what is cut into pieces passes every limit, what cannot be cut is refused with a reason,
//! and what was cut off goes on where it stopped.

use std::process::Stdio;
use std::time::Duration;

use picket::config::Config;

use super::nginx::Nginx;
use super::scenario::Scene;
use super::sentry_cli::{CURRENT, Generation, MIDDLE, Stage};
use crate::support::{TestApp, eventually};

/// A server that nobody prepared for uploads.
const DEFAULTS: &str =
    "server { listen LISTEN; location / { proxy_pass http://PICKET; proxy_set_header Host $http_host; } }";

/// Lets twenty chunks through in a second.
const SLOW: &str = "limit_req_zone $server_name zone=slow:1m rate=20r/s;
    server {
        listen LISTEN;
        proxy_set_header Host $http_host;
        location / { proxy_pass http://PICKET; }
        location /api/0/organizations/acme/chunk-upload/ { proxy_pass http://PICKET; limit_req zone=slow burst=1000; }
    }";

/// The configuration that people are given, without what a test lacks: names and certificates.
fn delivered(limit: &str) -> String {
    let text = include_str!("../../../deploy/nginx/picket.conf").replace("127.0.0.1:9000", "PICKET");
    let (upstream, servers) = text.split_once("server {\n    listen 80;").expect("a server that redirects");
    let (_, server) = servers.split_once("\nserver {").expect("the server");
    let server = server.replace("listen 443 ssl;", "listen LISTEN;").replace("25m", limit);
    let lines: Vec<&str> = server.lines().filter(|line| !line.contains("ssl_certificate")).collect();
    format!("{upstream}\nserver {{{}", lines.join("\n"))
}

impl Stage {
    /// With nginx in front, and a release `1.0`.
    async fn behind(
        generation: &Generation,
        http: &str,
        change: impl Fn(&mut Config) + Send + Sync + 'static,
    ) -> (Self, Nginx) {
        let scene = Scene::of(TestApp::spawn_with(change).await).await;
        let mut stage = Self::of(generation, scene).await;
        let nginx = Nginx::start(&http.replace("PICKET", &stage.scene.app.address.to_string())).await;
        stage.cli.turn_to(nginx.url());
        stage.run(&["releases", "new", "1.0"]).await;
        (stage, nginx)
    }

    /// A script of so many bytes, which compress by a fifth at most.
    fn script(&self, name: &str, length: usize) {
        const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut state = 1_u64;
        let mut text = b"x('".to_vec();
        while text.len() < length {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.extend((4..14).map(|sign| SIGNS[usize::try_from(state >> (sign * 6 - 24) & 63).expect("small")]));
        }
        text.extend(b"')");
        std::fs::write(self.folder.path().join(name), text).expect("a file");
    }

    async fn upload_file(&self, name: &str) -> (bool, String) {
        self.cli.try_run(&["releases", "files", "1.0", "upload", name, &format!("~/{name}")]).await
    }

    /// Uploads all scripts as a bundle, and waits for it.
    async fn upload_bundle(&self) {
        let uploading = async {
            self.run(&["sourcemaps", "upload", ".", "--release", "1.0"]).await;
            let bundles = "SELECT count(*) FROM artifact_bundles";
            eventually("the bundle is assembled", async || (self.number(bundles).await == 1).then_some(())).await;
        };
        tokio::select! {
            () = uploading => {}
            ended = picket::worker::run(self.scene.app.app.clone()) => panic!("the worker ended: {ended:?}"),
        }
    }
}

impl Nginx {
    fn chunk_requests(&self, status: &str) -> usize {
        let path = format!("POST /api/0/organizations/acme/chunk-upload/ {status}");
        self.requests().iter().filter(|request| request.starts_with(&path)).count()
    }
}

/// Refused, and not by a broken connection.
fn assert_refused((is_good, said): &(bool, String), reasons: &[&str]) {
    assert!(!is_good, "{said}");
    for reason in reasons {
        assert!(said.contains(reason), "no {reason} in: {said}");
    }
    let said = said.to_lowercase();
    for symptom in ["broken pipe", "reset", "timed out", "empty reply", "send failure"] {
        assert!(!said.contains(symptom), "{said}");
    }
}

/// With the limit of 1 MiB, told or not.
async fn pieces_pass(generation: &Generation, http: &str) {
    let (stage, nginx) = Stage::behind(generation, http, |_| ()).await;
    stage.script("small.js", 1_000);
    stage.script("large.js", 3 << 20);
    stage.upload_bundle().await;
    assert!(nginx.chunk_requests("200") >= 4, "{:#?}", nginx.requests());
    assert!(!nginx.requests().iter().any(|request| request.contains(" 413 ")), "{:#?}", nginx.requests());
    assert_eq!(stage.number("SELECT count(*) FROM artifact_bundle_files").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pieces_pass_the_default_limit() {
    pieces_pass(&MIDDLE, DEFAULTS).await;
    pieces_pass(&CURRENT, DEFAULTS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pieces_pass_a_limit_of_one_mebibyte() {
    pieces_pass(&MIDDLE, &delivered("1m")).await;
    pieces_pass(&CURRENT, &delivered("1m")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn single_files_pass_or_are_refused_with_the_line_to_change() {
    let line = ["nginx takes requests of at most 1m", "raise client_max_body_size", "(http status: 413)"];
    let ours = ["the file is larger than the 2097152 bytes that uploads.max-file-size allows", "413"];
    // Nobody but nginx can say more than the number by default.
    for (http, reasons) in
        [(DEFAULTS, &["(http status: 413)"][..]), (&delivered("1m"), &line), (&delivered("25m"), &ours)]
    {
        let (stage, nginx) = Stage::behind(&MIDDLE, http, |config| config.uploads.max_file_bytes = 2 << 20).await;
        stage.script("small.js", 900_000);
        stage.script("large.js", 24 << 20);
        let (is_good, said) = stage.upload_file("small.js").await;
        assert!(is_good, "{said}");
        assert_refused(&stage.upload_file("large.js").await, reasons);
        let files = stage.script.get("/api/0/projects/acme/shop/releases/1.0/files/").await.json();
        assert_eq!((files[0]["name"].as_str(), files[0]["size"].as_i64()), (Some("~/small.js"), Some(900_005)));
        assert_eq!(stage.number("SELECT count(*) FROM blobs").await, 1, "nothing is left of the other");
        assert!(nginx.requests().iter().any(|request| request.contains("/files/ 413 ")));
    }
}

/// Pieces that are larger than what nginx lets through are the operator's mistake, which is told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pieces_that_are_too_large_are_refused_with_the_option_to_change() {
    let change = |config: &mut Config| config.uploads.max_request_bytes = 32 << 20;
    let (stage, _nginx) = Stage::behind(&CURRENT, &delivered("1m"), change).await;
    stage.script("large.js", 6 << 20);
    let refused = stage.cli.try_run(&["sourcemaps", "upload", ".", "--release", "1.0"]).await;
    assert_refused(&refused, &["lower uploads.max-request-size"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_was_killed_sends_only_what_is_missing() {
    let (stage, nginx) = Stage::behind(&CURRENT, SLOW, |_| ()).await;
    stage.script("large.js", 12 << 20);
    let upload = ["sourcemaps", "upload", ".", "--release", "1.0"];
    let mut client = stage
        .cli
        .command(&upload)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("sentry-cli is installed");
    let chunks = async || stage.number("SELECT count(*) FROM chunks").await;
    eventually("some chunks are here", async || (chunks().await >= 4).then_some(())).await;
    client.kill().await.expect("it still runs");
    // What was on its way when it died still arrives.
    let stored = eventually("nothing more comes", async || {
        let before = chunks().await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        (chunks().await == before).then_some(before)
    })
    .await;
    let first = nginx.chunk_requests("200");
    stage.scene.app.app.clock.advance(chrono::TimeDelta::hours(1));
    stage.upload_bundle().await;
    let all = chunks().await;
    assert!(stored < all, "{stored} of {all} were there when it died");
    let old = "SELECT count(*) FROM chunks WHERE created_at < (SELECT max(created_at) FROM chunks) - interval '30 min'";
    assert_eq!(stage.number(old).await, stored, "none of them came again");
    // The last chunk is small and shares a request.
    let requests = i64::try_from(nginx.chunk_requests("200") - first).expect("a count");
    assert!((all - stored - 1..=all - stored).contains(&requests), "{requests} for {all} - {stored}");
}
