//! Files in S3-compatible storage: the same uploads against a server that speaks its protocol.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use picket::config::S3;
use picket::outbound::blobs::Blobs;
use picket::services::blobs;
use serde_json::json;
use tokio::process::{Child, Command};

use super::zip::bundle;
use super::{BUNDLES, FILES, Stage, file_form};
use crate::support::{TestApp, eventually};

const BUCKET: &str = "picket";

/// A server of its own, with an empty bucket.
struct Storage {
    _server: Child,
    endpoint: String,
}

impl Storage {
    async fn start() -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/.venv/s3/moto");
        let server = Command::new("python3")
            .env("PYTHONPATH", packages)
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("moto is missing: run the tests through `make test`");
        let endpoint = format!("http://127.0.0.1:{port}");
        picket::outbound::choose_cryptography();
        let http = reqwest::Client::new();
        let bucket = format!("{endpoint}/{BUCKET}");
        eventually("a bucket", || async {
            let made = http.put(&bucket).timeout(Duration::from_secs(2)).send().await.ok()?;
            made.status().is_success().then_some(())
        })
        .await;
        Self { _server: server, endpoint }
    }

    /// Names of everything in the bucket.
    async fn keys(&self) -> Vec<String> {
        let list = reqwest::get(format!("{}/{BUCKET}", self.endpoint)).await.unwrap().text().await.unwrap();
        let keys = list.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next());
        keys.map(ToOwned::to_owned).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_go_to_the_bucket_and_come_back() {
    let storage = Storage::start().await;
    let s3 = S3 {
        bucket: BUCKET.to_owned(),
        region: "us-east-1".to_owned(),
        endpoint: Some(storage.endpoint.clone()),
        access_key: Some("key".to_owned()),
        secret_key: Some("secret".to_owned()),
    };
    let stage = Stage::of(TestApp::spawn_with(move |config| config.blobs.s3 = Some(s3.clone())).await).await;
    stage.test.app.blobs.check().await.expect("the bucket can be written");

    // Small content goes in one request, large content in parts.
    let large: Vec<u8> = (0..12_000_000_u32).map(|n| n.to_le_bytes()[(n % 3) as usize]).collect();
    for (name, content) in [("~/small.js", &b"small"[..]), ("~/large.js", &large), ("~/copy.js", &large)] {
        let created = stage.upload(FILES, file_form(name, content)).await;
        assert_eq!(created.status, 201, "{}", created.body);
        let path = format!("{FILES}{}/?download=1", created.json()["id"].as_str().unwrap());
        let request = stage.script.request("GET", &path);
        let download = request.send().await.unwrap().bytes().await.unwrap();
        assert!(download == content, "{name} comes back as it went");
    }
    assert_eq!(storage.keys().await.len(), 2, "what is stored twice is there once, and no remains");

    let answer = stage.assemble(BUNDLES, &bundle(&json!({})), json!({"projects": ["shop"]})).await;
    assert_eq!(answer.json()["state"], "ok", "{}", answer.body);

    let app = &stage.test.app;
    let all = "/api/0/projects/acme/shop/files/source-maps/?name=1.0";
    assert_eq!(stage.script.delete(all).await.status, 204);
    app.clock.advance(chrono::TimeDelta::hours(49));
    picket::services::assemble::clean_up(app).await.unwrap();
    assert!(blobs::delete_unused(app).await.unwrap() >= 2);
    let key = Blobs::arrived("small".into()).key;
    assert!(storage.keys().await.iter().all(|stored| !stored.ends_with(&key)));
    assert_eq!(storage.keys().await.len(), 1, "the bundle stays");
    assert_eq!(app.blobs.get(&key).await.unwrap_err().kind(), std::io::ErrorKind::NotFound);
}
