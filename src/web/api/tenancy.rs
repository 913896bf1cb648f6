//! Which teams own which projects of an organization, and what of it is the caller's: read once for a whole list.

use std::collections::{HashMap, HashSet};

use super::projects::{ProjectView, TeamLinkView};
use super::teams::{MembershipView, TeamView};
use crate::app::App;
use crate::store::projects::Project;
use crate::store::teams::Team;
use crate::store::{members, projects, teams};
use crate::types::ids::{ProjectId, TeamId};
use crate::web::error::Result;
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::Needs;

/// Teams of an organization, their projects and members.
pub struct Tenancy {
    /// By slug.
    pub teams: Vec<Team>,
    team_ids: HashMap<ProjectId, Vec<TeamId>>,
    member_counts: HashMap<TeamId, i64>,
    own_teams: HashSet<TeamId>,
    bookmarks: HashSet<ProjectId>,
    sees_all_projects: bool,
}

impl Tenancy {
    pub async fn load<N: Needs>(app: &App, access: &OrganizationAccess<N>) -> Result<Self> {
        let organization_id = access.organization.id;
        let mut team_ids: HashMap<ProjectId, Vec<TeamId>> = HashMap::new();
        for (project_id, team_id) in teams::list_project_links(&app.db, organization_id).await? {
            team_ids.entry(project_id).or_default().push(team_id);
        }
        let own_teams = match &access.member {
            Some(member) => members::list_team_ids(&app.db, member.id).await?,
            None => Vec::new(),
        };
        Ok(Self {
            teams: teams::list(&app.db, organization_id).await?,
            team_ids,
            member_counts: teams::count_members(&app.db, organization_id).await?.into_iter().collect(),
            own_teams: own_teams.into_iter().collect(),
            bookmarks: projects::list_bookmarks(&app.db, access.actor.user.id).await?.into_iter().collect(),
            sees_all_projects: access.sees_all_projects(),
        })
    }

    /// The project as the caller sees it.
    pub fn project(&self, project: &Project) -> ProjectView {
        let is_member = self.ids_of(project.id).iter().any(|team| self.own_teams.contains(team));
        let teams: Vec<_> = self.teams_of(project.id).map(TeamLinkView::of).collect();
        ProjectView::of(project, teams, self.bookmarks.contains(&project.id), self.membership(is_member))
    }

    /// The team as the caller sees it.
    pub fn team(&self, team: &Team) -> TeamView {
        let membership = self.membership(self.own_teams.contains(&team.id));
        TeamView::of(team, membership, self.member_counts.get(&team.id).copied().unwrap_or(0))
    }

    /// The slugs of the teams that own a project.
    pub fn team_slugs(&self, id: ProjectId) -> Vec<&str> {
        self.teams_of(id).map(|team| team.slug.as_str()).collect()
    }

    pub fn owns(&self, team_id: TeamId, project_id: ProjectId) -> bool {
        self.ids_of(project_id).contains(&team_id)
    }

    pub fn is_bookmarked(&self, id: ProjectId) -> bool {
        self.bookmarks.contains(&id)
    }

    /// Whether the caller may act for a team: as one of its members, or of everyone.
    pub fn may_use(&self, team_id: TeamId) -> bool {
        self.sees_all_projects || self.own_teams.contains(&team_id)
    }

    fn teams_of(&self, id: ProjectId) -> impl Iterator<Item = &Team> {
        let ids = self.ids_of(id);
        self.teams.iter().filter(move |team| ids.contains(&team.id))
    }

    fn ids_of(&self, id: ProjectId) -> &[TeamId] {
        self.team_ids.get(&id).map_or(&[], Vec::as_slice)
    }

    fn membership(&self, is_member: bool) -> MembershipView {
        MembershipView { is_member, has_access: is_member || self.sees_all_projects }
    }
}
