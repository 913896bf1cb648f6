//! A file of a release.

use serde::Serialize;

use crate::store::release_files::{Headers, ReleaseFile};
use crate::types::artifact::Checksum;
use crate::web::api::date::Date;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseFileView {
    id: String,
    name: String,
    dist: Option<String>,
    headers: Headers,
    size: i64,
    sha1: Checksum,
    date_created: Date,
}

impl From<ReleaseFile> for ReleaseFileView {
    fn from(file: ReleaseFile) -> Self {
        Self {
            id: file.id.to_string(),
            name: file.name,
            dist: Some(file.dist).filter(|dist| !dist.is_empty()),
            headers: file.headers.0,
            size: file.size,
            sha1: file.sha1,
            date_created: file.created_at.into(),
        }
    }
}
