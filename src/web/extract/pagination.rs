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

    /// Cuts the `per_page + 1` rows of an offset list down to the page, and tells its neighbours.
    pub fn cut_offset_page<T>(&self, rows: &mut Vec<T>) -> Page {
        let length = usize::try_from(self.per_page).unwrap_or(usize::MAX);
        let has_next = rows.len() > length;
        rows.truncate(length);
        self.offset_page(has_next)
    }

    /// Cuts rows down to a page, newest first, of a list that is ordered by `value`, and tells its neighbours.
    ///
    /// The rows begin at the cursor, `offset` of those with the cursor's value being left out, and are one more than
    /// fit if there are more; a previous page's rows come in the other order.
    pub fn keyset_page<T>(&self, rows: &mut Vec<T>, value: impl Fn(&T) -> i64) -> Page {
        let length = usize::try_from(self.per_page).unwrap_or(usize::MAX);
        let has_more = rows.len() > length;
        rows.truncate(length);
        let asked = self.cursor;
        let was_asked = asked != Cursor::default();
        if asked.is_previous {
            rows.reverse();
        }
        let count = |at: i64, rows: &mut dyn Iterator<Item = &T>| -> i64 {
            let same = i64::try_from(rows.take_while(|row| value(row) == at).count()).unwrap_or(i64::MAX);
            // A page of nothing but the cursor's value goes on where it stopped.
            let is_all = same == i64::try_from(length).unwrap_or(i64::MAX) && at == asked.value;
            same + if is_all { asked.offset } else { 0 }
        };
        let end = |row: Option<&T>| row.map_or(asked.value, &value);
        let (first, last) = (end(rows.first()), end(rows.last()));
        let previous = Cursor { value: first, offset: count(first, &mut rows.iter()), is_previous: true };
        let next = Cursor { value: last, offset: count(last, &mut rows.iter().rev()), is_previous: false };
        let (has_previous, has_next) =
            if asked.is_previous { (has_more, true) } else { (was_asked && !rows.is_empty(), has_more) };
        Page { previous, has_previous, next, has_next }
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
