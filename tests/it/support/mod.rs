//! A running Picket per test, on real PostgreSQL and Redis: an own schema, an own key prefix, an own port.

mod client;
mod fakes;
pub mod hostile;
mod lossy;
pub mod proxy;
mod smtp;
pub mod stores;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use picket::app::App;
use picket::config::{Config, LiveConfig, Settings};
use picket::types::clock::Clock;
use picket::volatile::Volatile;
use tokio::net::TcpListener;

pub use client::{Answer, Client};
pub use fakes::{PASSWORD, Project};
pub use lossy::LossyDatabase;
pub use smtp::MailServer;

/// A server that listens on a port of its own, and the parts it is made of.
pub struct TestApp {
    pub app: App,
    pub address: SocketAddr,
}

impl TestApp {
    /// With default settings.
    pub async fn spawn() -> Self {
        Self::spawn_with(|_| ()).await
    }

    /// With settings changed.
    pub async fn spawn_with(change: impl Fn(&mut Config) + Send + Sync + 'static) -> Self {
        picket::outbound::choose_cryptography();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let id = uuid::Uuid::new_v4().simple().to_string();
        let files = std::env::temp_dir().join(format!("picket-test-{id}"));
        let mut settings = Settings::defaults();
        let url = format!("http://{address}");
        settings.set_default("system.url-prefix", &url.into()).expect("a text");
        let config = LiveConfig::new(
            settings,
            Arc::new(move |config| {
                config.system.secret_key = Some("0123456789abcdef0123456789abcdef0123456789abcdef01".to_owned());
                config.blobs.directory.clone_from(&files);
                config.source_maps.cache_directory = files.join("maps");
                change(config);
            }),
        );
        let db = stores::fresh_schema(&format!("test_{id}")).await;
        let redis = Volatile::connect(&stores::redis_url(), &format!("test:{id}:")).await.expect("Redis is running");
        let app = App::new(config, db, redis, Clock::default()).expect("a folder for files");
        app.tasks.spawn(picket::web::serve(app.clone(), listener));
        Self { app, address }
    }

    /// What was written to an address, oldest first: kind, subject, paragraphs and path of the button.
    pub async fn mails(&self, to: &str) -> Vec<Written> {
        let query = "SELECT kind, subject, content, state FROM mails WHERE lower(recipient) = lower($1) ORDER BY id";
        let rows = sqlx::query_as(query).bind(to).fetch_all(&self.app.db).await.expect("the outbox can be read");
        rows.into_iter().map(Written::of).collect()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A browser nobody signed in with.
    pub fn anonymous(&self) -> Client {
        Client::new(&self.url(""), None)
    }

    /// A script with an API token.
    pub fn token(&self, token: &str) -> Client {
        Client::new(&self.url(""), Some(token))
    }
}

/// A mail in the outbox.
#[derive(Clone, Debug)]
pub struct Written {
    pub kind: String,
    pub subject: String,
    /// Empty once it was sent.
    pub text: String,
    /// Where the button leads on this server.
    pub path: Option<String>,
    pub state: String,
}

impl Written {
    fn of((kind, subject, content, state): (String, String, Option<serde_json::Value>, String)) -> Self {
        let content = content.unwrap_or_default();
        let lines = content["paragraphs"].as_array().into_iter().flatten().filter_map(|line| line.as_str());
        let text = lines.collect::<Vec<_>>().join("\n");
        let path = content["button"]["path"].as_str().map(str::to_owned);
        Self { kind, subject, text, path, state }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.app.shutdown.cancel();
    }
}

/// Polls until something is there; for what happens in another process or task.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut attempt: impl FnMut() -> F) -> T {
    for _ in 0..400 {
        if let Some(found) = attempt().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{what} did not happen within 10 s");
}

/// As an SDK or a browser would pack it.
pub fn gzip(data: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}
