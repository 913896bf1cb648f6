//! Everything about one issue.

use serde::Serialize;

use super::activity::ActivityView;
use super::people::SeenByView;
use super::view::IssueView;
use crate::store::releases::ReleaseOfProject;
use crate::web::api::date::Date;
use crate::web::api::tags::TagKeyView;
use crate::web::api::users::UserView;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IssueDetailView {
    #[serde(flatten)]
    pub issue: IssueView,
    pub activity: Vec<ActivityView>,
    pub seen_by: Vec<SeenByView>,
    pub first_release: Option<ReleaseView>,
    pub last_release: Option<ReleaseView>,
    pub participants: Vec<UserView>,
    pub plugin_actions: [(); 0],
    pub plugin_issues: [(); 0],
    pub plugin_contexts: [(); 0],
    pub user_report_count: i64,
    pub tags: Vec<TagKeyView>,
    pub current_release: Option<()>,
}

/// A release as an issue shows it (web-api.md 3.8).
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseView {
    version: String,
    short_version: String,
    #[serde(rename = "ref")]
    reference: Option<String>,
    url: Option<String>,
    date_released: Option<Date>,
    date_created: Date,
    data: serde_json::Map<String, serde_json::Value>,
    new_groups: i64,
    owner: Option<()>,
    commit_count: u32,
    last_commit: Option<()>,
    deploy_count: u32,
    last_deploy: Option<()>,
    authors: [(); 0],
    projects: Vec<ReleaseProjectView>,
    first_event: Option<Date>,
    last_event: Option<Date>,
}

#[derive(Clone, Serialize)]
struct ReleaseProjectView {
    slug: String,
    name: String,
}

impl ReleaseView {
    /// The release as the issue's project saw it.
    pub fn of(release: &ReleaseOfProject, slug: &str, name: &str) -> Self {
        Self {
            version: release.version.clone(),
            short_version: release.version.clone(),
            reference: None,
            url: None,
            date_released: release.released_at.map(Date),
            date_created: release.created_at.into(),
            data: serde_json::Map::new(),
            new_groups: release.new_issues,
            owner: None,
            commit_count: 0,
            last_commit: None,
            deploy_count: 0,
            last_deploy: None,
            authors: [],
            projects: vec![ReleaseProjectView { slug: slug.to_owned(), name: name.to_owned() }],
            first_event: release.first_event_at.map(Date),
            last_event: release.last_event_at.map(Date),
        }
    }
}
