//! What an API token or a role allows.

/// The scopes of the web API, in the order they are shown (inventory.md 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    OrgRead,
    OrgWrite,
    OrgAdmin,
    OrgIntegrations,
    MemberRead,
    MemberWrite,
    MemberAdmin,
    TeamRead,
    TeamWrite,
    TeamAdmin,
    ProjectRead,
    ProjectWrite,
    ProjectAdmin,
    ProjectReleases,
    EventRead,
    EventWrite,
    EventAdmin,
}

impl Scope {
    pub const ALL: [Scope; 17] = [
        Scope::OrgRead,
        Scope::OrgWrite,
        Scope::OrgAdmin,
        Scope::OrgIntegrations,
        Scope::MemberRead,
        Scope::MemberWrite,
        Scope::MemberAdmin,
        Scope::TeamRead,
        Scope::TeamWrite,
        Scope::TeamAdmin,
        Scope::ProjectRead,
        Scope::ProjectWrite,
        Scope::ProjectAdmin,
        Scope::ProjectReleases,
        Scope::EventRead,
        Scope::EventWrite,
        Scope::EventAdmin,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrgRead => "org:read",
            Self::OrgWrite => "org:write",
            Self::OrgAdmin => "org:admin",
            Self::OrgIntegrations => "org:integrations",
            Self::MemberRead => "member:read",
            Self::MemberWrite => "member:write",
            Self::MemberAdmin => "member:admin",
            Self::TeamRead => "team:read",
            Self::TeamWrite => "team:write",
            Self::TeamAdmin => "team:admin",
            Self::ProjectRead => "project:read",
            Self::ProjectWrite => "project:write",
            Self::ProjectAdmin => "project:admin",
            Self::ProjectReleases => "project:releases",
            Self::EventRead => "event:read",
            Self::EventWrite => "event:write",
            Self::EventAdmin => "event:admin",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }
}
