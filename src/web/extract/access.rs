//! Proof that an actor may do something to an organization or a project.

use std::collections::HashMap;
use std::marker::PhantomData;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use chrono::{DateTime, Utc};

use super::actor::Actor;
use super::moved::moved;
use super::needs::Needs;
use crate::app::App;
use crate::store::issues::{self, Issue};
use crate::store::members::{self, Member};
use crate::store::old_slugs;
use crate::store::organizations::{self, Organization};
use crate::store::projects::{self, Project};
use crate::types::ids::{OrganizationId, ProjectId};
use crate::types::lifecycle::Status;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::web::error::{Error, Result};

/// An actor who holds one of the scopes of `N` in the organization named by the path's `{organization}`.
pub struct OrganizationAccess<N> {
    pub actor: Actor,
    pub organization: Organization,
    /// `None` for superusers who are no members, and for keys of the organization.
    pub member: Option<Member>,
    needs: PhantomData<N>,
}

impl<N: Needs> OrganizationAccess<N> {
    /// For handlers whose path does not name the organization.
    pub async fn find(app: &App, actor: Actor, slug: &str) -> Result<Self> {
        let organization = organizations::find_by_slug(&app.db, slug).await?.ok_or(Error::NotFound)?;
        Self::of(app, actor, organization).await
    }

    async fn of(app: &App, actor: Actor, organization: Organization) -> Result<Self> {
        let member = match &actor.key {
            Some(_) => None,
            None => members::find(&app.db, organization.id, actor.user.id).await?,
        };
        let belongs = match &actor.key {
            Some(key) => key.organization_id == organization.id,
            None => member.is_some() || actor.user.is_superuser,
        };
        if !belongs {
            return Err(Error::NotFound);
        }
        // Tokens are for machines, which have no second factor.
        let is_person = member.is_some() && actor.token_scopes.is_none();
        if organization.requires_two_factor && is_person && !actor.user.has_two_factor {
            return Err(Error::TwoFactorRequired);
        }
        actor.require::<N>(member.as_ref().map(|member| member.role))?;
        Ok(Self { actor, organization, member, needs: PhantomData })
    }

    pub fn may(&self, scope: Scope) -> bool {
        self.actor.has_any(&[scope], self.role())
    }

    /// Whether the actor sees all projects of the organization, not only those of their teams.
    pub fn sees_all_projects(&self) -> bool {
        let by_membership = |member: &Member| member.role.is_global() || member.has_global_access;
        self.actor.user.is_superuser
            || self.actor.key.is_some()
            || self.organization.has_open_membership
            || self.member.as_ref().is_some_and(by_membership)
    }

    fn role(&self) -> Option<Role> {
        self.member.as_ref().map(|member| member.role)
    }

    /// The projects the actor may see, by name.
    pub async fn projects(&self, app: &App) -> Result<Vec<Project>> {
        match &self.member {
            Some(member) if !self.sees_all_projects() => Ok(projects::list_of_member(&app.db, member.id).await?),
            _ => Ok(projects::list(&app.db, self.organization.id).await?),
        }
    }

    async fn may_see(&self, app: &App, project: ProjectId) -> Result<bool> {
        match &self.member {
            Some(member) if !self.sees_all_projects() => {
                Ok(projects::member_has_access(&app.db, project, member.id).await?)
            }
            _ => Ok(true),
        }
    }
}

impl<N: Needs> FromRequestParts<App> for OrganizationAccess<N> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let slug = path_parameter(parts, "organization").await?;
        let actor = Actor::from_request_parts(parts, app).await?;
        if let Some(organization) = organizations::find_by_slug(&app.db, &slug).await? {
            return Self::of(app, actor, organization).await;
        }
        if let Some((id, _)) = organizations::find_removed(&app.db, &slug).await? {
            let removed = RemovedAccess::<N>::of(app, actor, id).await?;
            return Err(Error::OrganizationRemoved { slug: removed.organization.slug });
        }
        let renamed = old_slugs::find_organization(&app.db, &slug).await?.ok_or(Error::NotFound)?;
        let organization = organizations::find(&app.db, renamed).await?.ok_or(Error::NotFound)?;
        let access = Self::of(app, actor, organization).await?;
        Err(moved(app, parts, "organization", &access.organization.slug))
    }
}

/// The same for a removed organization, which everything else hides.
pub struct RemovedAccess<N> {
    pub within: OrganizationAccess<N>,
    /// When its rows go.
    pub deletion_at: DateTime<Utc>,
}

impl<N: Needs> RemovedAccess<N> {
    /// For handlers that found it removed.
    async fn of(app: &App, actor: Actor, id: OrganizationId) -> Result<OrganizationAccess<N>> {
        let organization = organizations::find_hidden(&app.db, id).await?.ok_or(Error::NotFound)?;
        OrganizationAccess::of(app, actor, organization).await
    }

    pub async fn find(app: &App, actor: Actor, slug: &str) -> Result<Self> {
        let (id, deletion_at) = organizations::find_removed(&app.db, slug).await?.ok_or(Error::NotFound)?;
        Ok(Self { within: Self::of(app, actor, id).await?, deletion_at })
    }
}

impl<N: Needs> FromRequestParts<App> for RemovedAccess<N> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let slug = path_parameter(parts, "organization").await?;
        let actor = Actor::from_request_parts(parts, app).await?;
        if let Some(organization) = organizations::find_by_slug(&app.db, &slug).await? {
            OrganizationAccess::<N>::of(app, actor, organization).await?;
            return Err(Error::NotFound);
        }
        Self::find(app, actor, &slug).await
    }
}

/// An actor who holds one of the scopes of `N` on the project named by the path's `{organization}` and `{project}`.
pub struct ProjectAccess<N> {
    pub project: Project,
    pub within: OrganizationAccess<N>,
}

impl<N: Needs> ProjectAccess<N> {
    /// For handlers that come to the project by another way, an issue's id for instance.
    pub async fn of_project(app: &App, actor: Actor, id: ProjectId) -> Result<Self> {
        let project = projects::find(&app.db, id).await?.ok_or(Error::NotFound)?;
        let organization = organizations::find(&app.db, project.organization_id).await?.ok_or(Error::NotFound)?;
        let within = OrganizationAccess::of(app, actor, organization).await?;
        Self::checked(app, within, project).await
    }

    async fn checked(app: &App, within: OrganizationAccess<N>, project: Project) -> Result<Self> {
        if within.may_see(app, project.id).await? { Ok(Self { project, within }) } else { Err(Error::NotFound) }
    }

    pub fn organization(&self) -> &Organization {
        &self.within.organization
    }

    pub fn actor(&self) -> &Actor {
        &self.within.actor
    }

    pub fn may(&self, scope: Scope) -> bool {
        self.within.may(scope)
    }
}

impl<N: Needs> FromRequestParts<App> for ProjectAccess<N> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let within = OrganizationAccess::<N>::from_request_parts(parts, app).await?;
        let slug = path_parameter(parts, "project").await?;
        let organization_id = within.organization.id;
        if let Some(project) = projects::find_by_slug(&app.db, organization_id, &slug).await? {
            return Self::checked(app, within, project).await;
        }
        let renamed = old_slugs::find_project(&app.db, organization_id, &slug).await?.ok_or(Error::NotFound)?;
        let project = projects::find(&app.db, renamed).await?;
        let project = project.filter(|project| project.organization_id == organization_id).ok_or(Error::NotFound)?;
        let access = Self::checked(app, within, project).await?;
        Err(moved(app, parts, "project", &access.project.slug))
    }
}

/// A superuser acting through a session; tokens never reach the instance's administration.
pub struct SuperuserAccess {
    pub actor: Actor,
}

impl FromRequestParts<App> for SuperuserAccess {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let actor = Actor::from_request_parts(parts, app).await?;
        if actor.user.is_superuser && actor.token_scopes.is_none() {
            Ok(Self { actor })
        } else {
            Err(Error::Forbidden(&[]))
        }
    }
}

/// An actor who holds one of the scopes of `N` on the issue named by the path's `{issue}` (its id). Where the path names
/// an organization too, the issue must be in it.
pub struct IssueAccess<N> {
    pub issue: Issue,
    pub within: ProjectAccess<N>,
}

impl<N: Needs> FromRequestParts<App> for IssueAccess<N> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let id = path_parameter(parts, "issue").await?.parse().map_err(|_| Error::NotFound)?;
        let organization = path_parameter(parts, "organization").await.ok();
        let actor = Actor::from_request_parts(parts, app).await?;
        // One that was merged is the survivor.
        let id = issues::find_present(&app.db, id).await?.ok_or(Error::NotFound)?;
        let issue = issues::find(&app.db, id).await?.filter(is_there).ok_or(Error::NotFound)?;
        let within = ProjectAccess::of_project(app, actor, issue.project_id).await?;
        match organization {
            Some(slug) if slug != within.organization().slug => {
                let renamed = old_slugs::find_organization(&app.db, &slug).await?;
                let new = &within.organization().slug;
                let is_renamed = renamed == Some(within.organization().id);
                Err(if is_renamed { moved(app, parts, "organization", new) } else { Error::NotFound })
            }
            _ => Ok(Self { issue, within }),
        }
    }
}

/// What is being deleted is gone for everyone.
fn is_there(issue: &Issue) -> bool {
    issue.status != Status::PendingDeletion
}

pub(super) async fn path_parameter(parts: &mut Parts, name: &str) -> Result<String> {
    let Path(mut parameters) =
        Path::<HashMap<String, String>>::from_request_parts(parts, &()).await.map_err(|_| Error::NotFound)?;
    // Nothing stored has NUL in its name: PostgreSQL takes none.
    parameters.remove(name).filter(|value| !value.contains('\0')).ok_or(Error::NotFound)
}
