//! `GET …/releases/{version}/commits/`: what a release consists of, the newest first.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::people::{People, PersonView};
use super::view::RepositoryView;
use crate::app::App;
use crate::store::commits::{self, Commit};
use crate::types::ids::{OrganizationId, RepositoryId};
use crate::web::api::date::Date;
use crate::web::api::lists::ListAnswer;
use crate::web::error::Result;
use crate::web::extract::needs::ReleaseRead;
use crate::web::extract::{Pagination, ReleaseAccess};

/// A commit (web-api.md 3.8). What is not known is an empty object.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CommitView {
    /// The hash.
    id: String,
    message: String,
    date_created: Date,
    repository: Known<RepositoryView>,
    author: Known<PersonView>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Known<T> {
    Yes(T),
    No {},
}

impl<T> From<Option<T>> for Known<T> {
    fn from(found: Option<T>) -> Self {
        found.map_or(Self::No {}, Self::Yes)
    }
}

impl CommitView {
    pub fn of(commit: Commit, repositories: &HashMap<RepositoryId, RepositoryView>, people: &People) -> Self {
        let author = commit.author_email.zip(commit.author_name);
        Self {
            id: commit.key,
            message: commit.message,
            date_created: commit.committed_at.into(),
            repository: repositories.get(&commit.repository_id).cloned().into(),
            author: author.map(|(email, name)| people.view(&email, &name)).into(),
        }
    }

    /// Commits of an organization, in the order given.
    pub async fn list(app: &App, organization_id: OrganizationId, commits: Vec<Commit>) -> Result<Vec<Self>> {
        let emails = commits.iter().filter_map(|commit| commit.author_email.clone());
        let people = People::load(app, organization_id, emails).await?;
        let ids = commits.iter().map(|commit| commit.repository_id);
        let repositories = RepositoryView::by_id(app, organization_id, ids).await?;
        Ok(commits.into_iter().map(|commit| Self::of(commit, &repositories, &people)).collect())
    }
}

pub async fn list(
    State(app): State<App>,
    access: ReleaseAccess<ReleaseRead>,
    pagination: Pagination,
) -> Result<ListAnswer<CommitView>> {
    let range = (pagination.offset(), pagination.per_page + 1);
    let mut commits = commits::list_of_release(&app.db, access.release.id, range).await?;
    let page = pagination.cut_offset_page(&mut commits);
    let views = CommitView::list(&app, access.release.organization_id, commits).await?;
    Ok((pagination.headers(&page), Json(views)))
}
