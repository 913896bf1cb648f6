//! Whether the directory and the identity provider can be asked. `doctor` asks the same.

use super::{Finding, Fix};
use crate::app::App;
use crate::config::{Ldap, Oidc};
use crate::outbound::oidc::Conversation;
use crate::services::directory;

pub async fn ldap(app: &App) -> anyhow::Result<Finding> {
    Ok(match &app.config.ldap {
        Some(config) => ask_ldap(config).await,
        None => Finding::ok("auth.ldap.server-uri: -"),
    })
}

pub async fn oidc(app: &App) -> anyhow::Result<Finding> {
    Ok(match &app.config.oidc {
        Some(config) => ask_oidc(config).await,
        None => Finding::ok("auth.oidc.issuer: -"),
    })
}

/// Connects, encrypts and binds.
pub async fn ask_ldap(config: &Ldap) -> Finding {
    match directory::check(config).await {
        Ok(server) => Finding::ok(server),
        Err(error) => Finding::failed(error, Fix::MendDirectory),
    }
}

/// Reads what the provider publishes of itself, and its keys.
pub async fn ask_oidc(config: &Oidc) -> Finding {
    match discover(config).await {
        Ok(issuer) => Finding::ok(issuer),
        Err(error) => Finding::failed(error, Fix::MendProvider),
    }
}

async fn discover(config: &Oidc) -> Result<String, String> {
    let conversation = Conversation::new(config).map_err(|problem| problem.to_string())?;
    let provider = conversation.discover(config).await.map_err(|problem| problem.to_string())?;
    let keys = conversation.keys(&provider).await.map_err(|problem| problem.to_string())?;
    if keys.is_empty() { Err("the provider publishes no keys".to_owned()) } else { Ok(provider.issuer) }
}
