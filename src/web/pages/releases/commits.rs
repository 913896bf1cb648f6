//! What a release consists of, and the files that changed.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::frame::{self, ReleaseFrame};
use crate::app::App;
use crate::messages::Messages;
use crate::store::commit_files::{self, CommitFile};
use crate::store::commits::{self, Commit};
use crate::store::repositories;
use crate::types::ids::RepositoryId;
use crate::web::error::Result;
use crate::web::extract::needs::ReleaseRead;
use crate::web::extract::{ReleaseAccess, Viewer};
use crate::web::layout::Layout;
use crate::web::markup::Markup;
use crate::web::pages::numbered::Page;
use crate::web::{render, time, visible};

const PER_PAGE: u16 = 50;
const FILES: usize = 200;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListParams {
    page: String,
}

#[derive(Template)]
#[template(path = "releases/commits.html")]
struct CommitsPage {
    layout: Layout,
    t: Messages,
    frame: ReleaseFrame,
    commits: Vec<CommitView>,
    files: Vec<FileView>,
    has_more_files: bool,
    previous: Option<String>,
    next: Option<String>,
}

struct CommitView {
    key: String,
    short: String,
    /// First line, and the rest.
    subject: String,
    body: String,
    author: String,
    repository: String,
    at: Markup,
}

struct FileView {
    path: String,
    kind: String,
    word: &'static str,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    access: ReleaseAccess<ReleaseRead>,
    Query(params): Query<ListParams>,
) -> Result<Response> {
    let (layout, frame) = frame::open(&app, &viewer, &access, "commits").await?;
    let page = Page::parse(&params.page, PER_PAGE);
    let id = access.release.id;
    let mut found = commits::list_of_release(&app.db, id, page.range()).await?;
    let (previous, next) = page.cut(&mut found, |page| format!("{}{}commits/?page={page}", layout.base, frame.path));
    let ids: Vec<i64> = found.iter().map(|commit| commit.repository_id.0).collect();
    let known = repositories::list_by_id(&app.db, access.release.organization_id, &ids).await?;
    let names: HashMap<RepositoryId, String> = known.into_iter().map(|known| (known.id, known.name)).collect();
    let mut files = commit_files::list_of_release(&app.db, id, 201).await?;
    let has_more_files = files.len() > FILES;
    files.truncate(FILES);
    let t = layout.t;
    render(&CommitsPage {
        commits: found.into_iter().map(|commit| view(commit, &names, &layout)).collect(),
        files: changed(files, t),
        has_more_files,
        previous,
        next,
        t,
        frame,
        layout,
    })
}

fn view(commit: Commit, repositories: &HashMap<RepositoryId, String>, layout: &Layout) -> CommitView {
    let (subject, body) = commit.message.split_once('\n').unwrap_or((&commit.message, ""));
    let author = commit.author_name.filter(|name| !name.is_empty()).or(commit.author_email);
    CommitView {
        short: visible::string(commit.key.chars().take(12).collect()),
        key: visible::string(commit.key.clone()),
        subject: visible::text(subject.trim()).into_owned(),
        body: visible::text(body.trim()).into_owned(),
        author: visible::string(author.unwrap_or_default()),
        repository: visible::string(repositories.get(&commit.repository_id).cloned().unwrap_or_default()),
        at: time::ago(layout.t, commit.committed_at, layout.now),
    }
}

/// Each path once, with what the newest commit did to it.
fn changed(files: Vec<CommitFile>, t: Messages) -> Vec<FileView> {
    let mut seen = std::collections::HashSet::new();
    let newest = files.into_iter().filter(|file| seen.insert(file.path.clone()));
    let view = |file: CommitFile| FileView {
        word: match file.kind.as_str() {
            "A" => t.releases_added(),
            "D" => t.releases_deleted(),
            _ => t.releases_modified(),
        },
        path: visible::string(file.path),
        kind: file.kind,
    };
    newest.map(view).collect()
}
