//! The way back to the page a form stood on. Never to another site.

use axum::http::{HeaderMap, header};

use crate::app::App;
use crate::web::base_path;

/// Path and query of the page the form stood on, without the base path.
pub fn page_before(app: &App, headers: &HeaderMap) -> Option<String> {
    let referer = url::Url::parse(headers.get(header::REFERER)?.to_str().ok()?).ok()?;
    let path = &referer[url::Position::BeforePath..url::Position::AfterQuery];
    local(path.strip_prefix(base_path(app))?).map(str::to_owned)
}

/// Only paths of ours: `//host` and `/\host` lead elsewhere.
pub fn local(next: &str) -> Option<&str> {
    let is_local = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n', '\t']);
    is_local.then_some(next)
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn forms_lead_only_to_pages_of_ours() {
        for (next, expected) in [
            ("/a/?b=c", Some("/a/?b=c")),
            ("", None),
            ("//evil.example", None),
            ("/\\evil.example", None),
            ("https://evil.example", None),
            ("javascript:alert(1)", None),
            ("/\t/evil", None),
            ("/a\r\nSet-Cookie: x", None),
        ] {
            assert_eq!(local(next), expected);
        }
    }
}
