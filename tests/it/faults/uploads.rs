//! Uploads under fire: whoever is killed in the middle of one, afterwards it is there whole or not at all, and nothing
//! lies about that nobody needs.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use ::picket::outbound::blobs::Blobs;
use ::picket::types::artifact::Checksum;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use super::picket::output;
use super::{PATIENCE, Scene};
use crate::artifacts::zip::Zip;
use crate::support::{Client, eventually};

pub const FILES: &str = "/api/0/projects/acme/shop/releases/1.0/files/";
const BUNDLES: &str = "/api/0/organizations/acme/artifactbundle/assemble/";

/// What the largest chunk may have.
const CHUNK: usize = 8 << 20;

/// A release `1.0`, and who may upload.
pub struct Uploads {
    pub scene: Scene,
    token: String,
}

impl Uploads {
    pub fn start() -> Self {
        let scene = Scene::start();
        let user = ["createuser", "--email", "ci@example.com", "--password", "correct horse", "--superuser"];
        output(&scene.stores, &user);
        let scopes = "org:read,project:read,project:releases,event:read";
        let token = output(&scene.stores, &["token", "create", "--user", "ci@example.com", "--scopes", scopes]);
        Self { scene, token }
    }

    pub fn client(&self) -> Client {
        Client::new(&format!("http://{}", self.scene.address), Some(&self.token))
    }

    fn folder(&self) -> PathBuf {
        self.scene.stores.scratch().join("files")
    }

    async fn number(&self, sql: &'static str) -> i64 {
        let mut db = PgConnection::connect(&self.scene.stores.database_url()).await.expect("PostgreSQL runs");
        sqlx::query_scalar(sql).fetch_one(&mut db).await.expect("a number")
    }

    async fn execute(&self, sql: &'static str) {
        let mut db = PgConnection::connect(&self.scene.stores.database_url()).await.expect("PostgreSQL runs");
        sqlx::raw_sql(sql).execute(&mut db).await.expect("a statement");
    }

    async fn until(&self, what: &str, sql: &'static str) {
        let begun = Instant::now();
        while self.number(sql).await == 0 {
            assert!(begun.elapsed() < PATIENCE, "{what}: not in time");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// All files by their paths in the folder.
    fn files(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        collect(&self.folder(), &mut found);
        let folder = self.folder();
        found.iter().map(|path| path.strip_prefix(&folder).expect("inside").display().to_string()).collect()
    }

    /// Days go by, and the daily job runs.
    async fn clean_up(&self) {
        let mut files = BTreeSet::new();
        collect(&self.folder(), &mut files);
        for file in files {
            let file = File::options().write(true).open(file).expect("the file is ours");
            file.set_modified(SystemTime::now() - Duration::from_hours(72)).expect("the file is ours");
        }
        self.execute(
            "UPDATE chunks SET created_at = created_at - interval '3 days';
             UPDATE blobs SET touched_at = touched_at - interval '3 days';
             INSERT INTO jobs (kind, payload, run_at, created_at) VALUES ('clean_up', '{}', now(), now())",
        )
        .await;
        self.until("the cleanup", "SELECT count(*) FROM jobs WHERE kind = 'clean_up' AND state = 'done'").await;
    }
}

fn collect(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.insert(path);
        }
    }
}

/// Where content lies.
fn place(content: &[u8]) -> String {
    let key = Blobs::arrived(content.to_vec().into()).key;
    format!("{}/{}/{key}", &key[..2], &key[2..4])
}

/// An archive that takes a while: nothing in it can be compressed.
fn large_bundle() -> Vec<u8> {
    let mut state = 7_u64;
    let mut noise = Vec::with_capacity(96 << 20);
    while noise.len() < 96 << 20 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        noise.extend_from_slice(&state.to_le_bytes());
    }
    let mut crc = flate2::Crc::new();
    crc.update(&noise);
    let size = u32::try_from(noise.len()).expect("not so large");
    let manifest = json!({"files": {
        "a.js": {"type": "minified_source", "url": "~/a.js"}, "b.bin": {"type": "source", "url": "~/b.bin"},
    }});
    let zip = Zip::bundle().add("a.js", b"a()").entry("b.bin", 0, crc.sum(), &noise, size);
    zip.add("manifest.json", manifest.to_string().as_bytes()).finish()
}

/// Uploads all chunks of a bundle; gives what asks for it.
async fn upload(client: &Client, bundle: &[u8]) -> Value {
    let chunks: Vec<String> = bundle.chunks(CHUNK).map(|chunk| Checksum::of(chunk).to_string()).collect();
    for (chunk, name) in bundle.chunks(CHUNK).zip(&chunks) {
        let form = Form::new().part("file", Part::bytes(chunk.to_vec()).file_name(name.clone()));
        let path = "/api/0/organizations/acme/chunk-upload/";
        assert_eq!(client.send(client.request("POST", path).multipart(form)).await.status, 200);
    }
    json!({"checksum": Checksum::of(bundle).to_string(), "chunks": chunks, "projects": ["shop"], "version": "1.0"})
}

/// As soon as the server answers.
pub async fn make_release(client: &Client) {
    let release = json!({"version": "1.0", "projects": ["shop"]});
    eventually("the server answers", async || {
        let request = client.request("POST", "/api/0/organizations/acme/releases/").json(&release);
        request.send().await.ok().filter(|answer| answer.status().is_success())
    })
    .await;
}

/// Sends half of a file and nothing more.
fn send_half(uploads: &Uploads) -> TcpStream {
    let begun = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.js\"\r\n\r\n";
    let head = format!(
        "POST {FILES} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\
         Content-Type: multipart/form-data; boundary=b\r\n\r\n{begun}",
        uploads.token,
        16 << 20
    );
    let mut stream = TcpStream::connect(uploads.scene.address).expect("the server listens");
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&vec![b'x'; 8 << 20])).expect("it reads");
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_killed_uploads_are_whole_or_not_there() {
    let uploads = tokio::task::spawn_blocking(Uploads::start).await.expect("the scene is set");
    let mut web = uploads.scene.run("web");
    let client = uploads.client();
    make_release(&client).await;

    // A web server is killed while it takes a file.
    let connection = send_half(&uploads);
    eventually("the file is being written", async || (!uploads.files().is_empty()).then_some(())).await;
    web.kill();
    drop(connection);
    let _web = uploads.scene.run("web");
    eventually("the server is back", async || client.request("GET", FILES).send().await.ok()).await;
    assert_eq!(client.get(FILES).await.json(), json!([]));
    assert_eq!(uploads.files().len(), 1, "what had come of it");
    let whole = vec![b'x'; 8 << 20];
    let form = Form::new().part("file", Part::bytes(whole.clone()).file_name("a.js")).text("name", "~/a.js");
    assert_eq!(client.send(client.request("POST", FILES).multipart(form)).await.status, 201);

    // Workers are killed while they put a bundle together, and while they read it.
    let bundle = large_bundle();
    let request = upload(&client, &bundle).await;
    assert_eq!(client.post_json(BUNDLES, &request).await.json()["state"], "created");
    for sign in [
        "SELECT count(*) FROM assemblies WHERE state = 'assembling'",
        "SELECT count(*) FROM blobs WHERE size > 90 << 20",
    ] {
        let mut worker = uploads.scene.run("worker");
        uploads.until("the worker works on the bundle", sign).await;
        worker.kill();
        assert_eq!(client.post_json(BUNDLES, &request).await.json()["state"], "assembling");
        assert_eq!(uploads.number("SELECT count(*) FROM artifact_bundles").await, 0);
        assert_eq!(uploads.number("SELECT count(*) FROM artifact_bundle_files").await, 0);
        // The minute that a worker may be silent is over.
        uploads.execute("UPDATE jobs SET leased_until = now() - interval '1 second' WHERE state = 'running'").await;
    }
    let _worker = uploads.scene.run("worker");
    uploads.until("the bundle is assembled", "SELECT count(*) FROM assemblies WHERE state = 'ok'").await;
    assert_eq!(client.post_json(BUNDLES, &request).await.json(), json!({"state": "ok", "missingChunks": []}));
    assert_eq!(uploads.number("SELECT count(*) FROM artifact_bundles").await, 1);
    assert_eq!(uploads.number("SELECT count(*) FROM artifact_bundle_files").await, 2);
    assert_eq!(uploads.number("SELECT count(*) FROM artifact_bundle_releases").await, 1);

    uploads.clean_up().await;
    assert_eq!(uploads.files(), BTreeSet::from([place(&whole), place(&bundle)]), "nothing else lies about");
    assert_eq!(uploads.number("SELECT count(*) FROM blobs").await, 2);
    let stored = fs::read(uploads.folder().join(place(&bundle))).expect("the bundle is there");
    assert!(stored == bundle, "and whole");
}
