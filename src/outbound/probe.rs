//! A request to our own public URL, as anybody outside would send one. No guard: the address is the administrator's own.

use std::time::{Duration, Instant};

use anyhow::Context;
use reqwest::{Client, redirect};

/// How long a probe may take, its body included.
const MAX_TIME: Duration = Duration::from_secs(20);
/// Bytes of an answer that are read.
const MAX_ANSWER: usize = 4096;

/// What answered, and with what.
#[derive(Clone, Debug)]
pub struct Answered {
    pub status: u16,
    /// The header `Server`: a proxy that refuses names itself there.
    pub server: String,
    pub body: String,
    pub took: Duration,
}

/// Posts so many zeros, as a page at `origin` would.
pub async fn post(url: &str, origin: &str, bytes: usize) -> anyhow::Result<Answered> {
    let origin = url::Url::parse(origin).context("system.url-prefix is no URL")?.origin().ascii_serialization();
    super::choose_cryptography();
    let client = Client::builder().redirect(redirect::Policy::none()).timeout(MAX_TIME).no_proxy().build()?;
    let started = Instant::now();
    let request = client.post(url).header("origin", origin).body(vec![0; bytes]);
    let mut response = request.send().await?;
    let server = response.headers().get("server").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk[..chunk.len().min(MAX_ANSWER - body.len())]);
        if body.len() == MAX_ANSWER {
            break;
        }
    }
    let (status, body) = (response.status().as_u16(), String::from_utf8_lossy(&body).into_owned());
    Ok(Answered { status, server, body, took: started.elapsed() })
}
