//! What is set, and should not be left so.

use std::future::{Ready, ready};

use super::{Finding, Fix};
use crate::app::App;
use crate::config::MailBackend;
use crate::outbound::mail as server;
use crate::services::mail::{self, Obstacle};
use crate::store::mails;

/// Shorter secrets can be guessed.
const SECRET_LENGTH: usize = 32;

pub async fn mail(app: &App) -> anyhow::Result<Finding> {
    let held = mails::count_in_state(&app.db, "held").await?;
    let config = &app.config.mail;
    match mail::obstacle(&app.config) {
        Some(Obstacle::NoServer) => {
            return Ok(Finding::warning(format!("mail.host: -; {held} held"), Fix::SetMailHost));
        }
        Some(Obstacle::NoPublicUrl) => {
            let told = format!("{}; {held} held", app.config.system.url_prefix);
            return Ok(Finding::failed(told, Fix::SetPublicUrl));
        }
        None if config.backend == MailBackend::Console => return Ok(Finding::ok("console")),
        None => {}
    }
    let delivery = server::knock(config).await;
    if let Some(failure) = delivery.failure {
        let told = format!("{}:{}: {}", config.host, config.port, failure.message);
        return Ok(Finding::failed(told, Fix::MendMail));
    }
    let domain = config.from.rsplit('@').next().unwrap_or_default().trim_end_matches('>');
    if domain == "localhost" || !domain.contains('.') {
        return Ok(Finding::warning(format!("mail.from: {}", config.from), Fix::SetMailFrom));
    }
    let failed = mails::count_in_state(&app.db, "failed").await?;
    let told = format!("{}:{}; {held} held, {failed} failed", config.host, config.port);
    Ok(if failed > 0 { Finding::warning(told, Fix::RetryMail) } else { Finding::ok(told) })
}

pub fn secret_key(app: &App) -> Ready<anyhow::Result<Finding>> {
    ready(Ok(judge_secret(app.config.system.secret_key.as_deref())))
}

/// Tells its length alone.
pub fn judge_secret(secret: Option<&str>) -> Finding {
    let told = format!("{} characters", secret.map_or(0, str::len));
    if secret.is_none_or(|secret| secret.len() < SECRET_LENGTH) {
        Finding::failed(told, Fix::SetSecret)
    } else {
        Finding::ok(told)
    }
}

pub fn registration(app: &App) -> Ready<anyhow::Result<Finding>> {
    let is_open = app.config.web.allow_registration;
    let is_walled = !app.config.web.allowed_networks.is_empty();
    let told = format!("auth.allow-registration: {is_open}");
    ready(Ok(if is_open && !is_walled { Finding::warning(told, Fix::CloseRegistration) } else { Finding::ok(told) }))
}
