//! Whether links lead where people are.

use redis::RedisResult;

use super::{Finding, Fix};
use crate::app::App;
use crate::services::mail::is_reachable;

/// A share of requests by another address at which the URL is called wrong.
const WRONG_PERCENT: usize = 20;

/// By which addresses administrators opened pages lately.
pub struct Traffic {
    requests: usize,
    /// Origins that are neither the public URL's nor accepted beside it, one for each request.
    others: Vec<String>,
}

impl Traffic {
    pub async fn recent(app: &App) -> RedisResult<Self> {
        let recent = app.redis.recent_origins().await?;
        let requests = recent.len();
        let is_other = |origin: &String| !app.config.system.is_known_origin(origin);
        Ok(Self { requests, others: recent.into_iter().filter(is_other).collect() })
    }

    /// Whether people are elsewhere than links lead.
    pub fn is_often_elsewhere(&self) -> bool {
        self.others.len() * 100 > self.requests * WRONG_PERCENT
    }

    /// Where they are most.
    fn most_frequent(&self) -> Option<&str> {
        let count = |origin: &str| self.others.iter().filter(|other| *other == origin).count();
        self.others.iter().max_by_key(|origin| count(origin)).map(String::as_str)
    }
}

pub async fn check(app: &App) -> anyhow::Result<Finding> {
    let configured = &app.config.system.url_prefix;
    let traffic = Traffic::recent(app).await?;
    let most = traffic.most_frequent();
    let suggestion = most.map(|origin| format!("{origin}{}", base_path(configured)));
    let mut finding = if url::Url::parse(configured).is_err() || !configured.starts_with("http") {
        Finding::failed(format!("system.url-prefix: {configured}"), Fix::SetPublicUrl)
    } else if traffic.is_often_elsewhere() {
        let seen =
            format!("{configured}; {} of {}: {}", traffic.others.len(), traffic.requests, most.unwrap_or_default());
        Finding::failed(seen, Fix::PublicUrlOfProxy)
    } else if !is_reachable(configured) {
        Finding::warning(configured.as_str(), Fix::SetPublicUrl)
    } else {
        return Ok(Finding::ok(configured.as_str()));
    };
    finding.url = suggestion.filter(|_| !app.config.system.url_prefix_is_fixed);
    Ok(finding)
}

fn base_path(url: &str) -> String {
    url::Url::parse(url).map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default()
}
