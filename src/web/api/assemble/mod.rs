//! `…/assemble/`: files put together from uploaded chunks (web-api.md 8).
//!
//! Clients repeat the same request until its state is `ok` or `error`.

mod bundle;
mod debug_files;
mod release;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use serde::Serialize;
use serde_json::Value;

use super::debug_files::DebugFileView;
use crate::app::App;
use crate::services::artifacts::MAX_DIST;
use crate::services::assemble::{MAX_CHUNKS, Progress, State};
use crate::store::projects::Project;
use crate::types::artifact::Checksum;
use crate::types::ids::ProjectId;
use crate::types::release::{MAX_VERSION, parse_version};
use crate::web::api::body::Fields;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::ReleaseWrite;

/// The chunks of many debug files are named in one request.
const MAX_BODY_BYTES: usize = 16 << 20;

/// Projects that one bundle is for.
const MAX_PROJECTS: usize = 1_000;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/organizations/{organization}/artifactbundle/assemble/", post(bundle::assemble))
        .route("/organizations/{organization}/releases/{version}/assemble/", post(release::assemble))
        .route("/projects/{organization}/{project}/files/difs/assemble/", post(debug_files::assemble))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProgressView {
    state: State,
    missing_chunks: Vec<Checksum>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dif: Option<DebugFileView>,
}

impl From<Progress> for ProgressView {
    fn from(progress: Progress) -> Self {
        Self {
            state: progress.state,
            missing_chunks: progress.missing,
            detail: progress.detail,
            dif: progress.debug_file.map(DebugFileView::from),
        }
    }
}

/// Checksum and chunks of a file.
fn read_file(fields: &mut Fields) -> Option<(Checksum, Vec<Checksum>)> {
    let checksum = fields.value("checksum").and_then(Value::as_str).and_then(Checksum::parse);
    if checksum.is_none() {
        fields.refuse("checksum", "The SHA-1 of the whole file, 40 hexadecimal digits.");
    }
    let chunks = read_chunks(fields.value("chunks"));
    if chunks.is_none() {
        fields.refuse("chunks", format!("A list of up to {MAX_CHUNKS} SHA-1, 40 hexadecimal digits each."));
    }
    checksum.zip(chunks)
}

fn read_chunks(value: Option<&Value>) -> Option<Vec<Checksum>> {
    let items = value?.as_array().filter(|items| items.len() <= MAX_CHUNKS)?;
    items.iter().map(|item| Checksum::parse(item.as_str()?)).collect()
}

/// The projects of the body, by slugs or ids; those that the actor does not see are unknown.
async fn read_projects(
    app: &App,
    access: &OrganizationAccess<ReleaseWrite>,
    fields: &Fields,
) -> Result<Vec<ProjectId>> {
    let unknown = |name: &str| Error::Invalid(FieldErrors::one("projects", format!("Unknown project: {name:.100}")));
    let names = match fields.value("projects") {
        None => return Ok(Vec::new()),
        Some(Value::Array(names)) if names.len() <= MAX_PROJECTS => names,
        Some(Value::Array(_)) => return Err(unknown("there are more than a thousand")),
        Some(_) => return Err(unknown("this is not a list")),
    };
    let visible = access.projects(app).await?;
    let find = |name: &Value| {
        let text = name.as_str().map_or_else(|| name.to_string(), ToOwned::to_owned);
        let is_named = |project: &&Project| project.slug == text || project.id.to_string() == text;
        visible.iter().find(is_named).map(|project| project.id).ok_or_else(|| unknown(&text))
    };
    names.iter().map(find).collect()
}

/// Version and distribution; a distribution belongs to a version.
fn read_release(fields: &mut Fields) -> (Option<String>, String) {
    // Twice the limit, so that what is too long is told by the rule of versions.
    let version = fields.text("version", 2 * MAX_VERSION).filter(|version| !version.is_empty());
    if let Some(Err(error)) = version.as_deref().map(parse_version) {
        fields.refuse("version", error.to_string());
    }
    let dist = fields.text("dist", MAX_DIST).unwrap_or_default();
    if !dist.is_empty() && version.is_none() {
        fields.refuse("dist", "A dist belongs to a version.");
    }
    (version, dist)
}
