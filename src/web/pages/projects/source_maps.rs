//! Bundles of artifacts of a project, which debug ids find whatever the release.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;

use crate::app::App;
use crate::messages::Messages;
use crate::store::artifact_bundles::{self, ListedBundle};
use crate::types::ids::ArtifactBundleId;
use crate::types::scope::Scope;
use crate::web::error::Result;
use crate::web::extract::needs::{Needs, ReleaseRead, ReleaseWrite};
use crate::web::extract::{ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::markup::Markup;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::numbered::Page;
use crate::web::{numbers, render, time, visible};

const PER_PAGE: u16 = 50;

pub fn routes() -> Router<App> {
    let path = "/settings/{organization}/projects/{project}/source-maps/";
    Router::new().route(path, get(show)).route(&format!("{path}{{bundle}}/delete/"), post(delete))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ListParams {
    query: String,
    page: String,
}

#[derive(Template)]
#[template(path = "projects/source_maps.html")]
struct SourceMapsPage {
    layout: Layout,
    t: Messages,
    root: String,
    query: String,
    bundles: Vec<BundleView>,
    may_write: bool,
    previous: Option<String>,
    next: Option<String>,
}

struct BundleView {
    id: i64,
    name: String,
    releases: Vec<String>,
    files: i32,
    size: String,
    uploaded: Markup,
    last_used: Markup,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<ReleaseRead>,
    Query(params): Query<ListParams>,
) -> Result<Response> {
    let layout = Layout::of_project(&app, &viewer, &access, Section::Settings);
    let page = Page::parse(&params.page, PER_PAGE);
    let query = params.query.trim().replace('\0', "");
    let (offset, limit) = page.range();
    let mut found = artifact_bundles::list_of_project(&app.db, access.project.id, &query, offset, limit).await?;
    let root = format!("{}{}", layout.base, path(&access));
    let asked: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
    let (previous, next) = page.cut(&mut found, |page| format!("{root}?query={asked}&page={page}"));
    let may = |scope| access.may(scope);
    render(&SourceMapsPage {
        bundles: found.into_iter().map(|bundle| view(bundle, &layout)).collect(),
        may_write: may(Scope::ProjectReleases) || may(Scope::ProjectWrite),
        previous,
        next,
        query: visible::string(query),
        root,
        t: layout.t,
        layout,
    })
}

#[derive(Deserialize)]
struct BundlePath {
    bundle: ArtifactBundleId,
}

/// Takes a bundle away from this project; other projects keep it.
async fn delete(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<ReleaseWrite>,
    Path(BundlePath { bundle }): Path<BundlePath>,
) -> Result<Response> {
    artifact_bundles::unlink_project(&app.db, bundle, access.project.id).await?;
    redirect_with(&app, &viewer, &path(&access), viewer.messages().artifacts_bundle_deleted()).await
}

fn view(bundle: ListedBundle, layout: &Layout) -> BundleView {
    BundleView {
        id: bundle.id.0,
        name: bundle.debug_id.map_or_else(|| bundle.checksum.to_string(), |id| id.to_string()),
        releases: bundle.releases.into_iter().map(visible::string).collect(),
        files: bundle.file_count,
        size: numbers::bytes(bundle.size),
        uploaded: time::ago(layout.t, bundle.uploaded_at, layout.now),
        last_used: time::ago(layout.t, bundle.last_used_at, layout.now),
    }
}

fn path<N: Needs>(access: &ProjectAccess<N>) -> String {
    format!("/settings/{}/projects/{}/source-maps/", access.organization().slug, access.project.slug)
}
