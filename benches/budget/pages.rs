//! What a page costs, seen from a browser on the same machine.

use std::time::{Duration, Instant};

use reqwest::Client;
use reqwest::redirect::Policy;
use tokio::runtime::Runtime;

use super::picket::{Picket, output};
use super::stores::Stores;

const EMAIL: &str = "bench@example.com";
const PASSWORD: &str = "a password for the bench";

/// A browser that is signed in.
pub struct Browser {
    runtime: Runtime,
    client: Client,
    origin: String,
}

impl Browser {
    pub fn sign_in(stores: &Stores, picket: &Picket) -> Self {
        output(stores, &["createuser", "--email", EMAIL, "--password", PASSWORD, "--superuser"]);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let client = Client::builder().cookie_store(true).redirect(Policy::none()).build().expect("a client");
        let browser = Self { runtime, client, origin: format!("http://{}", picket.address) };
        let form = [("username", EMAIL), ("password", PASSWORD)];
        let request = browser.client.post(format!("{}/auth/login/", browser.origin)).form(&form);
        let answer = browser.runtime.block_on(request.send()).expect("picket answers");
        assert_eq!(answer.status(), 303, "signing in");
        browser
    }

    /// How long each page takes until its last byte, sorted.
    pub fn times(&self, paths: &[String]) -> Vec<Duration> {
        let mut times: Vec<Duration> = paths.iter().map(|path| self.time(path)).collect();
        times.sort_unstable();
        times
    }

    fn time(&self, path: &str) -> Duration {
        let begun = Instant::now();
        let get = async {
            let answer = self.client.get(format!("{}{path}", self.origin)).send().await?;
            let status = answer.status();
            answer.bytes().await.map(|body| (status, body.len()))
        };
        let (status, bytes) = self.runtime.block_on(get).expect("picket answers");
        assert!(status == 200 && bytes > 1_000, "{path}: {status}, {bytes} bytes");
        begun.elapsed()
    }
}
