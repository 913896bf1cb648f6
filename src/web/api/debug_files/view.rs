//! A debug file.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::store::debug_files::DebugFile;
use crate::types::artifact::Checksum;
use crate::web::api::date::Date;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DebugFileView {
    id: String,
    /// The first 36 characters of the debug id: what there was before debug ids had ages.
    uuid: String,
    debug_id: String,
    code_id: Option<String>,
    cpu_name: String,
    object_name: String,
    symbol_type: String,
    headers: BTreeMap<&'static str, &'static str>,
    size: i64,
    sha1: Checksum,
    date_created: Date,
    data: DataView,
}

#[derive(Serialize)]
struct DataView {
    features: [&'static str; 0],
}

/// What a file has whose id nobody told.
const NIL: &str = "00000000-0000-0000-0000-000000000000";

impl From<DebugFile> for DebugFileView {
    fn from(file: DebugFile) -> Self {
        let debug_id = file.debug_id.unwrap_or_else(|| NIL.to_owned());
        Self {
            id: file.id.to_string(),
            uuid: debug_id.chars().take(36).collect(),
            debug_id,
            code_id: file.code_id,
            cpu_name: file.cpu,
            object_name: file.name,
            symbol_type: file.kind,
            headers: BTreeMap::from([("Content-Type", "application/octet-stream")]),
            size: file.size,
            sha1: file.checksum,
            date_created: file.created_at.into(),
            data: DataView { features: [] },
        }
    }
}
