//! Errors that robots ran into.

use std::sync::LazyLock;

use regex::Regex;

use crate::types::project_settings::InboundFilters;

use super::Filter;
use super::candidate::Candidate;

pub struct WebCrawlers;

/// Robots by name, and whatever calls itself a bot or spider. `CUBOT` makes phones.
static CRAWLERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)Mediapartners-Google|AdsBot-Google|Googlebot|FeedFetcher-Google|Google-InspectionTool|Calendar-Google",
        r"|BingPreview|Baiduspider|Slurp|Sogou|Yandex(Bot|Images)|facebookexternalhit|facebookcatalog|ia_archiver",
        r"|archive\.org_bot|Slackbot|Slack-ImgProxy|Calypso",
        r"|(^|[^u]|[^c]u)bots?([/\s);:,+.-]|$)|(spider|crawler)([/\s);:,+.-]|$)",
    ))
    .expect("the pattern is constant and tested")
});

/// Longer ones are looked at by their beginning.
const MAX_USER_AGENT: usize = 1_024;

impl Filter for WebCrawlers {
    fn reason(&self) -> &'static str {
        "web-crawlers"
    }

    fn is_on(&self, filters: &InboundFilters) -> bool {
        filters.web_crawlers
    }

    fn refuses(&self, candidate: &Candidate<'_>, _: &InboundFilters) -> bool {
        is_crawler(candidate.user_agent())
    }
}

fn is_crawler(user_agent: &str) -> bool {
    let end = user_agent.floor_char_boundary(MAX_USER_AGENT);
    CRAWLERS.is_match(&user_agent[..end])
}

#[cfg(test)]
mod tests {
    use super::is_crawler;

    #[test]
    fn robots_are_known_by_their_name() {
        for (user_agent, expected) in [
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", true),
            ("Mozilla/5.0 AppleWebKit/537.36 (compatible; bingbot/2.0) Chrome/116.0 Safari/537.36", true),
            ("Mozilla/5.0 (compatible; YandexBot/3.0)", true),
            ("Mozilla/5.0 (compatible; SomeNewBot/1.0)", true),
            ("SuperSpider (x)", true),
            ("Slackbot-LinkExpanding 1.0", true),
            ("facebookexternalhit/1.1", true),
            ("Mozilla/5.0 (Linux; Android 7.0; CUBOT NOTE Plus) Chrome/90.0 Mobile Safari/537.36", false),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", false),
            ("sentry.python/1.40", false),
            ("Robotics/1.0", false),
            ("", false),
        ] {
            assert_eq!(is_crawler(user_agent), expected, "{user_agent}");
        }
    }
}
