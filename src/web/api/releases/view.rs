//! A release as the API shows it (web-api.md 3.8).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::commits::CommitView;
use super::deploys::DeployView;
use super::people::{People, PersonView};
use crate::app::App;
use crate::store::projects::Project;
use crate::store::release_projects::{self, ReleaseOfProject};
use crate::store::releases::{Release, ReleaseStatus};
use crate::store::repositories::{self, Repository, RepositoryStatus};
use crate::store::{commit_authors, commits, deploys, release_commits, users};
use crate::types::ids::{OrganizationId, ReleaseId, RepositoryId, UserId};
use crate::types::release::short_version;
use crate::web::api::date::Date;
use crate::web::api::users::UserView;
use crate::web::error::Result;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseView {
    version: String,
    short_version: String,
    status: ReleaseStatusView,
    #[serde(rename = "ref")]
    reference: Option<String>,
    url: Option<String>,
    date_started: Option<Date>,
    date_released: Option<Date>,
    date_created: Date,
    data: serde_json::Map<String, serde_json::Value>,
    new_groups: i64,
    owner: Option<UserView>,
    commit_count: i64,
    last_commit: Option<CommitView>,
    deploy_count: i64,
    last_deploy: Option<DeployView>,
    authors: Vec<PersonView>,
    projects: Vec<ProjectLinkView>,
    first_event: Option<Date>,
    last_event: Option<Date>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum ReleaseStatusView {
    Open,
    Archived,
}

#[derive(Serialize)]
struct ProjectLinkView {
    id: i64,
    slug: String,
    name: String,
}

/// A repository (web-api.md 3.9).
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryView {
    id: String,
    name: String,
    url: Option<String>,
    provider: ProviderView,
    status: &'static str,
    date_created: Date,
    integration_id: Option<String>,
    external_slug: Option<String>,
}

#[derive(Clone, Serialize)]
struct ProviderView {
    id: String,
    name: String,
}

/// What a list of releases needs beside its rows.
struct Facts {
    seen: HashMap<ReleaseId, Vec<ReleaseOfProject>>,
    commit_counts: HashMap<ReleaseId, i64>,
    last_commits: HashMap<ReleaseId, CommitView>,
    deploy_counts: HashMap<ReleaseId, i64>,
    last_deploys: HashMap<ReleaseId, DeployView>,
    authors: HashMap<ReleaseId, Vec<PersonView>>,
    owners: HashMap<UserId, users::User>,
}

impl ReleaseView {
    /// Releases of an organization as some of its projects saw them, in the order given.
    pub async fn list(
        app: &App,
        organization_id: OrganizationId,
        releases: &[Release],
        projects: &[Project],
    ) -> Result<Vec<Self>> {
        let mut facts = Facts::load(app, organization_id, releases, projects).await?;
        Ok(releases.iter().map(|release| Self::of(release, projects, &mut facts)).collect())
    }

    fn of(release: &Release, projects: &[Project], facts: &mut Facts) -> Self {
        let id = release.id;
        let seen = facts.seen.remove(&id).unwrap_or_default();
        let times = |of: fn(&ReleaseOfProject) -> Option<DateTime<Utc>>| seen.iter().filter_map(of);
        let is_linked = |project: &&Project| seen.iter().any(|row| row.project_id == project.id);
        Self {
            version: release.version.clone(),
            short_version: short_version(&release.version).to_owned(),
            status: match release.status {
                ReleaseStatus::Open => ReleaseStatusView::Open,
                ReleaseStatus::Archived => ReleaseStatusView::Archived,
            },
            reference: release.reference.clone(),
            url: release.url.clone(),
            date_started: release.started_at.map(Date),
            date_released: release.released_at.map(Date),
            date_created: release.created_at.into(),
            data: serde_json::Map::new(),
            new_groups: seen.iter().map(|row| row.new_issues).sum(),
            owner: release.owner_user_id.and_then(|id| facts.owners.get(&id)).map(UserView::of),
            commit_count: facts.commit_counts.get(&id).copied().unwrap_or(0),
            last_commit: facts.last_commits.remove(&id),
            deploy_count: facts.deploy_counts.get(&id).copied().unwrap_or(0),
            last_deploy: facts.last_deploys.remove(&id),
            authors: facts.authors.remove(&id).unwrap_or_default(),
            projects: projects.iter().filter(is_linked).map(ProjectLinkView::of).collect(),
            first_event: times(|row| row.first_event_at).min().map(Date),
            last_event: times(|row| row.last_event_at).max().map(Date),
        }
    }
}

impl ProjectLinkView {
    fn of(project: &Project) -> Self {
        Self { id: project.id.0, slug: project.slug.clone(), name: project.name.clone() }
    }
}

impl Facts {
    async fn load(
        app: &App,
        organization_id: OrganizationId,
        releases: &[Release],
        projects: &[Project],
    ) -> Result<Self> {
        let ids: Vec<i64> = releases.iter().map(|release| release.id.0).collect();
        let project_ids: Vec<i64> = projects.iter().map(|project| project.id.0).collect();
        let owners: Vec<i64> = releases.iter().filter_map(|release| release.owner_user_id.map(|id| id.0)).collect();
        let mut seen: HashMap<ReleaseId, Vec<ReleaseOfProject>> = HashMap::new();
        for row in release_projects::list(&app.db, &ids, &project_ids).await? {
            seen.entry(row.release_id).or_default().push(row);
        }
        let mut last_deploys = HashMap::new();
        for deploy in deploys::list_last(&app.db, &ids).await? {
            last_deploys.entry(deploy.release_id).or_insert_with(|| DeployView::of(&deploy));
        }
        let authors = commit_authors::list_of_releases(&app.db, &ids).await?;
        let last = commits::list_last(&app.db, &ids).await?;
        let emails = authors.iter().map(|(_, author)| author.email.clone());
        let people =
            People::load(app, organization_id, emails.chain(last.iter().filter_map(|(_, c)| c.author_email.clone())))
                .await?;
        let repositories =
            RepositoryView::by_id(app, organization_id, last.iter().map(|(_, c)| c.repository_id)).await?;
        let mut authors_of: HashMap<ReleaseId, Vec<PersonView>> = HashMap::new();
        for (id, author) in authors {
            authors_of.entry(id).or_default().push(people.view(&author.email, &author.name));
        }
        Ok(Self {
            seen,
            commit_counts: release_commits::count(&app.db, &ids).await?.into_iter().collect(),
            last_commits: last
                .into_iter()
                .map(|(id, commit)| (id, CommitView::of(commit, &repositories, &people)))
                .collect(),
            deploy_counts: deploys::count(&app.db, &ids).await?.into_iter().collect(),
            last_deploys,
            authors: authors_of,
            owners: users::list(&app.db, &owners).await?.into_iter().map(|user| (user.id, user)).collect(),
        })
    }
}

impl RepositoryView {
    pub fn of(repository: &Repository) -> Self {
        let provider = match repository.provider.as_deref() {
            Some(id) => ProviderView { id: id.to_owned(), name: id.to_owned() },
            None => ProviderView { id: "unknown".to_owned(), name: "Unknown Provider".to_owned() },
        };
        Self {
            id: repository.id.to_string(),
            name: repository.name.clone(),
            url: repository.url.clone(),
            provider,
            status: match repository.status {
                RepositoryStatus::Active => "active",
                RepositoryStatus::Hidden => "hidden",
            },
            date_created: repository.created_at.into(),
            integration_id: None,
            external_slug: None,
        }
    }

    /// Some repositories by their ids.
    pub async fn by_id(
        app: &App,
        organization_id: OrganizationId,
        ids: impl Iterator<Item = RepositoryId>,
    ) -> Result<HashMap<RepositoryId, Self>> {
        let mut ids: Vec<i64> = ids.map(|id| id.0).collect();
        ids.sort_unstable();
        ids.dedup();
        let found = repositories::list_by_id(&app.db, organization_id, &ids).await?;
        Ok(found.iter().map(|repository| (repository.id, Self::of(repository))).collect())
    }
}
