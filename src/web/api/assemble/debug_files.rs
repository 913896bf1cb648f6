//! `POST /projects/{organization}/{project}/files/difs/assemble/`: many files in one request, by their checksums.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use super::{ProgressView, read_chunks};
use crate::app::App;
use crate::services::assemble::{self, Request, Target};
use crate::types::artifact::Checksum;
use crate::web::api::body::Fields;
use crate::web::api::upload::uploader;
use crate::web::error::{Error, Result};
use crate::web::extract::ProjectAccess;
use crate::web::extract::needs::ReleaseWrite;

const MAX_FILES: usize = 5_000;

pub async fn assemble(
    State(app): State<App>,
    access: ProjectAccess<ReleaseWrite>,
    fields: Fields,
) -> Result<Json<BTreeMap<String, ProgressView>>> {
    let names: Vec<&str> = fields.names().collect();
    if names.len() > MAX_FILES {
        return Err(Error::bad_request(format!("at most {MAX_FILES} files in one request")));
    }
    let by = uploader(access.actor());
    let read = |name: &str| Ok((name.to_owned(), read_request(&access, name, fields.value(name))?));
    // All of them first: a request that is wrong anywhere begins nothing.
    let requests: Vec<(String, Request)> = names.into_iter().map(read).collect::<Result<_>>()?;
    let mut answers = BTreeMap::new();
    for (name, request) in requests {
        let progress = assemble::assemble(&app, access.organization().id, &request, by).await?;
        answers.insert(name, progress.into());
    }
    Ok(Json(answers))
}

fn read_request(access: &ProjectAccess<ReleaseWrite>, name: &str, file: Option<&Value>) -> Result<Request> {
    let wrong = || Error::bad_request(format!("{name:.60} is not a file: SHA-1, with name, debug_id and chunks"));
    let checksum = Checksum::parse(name).ok_or_else(wrong)?;
    let file = file.and_then(Value::as_object).ok_or_else(wrong)?;
    let chunks = read_chunks(file.get("chunks")).ok_or_else(wrong)?;
    let text =
        |name| file.get(name).and_then(Value::as_str).map(|text: &str| text.chars().take(500).collect::<String>());
    let name = text("name").filter(|name| !name.is_empty() && !name.contains('\0')).ok_or_else(wrong)?;
    let debug_id = text("debug_id").filter(|id| !id.contains('\0'));
    let target = Target::DebugFile { project_id: access.project.id, name, debug_id };
    Ok(Request { target, checksum, chunks })
}
