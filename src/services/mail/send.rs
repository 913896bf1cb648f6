//! Sending one mail, with retries; and one for trying the settings.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Letter, is_configured, obstacle, subject};
use crate::app::App;
use crate::config::MailBackend;
use crate::messages::Messages;
use crate::outbound::mail::{self, Delivery, Outgoing};
use crate::services::job::{Job, JobError};
use crate::store::mails::{self, Mail};
use crate::types::ids::{JobId, MailId};
use crate::types::language::Language;

/// After so many attempts, some six hours, nobody waits for it any more.
const MAX_ATTEMPTS: i32 = 10;

/// Sends a mail from the outbox.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendMail {
    pub mail: i64,
}

impl Job for SendMail {
    const KIND: &'static str = "send_mail";

    async fn run(self, app: &App, _id: JobId) -> Result<(), JobError> {
        let Some(mail) = mails::find(&app.db, MailId(self.mail)).await? else { return Ok(()) };
        if mail.state != "queued" {
            return Ok(());
        }
        if obstacle(&app.config).is_some() {
            mails::change_state(&app.db, mail.id, "queued", "held").await?;
            return Ok(());
        }
        let delivery = deliver(app, &outgoing(app, &mail)?).await;
        let Some(failure) = delivery.failure else {
            return Ok(mails::set_sent(&app.db, mail.id, app.clock.now()).await?);
        };
        let is_over = failure.is_final || mail.attempts + 1 >= MAX_ATTEMPTS;
        let error = format!("{:?}: {}", failure.phase, failure.message);
        mails::set_error(&app.db, mail.id, if is_over { "failed" } else { "queued" }, &error).await?;
        if is_over {
            tracing::error!(mail.id = mail.id.0, mail.kind, error, "a mail could not be sent");
            return Ok(());
        }
        Err(JobError::Retry(anyhow::anyhow!(error)))
    }
}

/// Sends a letter at once and tells each step, for the administrator who tries the settings.
pub async fn test_delivery(app: &App, to: &str, letter: &Letter, language: Language) -> anyhow::Result<Delivery> {
    anyhow::ensure!(is_configured(&app.config), "no mail server is configured");
    let config = &app.config;
    let rendered = letter.render(Messages::new(language), &config.system.site_name, &config.system.url_prefix)?;
    let outgoing = Outgoing {
        to: to.to_owned(),
        subject: subject(app, letter),
        text: rendered.text,
        html: rendered.html,
        host: host(app),
    };
    Ok(deliver(app, &outgoing).await)
}

async fn deliver(app: &App, outgoing: &Outgoing) -> Delivery {
    if app.config.mail.backend == MailBackend::Console {
        tracing::info!(to = outgoing.to, subject = outgoing.subject, "mail:\n{}", outgoing.text);
        return Delivery::default();
    }
    mail::deliver(&app.config.mail, outgoing).await
}

fn outgoing(app: &App, mail: &Mail) -> Result<Outgoing, JobError> {
    let content = mail.content.clone().unwrap_or_default();
    let letter: Letter = serde_json::from_value(content).map_err(JobError::fail)?;
    let language = Language::parse(&mail.language).unwrap_or_default();
    let system = &app.config.system;
    let rendered =
        letter.render(Messages::new(language), &system.site_name, &system.url_prefix).map_err(JobError::fail)?;
    Ok(Outgoing {
        to: mail.recipient.clone(),
        subject: mail.subject.clone(),
        text: rendered.text,
        html: rendered.html,
        host: host(app),
    })
}

/// Host of the public URL.
fn host(app: &App) -> String {
    let url = Url::parse(&app.config.system.url_prefix).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "localhost".to_owned())
}
