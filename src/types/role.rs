//! What a member may do in an organization.

use super::scope::Scope;

/// Roles in rising order (inventory.md 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Role {
    Member,
    Admin,
    Manager,
    Owner,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Member, Role::Admin, Role::Manager, Role::Owner];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Owner => "owner",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// Managers and owners see every project; others those of their teams.
    pub fn is_global(self) -> bool {
        self >= Self::Manager
    }

    pub fn scopes(self) -> &'static [Scope] {
        use Scope as S;
        match self {
            Self::Member => &[
                S::EventRead,
                S::EventWrite,
                S::EventAdmin,
                S::ProjectReleases,
                S::ProjectRead,
                S::OrgRead,
                S::MemberRead,
                S::TeamRead,
            ],
            Self::Admin => &[
                S::EventRead,
                S::EventWrite,
                S::EventAdmin,
                S::OrgRead,
                S::MemberRead,
                S::ProjectRead,
                S::ProjectWrite,
                S::ProjectAdmin,
                S::ProjectReleases,
                S::TeamRead,
                S::TeamWrite,
                S::TeamAdmin,
                S::OrgIntegrations,
            ],
            Self::Manager => &[
                S::EventRead,
                S::EventWrite,
                S::EventAdmin,
                S::MemberRead,
                S::MemberWrite,
                S::MemberAdmin,
                S::ProjectRead,
                S::ProjectWrite,
                S::ProjectAdmin,
                S::ProjectReleases,
                S::TeamRead,
                S::TeamWrite,
                S::TeamAdmin,
                S::OrgRead,
                S::OrgWrite,
                S::OrgIntegrations,
            ],
            Self::Owner => &Scope::ALL,
        }
    }
}
