//! A project in lists.

use std::collections::HashMap;

use md5::{Digest, Md5};
use serde::Serialize;

use crate::app::App;
use crate::store::projects::Project;
use crate::store::teams::Team;
use crate::store::{environments, release_projects};
use crate::types::hex;
use crate::types::ids::ProjectId;
use crate::web::api::date::Date;
use crate::web::api::organizations::OrganizationView;
use crate::web::api::series::Points;
use crate::web::api::teams::MembershipView;
use crate::web::api::tenancy::Tenancy;
use crate::web::api::users::AvatarView;
use crate::web::error::Result;

#[derive(Clone, Serialize)]
pub struct TeamLinkView {
    id: String,
    slug: String,
    name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectView {
    id: String,
    slug: String,
    name: String,
    is_public: bool,
    is_bookmarked: bool,
    call_sign: Option<String>,
    color: String,
    date_created: Date,
    first_event: Option<Date>,
    features: [&'static str; 2],
    status: &'static str,
    platform: Option<String>,
    is_internal: bool,
    #[serde(flatten)]
    membership: MembershipView,
    avatar: AvatarView,
    /// Never `null`: sentry-cli 1.x would read none of the list. A project without a team has one without a name.
    team: TeamLinkView,
    teams: Vec<TeamLinkView>,
}

/// A project in the list of all projects.
#[derive(Serialize)]
pub struct ProjectWithOrganizationView {
    #[serde(flatten)]
    pub project: ProjectView,
    pub organization: OrganizationView,
}

/// A project in its organization's list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectSummaryView {
    #[serde(flatten)]
    project: ProjectView,
    environments: Vec<String>,
    platforms: Vec<String>,
    latest_deploys: Option<()>,
    latest_release: Option<VersionView>,
    /// Accepted events, where a period was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stats: Option<Points>,
}

#[derive(Serialize)]
pub struct VersionView {
    pub version: String,
}

impl TeamLinkView {
    pub fn of(team: &Team) -> Self {
        Self { id: team.id.to_string(), slug: team.slug.clone(), name: team.name.clone() }
    }

    fn none() -> Self {
        Self { id: "0".to_owned(), slug: String::new(), name: String::new() }
    }
}

impl ProjectView {
    pub fn of(project: &Project, teams: Vec<TeamLinkView>, is_bookmarked: bool, membership: MembershipView) -> Self {
        Self {
            id: project.id.to_string(),
            slug: project.slug.clone(),
            name: project.name.clone(),
            is_public: false,
            is_bookmarked,
            call_sign: None,
            color: color(&project.slug),
            date_created: project.created_at.into(),
            first_event: project.first_event_at.map(Date),
            features: ["releases", "rate-limits"],
            status: "active",
            platform: project.platform.clone(),
            is_internal: false,
            membership,
            avatar: AvatarView::LETTERS,
            team: teams.first().cloned().unwrap_or_else(TeamLinkView::none),
            teams,
        }
    }
}

impl ProjectSummaryView {
    pub async fn list(app: &App, tenancy: &Tenancy, projects: &[Project]) -> Result<Vec<Self>> {
        let ids: Vec<i64> = projects.iter().map(|project| project.id.0).collect();
        let mut environments: HashMap<ProjectId, Vec<String>> = HashMap::new();
        for (id, name) in environments::list_of_projects(&app.db, &ids).await? {
            environments.entry(id).or_default().push(name);
        }
        let latest = release_projects::list_latest(&app.db, &ids).await?.into_iter();
        let mut releases: HashMap<_, _> = latest.map(|latest| (latest.project_id, latest.version)).collect();
        let view = |project: &Project| Self {
            project: tenancy.project(project),
            environments: environments.remove(&project.id).unwrap_or_default(),
            platforms: project.platform.iter().cloned().collect(),
            latest_deploys: None,
            latest_release: releases.remove(&project.id).map(|version| VersionView { version }),
            stats: None,
        };
        Ok(projects.iter().map(view).collect())
    }
}

/// A colour that stays with the slug.
fn color(slug: &str) -> String {
    format!("#{}", hex::encode(&Md5::digest(slug.as_bytes())[..3]))
}
