//! The artifacts of a release: what was uploaded, and what is missing for frames to be resolved (ui.md 4.5).

use std::collections::HashSet;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use super::frame::{self, ReleaseFrame};
use super::release_path;
use crate::app::App;
use crate::messages::Messages;
use crate::pipeline::symbolicate::urls;
use crate::services::artifacts;
use crate::store::release_artifacts::{self, ReleaseArtifact};
use crate::types::artifact::{ArtifactKind, Checksum, ident};
use crate::types::ids::ReleaseId;
use crate::types::scope::Scope;
use crate::web::error::Result;
use crate::web::extract::needs::{ReleaseRead, ReleaseWrite};
use crate::web::extract::{ReleaseAccess, Viewer};
use crate::web::layout::Layout;
use crate::web::markup::Markup;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::numbered::Page;
use crate::web::pages::posted::Posted;
use crate::web::{numbers, render, time, visible};

const PER_PAGE: u16 = 50;

/// Projects of the release for which an address can be looked up from its page.
const MAX_CHECKS: usize = 10;

/// Stands for the host of names that begin with `~`.
const ANY_HOST: &str = "https://any.invalid";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListParams {
    query: String,
    page: String,
}

#[derive(Template)]
#[template(path = "releases/artifacts.html")]
struct ArtifactsPage {
    layout: Layout,
    t: Messages,
    frame: ReleaseFrame,
    query: String,
    /// How many of each kind.
    counts: Vec<(&'static str, i64)>,
    rows: Vec<Row>,
    may_download: bool,
    /// Of the API: where a file's content lies, before its id.
    files: String,
    previous: Option<String>,
    next: Option<String>,
    /// Names of projects, and where an address can be looked up as for events of the release in them.
    checks: Vec<(String, String)>,
}

struct Row {
    /// Of a file of the release.
    id: Option<i64>,
    /// All but the last segment, and that: names are cut at their beginning.
    folder: String,
    name: String,
    whole: String,
    dist: String,
    kind: &'static str,
    map: MapState,
    debug_id: Option<String>,
    size: String,
    uploaded: Markup,
    token: Option<String>,
    warnings: Vec<String>,
}

/// What a script says about its map.
enum MapState {
    /// Scripts alone have maps.
    NotApplicable,
    Found(String),
    Inline,
    Missing(String),
    None,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    access: ReleaseAccess<ReleaseRead>,
    Query(params): Query<ListParams>,
) -> Result<Response> {
    let (layout, frame) = frame::open(&app, &viewer, &access, "artifacts").await?;
    let page = Page::parse(&params.page, PER_PAGE);
    let (id, query) = (access.release.id, params.query.trim().replace('\0', ""));
    let mut found = release_artifacts::list(&app.db, id, &query, page.range()).await?;
    let asked: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
    let address = |page| format!("{}{}artifacts/?query={asked}&page={page}", layout.base, frame.path);
    let (previous, next) = page.cut(&mut found, address);
    let counts = release_artifacts::count_by_kind(&app.db, id).await?;
    let maps = KnownMaps::load(&app, id, &found).await?;
    let t = layout.t;
    render(&ArtifactsPage {
        counts: counts.into_iter().map(|(kind, count)| (kind_word(kind, t), count)).collect(),
        rows: found.into_iter().map(|artifact| row(artifact, &maps, &layout)).collect(),
        may_download: access.within.may(Scope::ProjectWrite),
        files: format!(
            "{}/api/0{}files/",
            layout.base,
            release_path(&frame.organization, None, &access.release.version)
        ),
        previous,
        next,
        query: visible::string(query),
        checks: checks(&access, &layout),
        t,
        frame,
        layout,
    })
}

fn checks(access: &ReleaseAccess<ReleaseRead>, layout: &Layout) -> Vec<(String, String)> {
    let organization = &access.within.organization.slug;
    let version: String = url::form_urlencoded::byte_serialize(access.release.version.as_bytes()).collect();
    let path = |slug: &str| {
        format!("{}/settings/{organization}/projects/{slug}/source-maps/check/?release={version}", layout.base)
    };
    let projects = access.projects.iter().take(MAX_CHECKS);
    projects.map(|project| (visible::string(project.name.clone()), path(&project.slug))).collect()
}

/// Deletes the ticked files.
pub async fn delete(
    State(app): State<App>,
    viewer: Viewer,
    access: ReleaseAccess<ReleaseWrite>,
    posted: Posted,
) -> Result<Response> {
    let t = viewer.messages();
    let ids: Vec<i64> = posted.all("file").filter_map(|id| id.parse().ok()).collect();
    let path = format!(
        "{}artifacts/",
        release_path(
            &access.within.organization.slug,
            access.project().map(|project| project.slug.as_str()),
            &access.release.version,
        )
    );
    if ids.is_empty() {
        return redirect_with(&app, &viewer, &path, t.artifacts_none_selected()).await;
    }
    let deleted = artifacts::delete(&app.db, &access.release, &ids).await?;
    let deleted = i64::try_from(deleted).unwrap_or(i64::MAX);
    redirect_with(&app, &viewer, &path, t.artifacts_deleted(deleted)).await
}

/// Which maps of a page's scripts there are.
struct KnownMaps {
    names: HashSet<(String, Checksum)>,
    ids: HashSet<Uuid>,
}

impl KnownMaps {
    async fn load(app: &App, release_id: ReleaseId, found: &[ReleaseArtifact]) -> sqlx::Result<Self> {
        let mut names = HashSet::new();
        let dists: HashSet<&str> = found.iter().map(|artifact| artifact.dist.as_str()).collect();
        for dist in dists {
            let of_dist = found.iter().filter(|artifact| artifact.dist == dist);
            let wanted: Vec<String> = of_dist.flat_map(map_names).collect();
            let known = release_artifacts::list_existing(&app.db, release_id, &wanted, dist).await?;
            names.extend(known.into_iter().map(|ident| (dist.to_owned(), ident)));
        }
        let ids: Vec<Uuid> = found.iter().filter_map(|artifact| artifact.debug_id).collect();
        let ids = release_artifacts::list_ids_with_map(&app.db, release_id, &ids).await?;
        Ok(Self { names, ids: ids.into_iter().collect() })
    }

    fn state(&self, artifact: &ReleaseArtifact) -> MapState {
        if artifact.kind != ArtifactKind::MinifiedSource {
            return MapState::NotApplicable;
        }
        let shown = artifact.sourcemap_ref.clone().map(visible::string);
        if artifact.debug_id.is_some_and(|id| self.ids.contains(&id)) {
            return MapState::Found(shown.unwrap_or_else(|| "Debug ID".to_owned()));
        }
        let Some(reference) = shown else { return MapState::None };
        if reference.starts_with("data:") {
            return MapState::Inline;
        }
        let is_known = |name: String| self.names.contains(&(artifact.dist.clone(), ident(&name, "")));
        if map_names(artifact).into_iter().any(is_known) {
            MapState::Found(reference)
        } else {
            MapState::Missing(reference)
        }
    }
}

/// Names under which a script's map may be stored: those that frames of the script lead to.
fn map_names(artifact: &ReleaseArtifact) -> Vec<String> {
    let reference = artifact.sourcemap_ref.as_deref().filter(|reference| !reference.starts_with("data:"));
    let Some((name, reference)) = artifact.name.as_deref().zip(reference) else { return Vec::new() };
    let base = name.strip_prefix('~').map_or_else(|| name.to_owned(), |path| format!("{ANY_HOST}{path}"));
    urls::candidates(&urls::join(&base, reference))
}

fn row(artifact: ReleaseArtifact, maps: &KnownMaps, layout: &Layout) -> Row {
    let t = layout.t;
    let map = maps.state(&artifact);
    let whole = artifact.name.clone().map(visible::string);
    let (folder, name) = match whole.as_deref() {
        Some(whole) => whole.split_at(whole.trim_end_matches('/').rfind('/').map_or(0, |slash| slash + 1)),
        None => ("", t.artifacts_unnamed()),
    };
    Row {
        id: artifact.file_id.map(|id| id.0),
        folder: folder.to_owned(),
        name: name.to_owned(),
        warnings: warnings(&artifact, &map, t),
        dist: visible::string(artifact.dist),
        kind: kind_word(artifact.kind, t),
        debug_id: artifact.debug_id.map(|id| id.to_string()),
        size: numbers::bytes(artifact.size),
        uploaded: time::ago(t, artifact.uploaded_at, layout.now),
        token: artifact.token.filter(|name| !name.is_empty()).map(|name| t.artifacts_by(visible::string(name))),
        whole: whole.unwrap_or_default(),
        map,
    }
}

fn warnings(artifact: &ReleaseArtifact, map: &MapState, t: Messages) -> Vec<String> {
    let mut warnings = Vec::new();
    match map {
        MapState::None => warnings.push(t.artifacts_no_reference().to_owned()),
        MapState::Missing(reference) => warnings.push(t.artifacts_missing_map(reference)),
        MapState::NotApplicable | MapState::Found(_) | MapState::Inline => {}
    }
    if artifact.has_sources == Some(false) {
        warnings.push(t.artifacts_no_sources().to_owned());
    }
    if artifact.name.as_deref().is_some_and(is_local) {
        warnings.push(t.artifacts_local_path().to_owned());
    }
    warnings
}

/// Whether a name looks like a path on somebody's disk.
fn is_local(name: &str) -> bool {
    let is_drive = name.len() > 2 && name.as_bytes()[1] == b':' && name.as_bytes()[0].is_ascii_alphabetic();
    is_drive
        || name.starts_with('/')
        || name.starts_with("file:")
        || name.contains("/home/")
        || name.contains("/Users/")
}

fn kind_word(kind: ArtifactKind, t: Messages) -> &'static str {
    match kind {
        ArtifactKind::MinifiedSource => t.artifacts_minified_source(),
        ArtifactKind::SourceMap => t.artifacts_source_map(),
        ArtifactKind::Source => t.artifacts_source(),
        ArtifactKind::IndexedRamBundle => t.artifacts_indexed_ram_bundle(),
        ArtifactKind::Other => t.artifacts_other(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn paths_of_disks_are_known() {
        for (name, expected) in [
            ("~/static/app.js", false),
            ("https://example.com/app.js", false),
            ("app:///main.js", false),
            ("/srv/build/app.js", true),
            (r"C:\build\app.js", true),
            ("file:///app.js", true),
            ("~/Users/lin/app.js", true),
            ("", false),
        ] {
            assert_eq!(is_local(name), expected, "{name}");
        }
    }
}
