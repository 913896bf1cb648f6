//! Whether the directory and the identity provider answer.

use crate::config::{Ldap, Oidc};
use crate::outbound::oidc::Conversation;
use crate::services::directory;

/// What is well, or what is wrong and what to do.
type Finding = Result<String, String>;

/// One line each for what is set.
pub async fn check(ldap: Option<&Ldap>, oidc: Option<&Oidc>) -> Vec<(&'static str, Finding)> {
    let mut findings = Vec::new();
    if let Some(config) = ldap {
        let found = directory::check(config).await;
        findings.push(("ldap", found.map_err(|error| advised(&error))));
    }
    if let Some(config) = oidc {
        findings.push(("single sign-on", ask(config).await.map_err(|error| advised(&error))));
    }
    findings
}

async fn ask(config: &Oidc) -> Result<String, String> {
    let conversation = Conversation::new(config).map_err(|problem| problem.to_string())?;
    let provider = conversation.discover(config).await.map_err(|problem| problem.to_string())?;
    let keys = conversation.keys(&provider).await.map_err(|problem| problem.to_string())?;
    if keys.is_empty() { Err("the provider publishes no keys".to_owned()) } else { Ok(provider.issuer) }
}

fn advised(error: &str) -> String {
    format!("{error}: try it step by step at /settings/ORGANIZATION/auth/")
}
