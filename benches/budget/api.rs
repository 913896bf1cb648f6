//! The API as build tools use it.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Client;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::picket::{Picket, output};
use super::stores::Stores;

const EMAIL: &str = "builds@example.com";
const BOUNDARY: &str = "----------------------------budget";

/// A token, and who brings it.
pub struct Api {
    runtime: Runtime,
    client: Client,
    origin: String,
    token: String,
}

impl Api {
    /// Makes an account with a token.
    pub fn new(stores: &Stores, web: &Picket) -> Self {
        output(stores, &["createuser", "--email", EMAIL, "--no-password", "--superuser"]);
        let token = output(stores, &["token", "create", "--user", EMAIL, "--scopes", "all"]);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let client = Client::builder().build().expect("a client");
        Self { runtime, client, origin: format!("http://{}", web.address), token }
    }

    pub fn get(&self, path: &str) -> Value {
        self.call(self.client.get(format!("{}/api/0{path}", self.origin)))
    }

    pub fn post(&self, path: &str, body: &Value) -> Value {
        self.call(self.client.post(format!("{}/api/0{path}", self.origin)).json(body))
    }

    fn call(&self, request: reqwest::RequestBuilder) -> Value {
        let answer = async {
            let answer = request.bearer_auth(&self.token).send().await?;
            let status = answer.status();
            answer.text().await.map(|text| (status, text))
        };
        let (status, text) = self.runtime.block_on(answer).expect("picket answers");
        assert!(status.is_success(), "{status}: {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    /// A request that uploads a file of a release.
    pub fn release_file(&self, release: &str, name: &str, content: &[u8]) -> Vec<u8> {
        let parts = [part("name", None, name.as_bytes()), part("file", Some(name), content)];
        self.form(&format!("/projects/acme/shop/releases/{release}/files/"), &parts)
    }

    /// A request that uploads chunks, compressed.
    pub fn chunks(&self, chunks: &[(String, &[u8])]) -> Vec<u8> {
        let packed = |(sha1, chunk): &(String, &[u8])| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(chunk).expect("memory does not fail");
            part("file_gzip", Some(sha1), &encoder.finish().expect("memory does not fail"))
        };
        let parts: Vec<Vec<u8>> = chunks.iter().map(packed).collect();
        self.form("/organizations/acme/chunk-upload/", &parts)
    }

    fn form(&self, path: &str, parts: &[Vec<u8>]) -> Vec<u8> {
        let end = format!("--{BOUNDARY}--\r\n");
        let length = parts.iter().map(Vec::len).sum::<usize>() + end.len();
        let token = &self.token;
        let head = format!(
            "POST /api/0{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nUser-Agent: bench/1\r\n\
             Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n\r\n"
        );
        [head.as_bytes(), &parts.concat(), end.as_bytes()].concat()
    }
}

fn part(name: &str, file: Option<&str>, content: &[u8]) -> Vec<u8> {
    let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
    let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
    [head.as_bytes(), content, b"\r\n"].concat()
}
