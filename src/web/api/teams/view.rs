//! A team as the caller sees it.

use serde::Serialize;

use crate::store::teams::Team;
use crate::web::api::date::Date;
use crate::web::api::organizations::OrganizationView;
use crate::web::api::projects::ProjectView;
use crate::web::api::users::AvatarView;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TeamView {
    id: String,
    slug: String,
    name: String,
    date_created: Date,
    #[serde(flatten)]
    membership: MembershipView,
    is_pending: bool,
    member_count: i64,
    avatar: AvatarView,
}

/// Whether something is the caller's.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MembershipView {
    pub is_member: bool,
    pub has_access: bool,
}

#[derive(Serialize)]
pub struct TeamWithProjectsView {
    #[serde(flatten)]
    pub team: TeamView,
    pub projects: Vec<ProjectView>,
}

#[derive(Serialize)]
pub struct TeamDetailView {
    #[serde(flatten)]
    pub team: TeamView,
    pub organization: OrganizationView,
}

impl TeamView {
    pub fn of(team: &Team, membership: MembershipView, member_count: i64) -> Self {
        Self {
            id: team.id.to_string(),
            slug: team.slug.clone(),
            name: team.name.clone(),
            date_created: team.created_at.into(),
            membership,
            is_pending: false,
            member_count,
            avatar: AvatarView::LETTERS,
        }
    }
}
