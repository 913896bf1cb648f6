//! Proof that an actor may do something to a release.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::access::{OrganizationAccess, ProjectAccess, path_parameter};
use super::needs::Needs;
use crate::app::App;
use crate::store::projects::Project;
use crate::store::release_projects;
use crate::store::releases::{self, Release};
use crate::web::error::{Error, Result};

/// An actor who holds one of the scopes of `N`, and the release named by the path's `{organization}` and `{version}`.
/// They see at least one of its projects; where the path has a `{project}`, the release belongs to it.
pub struct ReleaseAccess<N> {
    pub release: Release,
    /// Those of the release that the actor sees, by name; only that of the path, if it names one. Empty for those who
    /// see everything and a release whose projects are gone.
    pub projects: Vec<Project>,
    /// Whether the path names a project.
    pub is_of_project: bool,
    pub within: OrganizationAccess<N>,
}

impl<N> ReleaseAccess<N> {
    pub fn project_ids(&self) -> Vec<i64> {
        self.projects.iter().map(|project| project.id.0).collect()
    }

    /// The project of the path.
    pub fn project(&self) -> Option<&Project> {
        self.projects.first().filter(|_| self.is_of_project)
    }
}

impl<N: Needs> FromRequestParts<App> for ReleaseAccess<N> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let version = path_parameter(parts, "version").await?;
        let is_of_project = path_parameter(parts, "project").await.is_ok();
        let (within, mut projects) = if is_of_project {
            let access = ProjectAccess::<N>::from_request_parts(parts, app).await?;
            (access.within, vec![access.project])
        } else {
            let within = OrganizationAccess::<N>::from_request_parts(parts, app).await?;
            let projects = within.projects(app).await?;
            (within, projects)
        };
        let found = releases::find_by_version(&app.db, within.organization.id, &version).await?;
        let release = found.ok_or(Error::NotFound)?;
        let of_release = release_projects::list_project_ids(&app.db, release.id).await?;
        projects.retain(|project| of_release.contains(&project.id));
        let sees_it = !projects.is_empty() || (!is_of_project && within.sees_all_projects());
        if sees_it { Ok(Self { release, projects, is_of_project, within }) } else { Err(Error::NotFound) }
    }
}
