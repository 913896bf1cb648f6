//! Errors of browsers too old to be worth fixing for.

use crate::types::project_settings::InboundFilters;

use super::Filter;
use super::candidate::Candidate;

pub struct LegacyBrowsers;

impl Filter for LegacyBrowsers {
    fn reason(&self) -> &'static str {
        "legacy-browsers"
    }

    fn is_on(&self, filters: &InboundFilters) -> bool {
        filters.legacy_browsers
    }

    fn refuses(&self, candidate: &Candidate<'_>, _: &InboundFilters) -> bool {
        candidate.is_javascript() && is_legacy(candidate.user_agent())
    }
}

/// Oldest supported: Internet Explorer 10, Safari 6, Opera 15, Opera Mini 8, Android 4.
fn is_legacy(user_agent: &str) -> bool {
    let is_below = |token: &str, oldest: u32| version(user_agent, token).is_some_and(|major| major < oldest);
    let has = |token: &str| user_agent.contains(token);
    if has("Opera Mini/") {
        return is_below("Opera Mini/", 8);
    }
    if has("Opera/") || has("Opera ") {
        // Since version 10 the real one is at the end; from 15 on it is called `OPR`.
        return if has("Version/") {
            is_below("Version/", 15)
        } else {
            is_below("Opera/", 15) || is_below("Opera ", 15)
        };
    }
    if has("MSIE ") {
        return is_below("MSIE ", 10);
    }
    let is_webkit = has("Version/") && has("Safari/") && !has("Chrome/") && !has("Chromium/") && !has("Edge/");
    if is_webkit && has("Android ") {
        return is_below("Android ", 4);
    }
    is_webkit && !has("Android") && is_below("Version/", 6)
}

/// The whole number right behind the token.
fn version(user_agent: &str, token: &str) -> Option<u32> {
    let rest = &user_agent[user_agent.find(token)? + token.len()..];
    let digits = rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::is_legacy;

    #[test]
    fn old_browsers_are_known_by_their_name() {
        for (user_agent, expected) in [
            ("Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)", true),
            ("Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)", false),
            ("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko", false),
            ("Mozilla/5.0 (compatible; MSIE 9.0; Windows Phone OS 7.5; Trident/5.0; IEMobile/9.0)", true),
            ("Mozilla/5.0 (Macintosh) AppleWebKit/534.59.8 (KHTML, like Gecko) Version/5.1.9 Safari/534.59.8", true),
            ("Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15", false),
            ("Mozilla/5.0 (Linux; U; Android 2.3.6; en) AppleWebKit/533.1 Version/4.0 Mobile Safari/533.1", true),
            ("Mozilla/5.0 (Linux; U; Android 4.1; en) AppleWebKit/534.30 Version/4.0 Mobile Safari/534.30", false),
            ("Opera/9.80 (Windows NT 6.1) Presto/2.12.388 Version/12.16", true),
            ("Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/90.0 Safari/537.36 OPR/76.0", false),
            ("Opera/9.80 (J2ME/MIDP; Opera Mini/7.1/28.3492; U; en) Presto/2.8", true),
            ("Opera/9.80 (Android; Opera Mini/36.2/119.132; U; en) Presto/2.12", false),
            ("Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/30.0 Safari/537.36", false),
            ("", false),
        ] {
            assert_eq!(is_legacy(user_agent), expected, "{user_agent}");
        }
    }
}
