//! `GET /projects/{organization}/{project}/events/{event}/grouping-info/`: why an event belongs to its issue.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::{Map, Value};

use super::stored::{EventPath, StoredEvent, parse_id};
use crate::app::App;
use crate::pipeline::group::{self, Variant};
use crate::protocol::interfaces::read::texts;
use crate::web::error::Result;
use crate::web::extract::ProjectAccess;
use crate::web::extract::needs::EventRead;

/// A way of looking at the event.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VariantView {
    key: &'static str,
    /// The event was grouped by another hash: by an earlier setting, or before its frames were resolved.
    hash_mismatch: bool,
    config: ConfigView,
    #[serde(flatten)]
    variant: Variant,
}

#[derive(Serialize)]
struct ConfigView {
    id: &'static str,
}

pub async fn show(
    State(app): State<App>,
    access: ProjectAccess<EventRead>,
    path: Path<EventPath>,
) -> Result<Json<Map<String, Value>>> {
    let stored = StoredEvent::find(&app, access.project.id, parse_id(&path)?).await?;
    let tree = stored.tree()?;
    let hashes = texts(&tree, "hashes");
    let variants = tree.as_object().map(|event| group::explain(event, &access.project.settings)).unwrap_or_default();
    let mut view = Map::new();
    for variant in variants {
        let differs = |hash: &String| !hashes.iter().any(|known| known == hash);
        let hash_mismatch = variant.hash.as_ref().is_some_and(differs);
        let config = ConfigView { id: group::STRATEGY };
        let key = variant.name;
        view.insert(key.to_owned(), serde_json::to_value(VariantView { key, hash_mismatch, config, variant })?);
    }
    Ok(Json(view))
}
