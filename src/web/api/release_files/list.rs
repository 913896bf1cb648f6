//! `GET …/releases/{version}/files/`, in pages, but for clients that know none.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};

use super::view::ReleaseFileView;
use crate::app::App;
use crate::store::release_files::{self, Filter};
use crate::types::artifact::Checksum;
use crate::web::api::lists::ListAnswer;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::ReleaseRead;
use crate::web::extract::{Pagination, ReleaseAccess};

/// Checksums in one request.
const MAX_CHECKSUMS: usize = 500;

/// What clients get in one page that read no second one. They replace a file by deleting what the list has of its name
/// and uploading it anew: a file that they do not see stays as it was, and nobody is told.
const WHOLE: i64 = 10_000;

/// `query` is part of the name; `checksum`, any number of times, names contents.
pub async fn list(
    State(app): State<App>,
    access: ReleaseAccess<ReleaseRead>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    mut pagination: Pagination,
) -> Result<ListAnswer<ReleaseFileView>> {
    let filter = read_filter(query.as_deref().unwrap_or_default())?;
    if reads_one_page(&headers) {
        pagination.per_page = WHOLE;
    }
    let (offset, limit) = (pagination.offset(), pagination.per_page + 1);
    let mut files = release_files::list(&app.db, access.release.id, &filter, offset, limit).await?;
    let page = pagination.cut_offset_page(&mut files);
    Ok((pagination.headers(&page), Json(files.into_iter().map(ReleaseFileView::from).collect())))
}

/// sentry-cli before 1.36 (web-api.md 17).
fn reads_one_page(headers: &HeaderMap) -> bool {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let minor = agent.strip_prefix("sentry-cli/1.").and_then(|rest| rest.split('.').next());
    minor.and_then(|minor| minor.parse::<u32>().ok()).is_some_and(|minor| minor < 36)
}

fn read_filter(query: &str) -> Result<Filter> {
    let mut filter = Filter::default();
    for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match key.as_ref() {
            "query" => filter.query = value.replace('\0', ""),
            "checksum" if filter.checksums.len() == MAX_CHECKSUMS => {
                return Err(Error::bad_request(format!("at most {MAX_CHECKSUMS} checksums")));
            }
            "checksum" => {
                let checksum = Checksum::parse(&value);
                filter.checksums.push(checksum.ok_or_else(|| Error::bad_request("checksum is 40 hexadecimal digits"))?);
            }
            _ => {}
        }
    }
    Ok(filter)
}
