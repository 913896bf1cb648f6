//! What the identity provider says of itself, step by step.

use super::step::StepView;
use crate::config::Oidc;
use crate::messages::Messages;
use crate::outbound::oidc::{Conversation, Problem};

pub async fn steps(t: Messages, config: &Oidc) -> Vec<StepView> {
    let mut steps = Vec::new();
    if let Err(problem) = ask(t, config, &mut steps).await {
        let titles = [t.directory_step_discovery(), t.directory_step_keys()];
        let title = titles[steps.len().min(1)];
        steps.push(StepView::bad(title, problem.to_string(), hint(t, &problem)));
    }
    steps
}

async fn ask(t: Messages, config: &Oidc, steps: &mut Vec<StepView>) -> Result<(), Problem> {
    let conversation = Conversation::new(config)?;
    let provider = conversation.discover(config).await?;
    let addresses = [&provider.authorization_endpoint, &provider.token_endpoint, &provider.jwks_uri];
    let addresses = addresses.map(ToString::to_string).to_vec();
    steps.push(StepView::good(t.directory_step_discovery(), &*provider.issuer).names(addresses));
    let keys = conversation.keys(&provider).await?;
    let is_usable = |kind: &str| matches!(kind, "RSA" | "EC" | "OKP");
    let usable = keys.iter().filter(|key| is_usable(&key.kty)).count();
    steps.push(if usable == 0 {
        StepView::bad(t.directory_step_keys(), t.directory_no_keys(), t.directory_hint_keys())
    } else {
        let names = keys.iter().map(|key| {
            let kid = key.kid.as_deref().unwrap_or_default();
            format!("{} {kid}", key.alg.as_deref().unwrap_or(&key.kty))
        });
        StepView::good(t.directory_step_keys(), t.directory_keys(usable)).names(names.take(20).collect())
    });
    Ok(())
}

fn hint(t: Messages, problem: &Problem) -> &'static str {
    match problem {
        Problem::Issuer(_) => t.directory_hint_issuer(),
        Problem::CaFile { .. } => t.directory_hint_ca_file(),
        Problem::OtherIssuer(_) => t.directory_hint_other_issuer(),
        Problem::Unreachable { .. } => t.directory_hint_provider(),
        Problem::Status { .. } | Problem::Malformed { .. } => t.directory_hint_no_provider(),
    }
}
