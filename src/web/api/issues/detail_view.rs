//! Everything about one issue.

use serde::Serialize;

use super::activity::ActivityView;
use super::people::SeenByView;
use super::view::IssueView;
use crate::web::api::releases::ReleaseView;
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
