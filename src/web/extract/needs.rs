//! What an endpoint needs, as types: any one scope of the set suffices (web-api.md 2).

use crate::types::scope::Scope;

/// A set of scopes of which the actor must hold one.
pub trait Needs: Send + Sync + 'static {
    const ANY_OF: &'static [Scope];
}

macro_rules! needs {
    ($($(#[$doc:meta])* $name:ident: $($scope:ident)|+;)+) => {$(
        $(#[$doc])*
        pub struct $name;

        impl Needs for $name {
            const ANY_OF: &'static [Scope] = &[$(Scope::$scope),+];
        }
    )+};
}

needs! {
    /// Look at an organization.
    OrgRead: OrgRead | OrgWrite | OrgAdmin;
    /// Change an organization.
    OrgWrite: OrgWrite | OrgAdmin;
    /// Read who did what in an organization, from where.
    OrgAudit: OrgWrite | OrgAdmin;
    /// Delete an organization.
    OrgAdmin: OrgAdmin;
    /// See who belongs to an organization.
    MemberRead: MemberRead | MemberWrite | MemberAdmin;
    /// Invite and change members.
    MemberWrite: MemberWrite | MemberAdmin;
    /// Join and leave teams.
    MemberOrOrgRead: MemberRead | MemberWrite | MemberAdmin | OrgRead | OrgWrite | OrgAdmin;
    /// See who asks to join a team.
    AccessRequestRead: OrgRead | OrgWrite | OrgAdmin | TeamRead | TeamWrite | TeamAdmin | MemberRead | MemberWrite
        | MemberAdmin;
    /// Let people into teams.
    AccessRequestWrite: OrgWrite | OrgAdmin | TeamWrite | TeamAdmin | MemberWrite | MemberAdmin;
    /// See the teams.
    TeamRead: TeamRead | TeamWrite | TeamAdmin;
    /// Create and change teams.
    TeamWrite: TeamWrite | TeamAdmin;
    /// Delete teams.
    TeamAdmin: TeamAdmin;
    /// List the teams of an organization.
    TeamOrOrgRead: TeamRead | TeamWrite | TeamAdmin | OrgRead | OrgWrite | OrgAdmin;
    /// Make a team in an organization.
    TeamOrOrgWrite: TeamWrite | TeamAdmin | OrgWrite | OrgAdmin;
    /// Look at a project.
    ProjectRead: ProjectRead | ProjectWrite | ProjectAdmin;
    /// Create projects, change their settings and keys.
    ProjectWrite: ProjectWrite | ProjectAdmin;
    /// Delete a project.
    ProjectAdmin: ProjectAdmin;
    /// Look at releases.
    ReleaseRead: ProjectRead | ProjectWrite | ProjectAdmin | ProjectReleases;
    /// Create and change releases.
    ReleaseWrite: ProjectWrite | ProjectAdmin | ProjectReleases;
    /// Delete releases.
    ReleaseAdmin: ProjectAdmin | ProjectReleases;
    /// Look at repositories.
    RepositoryRead: OrgRead | OrgWrite | OrgAdmin | OrgIntegrations | ProjectReleases;
    /// Name repositories.
    RepositoryWrite: OrgWrite | OrgAdmin | OrgIntegrations;
    /// Look at issues and events.
    EventRead: EventRead | EventWrite | EventAdmin;
    /// Resolve, ignore, assign.
    EventWrite: EventWrite | EventAdmin;
    /// Read what users wrote about errors; in Sentry the project's scopes suffice.
    FeedbackRead: EventRead | EventWrite | EventAdmin | ProjectRead | ProjectWrite | ProjectAdmin;
    /// Write feedback for a user.
    FeedbackWrite: EventWrite | EventAdmin | ProjectWrite | ProjectAdmin;
    /// Delete issues.
    EventAdmin: EventAdmin;
}
