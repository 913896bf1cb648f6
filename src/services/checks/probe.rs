//! A request to ourselves by the public URL: it comes back the way a browser's would, through every proxy.
//!
//! The path holds a secret that is good for a minute, so that nobody else learns what a request looks like in here.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::outbound::probe::{self, Answered};
use crate::services::secret_token;

/// Before the secret in the path.
pub const PATH: &str = "/_health/probe/";

/// How long a secret is good.
const LIFETIME: Duration = Duration::from_mins(1);

/// How a probe arrived, as the listener saw it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Seen {
    pub peer: String,
    pub is_trusted: bool,
    pub client_ip: String,
    pub host: String,
    pub origin: String,
    pub forwarded_proto: String,
    pub forwarded_host: String,
    pub forwarded_for: String,
    /// Bytes of the body that arrived.
    pub body: u64,
    /// The root that sentry-cli would be told to upload to.
    pub upload_root: String,
}

/// Sends a probe with a body of so many bytes.
pub(super) async fn send(app: &App, bytes: usize) -> anyhow::Result<(Answered, Option<Seen>)> {
    let secret = secret_token::generate();
    app.redis.expect_probe(&secret, LIFETIME).await?;
    let root = &app.config.system.url_prefix;
    let answered = probe::post(&format!("{root}{PATH}{secret}/"), root, bytes).await?;
    let seen = serde_json::from_str(&answered.body).ok().filter(|_| answered.status == 200);
    Ok((answered, seen))
}
