//! Whether links lead where people are.

use super::{Finding, Fix};
use crate::app::App;
use crate::services::mail::is_reachable;

/// A share of requests by another address at which the URL is called wrong.
const WRONG_PERCENT: usize = 20;

pub async fn check(app: &App) -> anyhow::Result<Finding> {
    let configured = &app.config.system.url_prefix;
    let recent = app.redis.recent_origins().await?;
    let others: Vec<&String> = recent.iter().filter(|origin| !app.config.system.is_known_origin(origin)).collect();
    let most = most_frequent(&others);
    let suggestion = most.map(|origin| format!("{origin}{}", base_path(configured)));
    let mut finding = if url::Url::parse(configured).is_err() || !configured.starts_with("http") {
        Finding::failed(format!("system.url-prefix: {configured}"), Fix::SetPublicUrl)
    } else if others.len() * 100 > recent.len() * WRONG_PERCENT {
        let seen = format!("{configured}; {} of {}: {}", others.len(), recent.len(), most.map_or("", |origin| origin));
        Finding::failed(seen, Fix::PublicUrlOfProxy)
    } else if !is_reachable(configured) {
        Finding::warning(configured.as_str(), Fix::SetPublicUrl)
    } else {
        return Ok(Finding::ok(configured.as_str()));
    };
    finding.url = suggestion.filter(|_| !app.config.system.url_prefix_is_fixed);
    Ok(finding)
}

fn most_frequent<'a>(origins: &[&'a String]) -> Option<&'a str> {
    let count = |origin: &str| origins.iter().filter(|other| other.as_str() == origin).count();
    origins.iter().max_by_key(|origin| count(origin)).map(|origin| origin.as_str())
}

fn base_path(url: &str) -> String {
    url::Url::parse(url).map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default()
}
