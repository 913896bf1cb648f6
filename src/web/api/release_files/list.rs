//! `GET …/releases/{version}/files/`.

use axum::Json;
use axum::extract::{RawQuery, State};

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

/// `query` is part of the name; `checksum`, any number of times, names contents.
pub async fn list(
    State(app): State<App>,
    access: ReleaseAccess<ReleaseRead>,
    RawQuery(query): RawQuery,
    pagination: Pagination,
) -> Result<ListAnswer<ReleaseFileView>> {
    let filter = read_filter(query.as_deref().unwrap_or_default())?;
    let (offset, limit) = (pagination.offset(), pagination.per_page + 1);
    let mut files = release_files::list(&app.db, access.release.id, &filter, offset, limit).await?;
    let page = pagination.cut_offset_page(&mut files);
    Ok((pagination.headers(&page), Json(files.into_iter().map(ReleaseFileView::from).collect())))
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
