//! Mail: promised with the change it tells of, rendered and sent by a worker.
//!
//! Links in mails begin with the public URL and nothing else: what a request called this server is never believed. As
//! long as that URL leads nowhere, or there is no mail server, mail is held (demands.md 1).

mod letter;
mod release;
mod send;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};
use url::{Host, Url};

pub use letter::{Button, Letter, Rendered};
pub use release::{ReleaseHeldMail, retry};
pub use send::{SendMail, test_delivery};

use crate::app::App;
use crate::config::{Config, MailBackend};
use crate::services::job;
use crate::store::mails::{self, NewMail};
use crate::types::ids::MailId;
use crate::types::language::Language;

/// Why mail is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Nobody has named a mail server, or mail is switched off.
    NoServer,
    /// `system.url-prefix` is none that a mail's reader could open.
    NoPublicUrl,
}

/// What keeps mail from leaving.
pub fn obstacle(config: &Config) -> Option<Obstacle> {
    if !is_configured(config) {
        return Some(Obstacle::NoServer);
    }
    (!is_reachable(&config.system.url_prefix)).then_some(Obstacle::NoPublicUrl)
}

/// Whether there is a way for mail to leave.
pub fn is_configured(config: &Config) -> bool {
    match config.mail.backend {
        MailBackend::Smtp => !config.mail.host.is_empty(),
        MailBackend::Console => true,
        MailBackend::Off => false,
    }
}

/// Whether a public URL can be opened from another machine.
pub fn is_reachable(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    match url.host() {
        Some(Host::Domain(name)) => name != "localhost" && !name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => !ip.is_loopback() && !ip.is_unspecified(),
        Some(Host::Ipv6(ip)) => !ip.is_loopback() && !ip.is_unspecified(),
        None => false,
    }
}

/// Promises a letter in the transaction of what it tells of.
pub async fn send(
    db: &mut PgConnection,
    app: &App,
    language: Language,
    to: &str,
    letter: &Letter,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let content = serde_json::to_value(letter).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let subject = subject(app, letter);
    let is_held = obstacle(&app.config).is_some();
    let row = NewMail {
        kind: &letter.kind,
        recipient: to,
        subject: &subject,
        language: language.tag(),
        content: &content,
        state: if is_held { "held" } else { "queued" },
    };
    let id = mails::insert(&mut *db, &row, now).await?;
    if is_held { Ok(()) } else { promise(db, id, now).await }
}

/// With the prefix, on one line whatever people put into the names that it holds.
fn subject(app: &App, letter: &Letter) -> String {
    let words: Vec<&str> = letter.subject.split_whitespace().collect();
    format!("{}{}", app.config.mail.subject_prefix, words.join(" "))
}

async fn promise(db: impl PgExecutor<'_>, id: MailId, now: DateTime<Utc>) -> sqlx::Result<()> {
    job::promise(db, &SendMail { mail: id.0 }, None, now).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::is_reachable;

    #[test]
    fn links_lead_to_other_machines() {
        for (url, expected) in [
            ("https://errors.example.com", true),
            ("http://10.0.0.7:9000/errors", true),
            ("http://localhost:9000", false),
            ("http://127.0.0.1", false),
            ("http://[::1]:9000", false),
            ("http://0.0.0.0:9000", false),
            ("errors.example.com", false),
            ("", false),
        ] {
            assert_eq!(is_reachable(url), expected, "{url}");
        }
    }
}
