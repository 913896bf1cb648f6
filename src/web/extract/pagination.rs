//! Pages of lists in the API (web-api.md 1.4).

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};

use crate::app::App;
use crate::types::cursor::Cursor;
use crate::web::error::{Error, Result};

const MAX_PER_PAGE: i64 = 100;

/// Which page a request asks for, and where the links to its neighbours lead.
pub struct Pagination {
    pub cursor: Cursor,
    /// 1 to 100 rows.
    pub per_page: i64,
    /// Public URL of the list with its parameters, without `cursor`.
    url: String,
}

/// Where the neighbours of a page begin, and whether there is anything.
pub struct Page {
    pub previous: Cursor,
    pub has_previous: bool,
    pub next: Cursor,
    pub has_next: bool,
}

impl Pagination {
    /// The neighbours of a page of an offset list (`100:page:0`); ask the store for `per_page + 1` rows to know
    /// `has_next`.
    pub fn offset_page(&self, has_next: bool) -> Page {
        let page = self.cursor.offset;
        let cursor = |offset, is_previous| Cursor { value: self.per_page, offset, is_previous };
        Page { previous: cursor(page - 1, true), has_previous: page > 0, next: cursor(page + 1, false), has_next }
    }

    /// Rows to skip in an offset list.
    pub fn offset(&self) -> i64 {
        self.cursor.offset.max(0).saturating_mul(self.per_page)
    }

    /// The `Link` header, both directions always present.
    pub fn headers(&self, page: &Page) -> HeaderMap {
        let link = |cursor: Cursor, relation: &str, results: bool| {
            format!(r#"<{}&cursor={cursor}>; rel="{relation}"; results="{results}"; cursor="{cursor}""#, self.url)
        };
        let previous = link(page.previous, "previous", page.has_previous);
        let next = link(page.next, "next", page.has_next);
        let value = HeaderValue::from_str(&format!("{previous}, {next}")).expect("a percent-encoded URL is ASCII");
        HeaderMap::from_iter([(header::LINK, value)])
    }
}

impl FromRequestParts<App> for Pagination {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let query = parts.uri.query().unwrap_or_default();
        let mut others = url::form_urlencoded::Serializer::new(String::new());
        let (mut cursor, mut per_page) = (Cursor::default(), MAX_PER_PAGE);
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if key == "cursor" {
                cursor = parse_cursor(&value)?;
                continue;
            }
            if key == "per_page" || key == "limit" {
                let number: i64 = value.parse().map_err(|_| Error::bad_request(format!("{key} must be a number")))?;
                per_page = number.clamp(1, MAX_PER_PAGE);
            }
            others.append_pair(&key, &value);
        }
        let path = parts.extensions.get::<OriginalUri>().map_or(parts.uri.path(), |uri| uri.path());
        let url = format!("{}{}?{}", app.config.system.url_prefix, path, others.finish());
        Ok(Self { cursor, per_page, url })
    }
}

fn parse_cursor(text: &str) -> Result<Cursor> {
    if text.is_empty() {
        return Ok(Cursor::default());
    }
    text.parse().map_err(|_| Error::bad_request("the cursor is not valid; begin without one"))
}
