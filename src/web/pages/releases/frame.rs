//! What all pages of one release have in common: header, facts, tabs. `releases/frame.html` reads it as `frame`.

use super::address::{list_path, release_path};
use crate::app::App;
use crate::store::releases::{Release, ReleaseStatus};
use crate::store::{release_commits, release_projects};
use crate::types::release::shown_version;
use crate::types::scope::Scope;
use crate::web::error::Result;
use crate::web::extract::needs::Needs;
use crate::web::extract::{ReleaseAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::markup::Markup;
use crate::web::{time, visible};

/// Header, facts and tabs of a release; every text is safe to show.
pub struct ReleaseFrame {
    pub organization: String,
    /// The project of the address, if it names one.
    pub project: Option<String>,
    pub version: String,
    /// The short form.
    pub shown: String,
    /// Path of the release's page; tabs and actions lie below it.
    pub path: String,
    pub list_path: String,
    /// Slugs and names, in a list of an organization.
    pub projects: Vec<(String, String)>,
    pub is_archived: bool,
    pub created: Markup,
    pub released: Option<Markup>,
    pub url: Option<String>,
    pub reference: Option<String>,
    pub new_issues: i64,
    pub commits: i64,
    pub may_write: bool,
    /// The tab that is open.
    pub tab: &'static str,
}

impl ReleaseFrame {
    pub fn is_tab(&self, tab: &str) -> bool {
        self.tab == tab
    }
}

/// The frame of a page of a release, and the layout around it.
pub async fn open<N: Needs>(
    app: &App,
    viewer: &Viewer,
    access: &ReleaseAccess<N>,
    tab: &'static str,
) -> Result<(Layout, ReleaseFrame)> {
    let mut layout = Layout::of_organization(app, viewer, &access.within, Section::Releases);
    layout.project = access.project().map(|project| (project.slug.clone(), project.name.clone()));
    let release: &Release = &access.release;
    let seen = release_projects::list(&app.db, &[release.id.0], &access.project_ids()).await?;
    let commits = release_commits::count(&app.db, &[release.id.0]).await?;
    let organization = access.within.organization.slug.clone();
    let project = access.project().map(|project| project.slug.clone());
    let may = |scope| access.within.may(scope);
    let frame = ReleaseFrame {
        version: visible::string(release.version.clone()),
        shown: visible::string(shown_version(&release.version).to_owned()),
        path: release_path(&organization, project.as_deref(), &release.version),
        list_path: list_path(&organization, project.as_deref()),
        projects: access.projects.iter().map(|project| (project.slug.clone(), project.name.clone())).collect(),
        is_archived: release.status == ReleaseStatus::Archived,
        created: time::ago(layout.t, release.created_at, layout.now),
        released: release.released_at.map(|at| time::ago(layout.t, at, layout.now)),
        url: release.url.clone(),
        reference: release.reference.clone().map(visible::string),
        new_issues: seen.iter().map(|row| row.new_issues).sum(),
        commits: commits.first().map_or(0, |(_, commits)| *commits),
        may_write: may(Scope::ProjectReleases) || may(Scope::ProjectWrite) || may(Scope::ProjectAdmin),
        tab,
        organization,
        project,
    };
    Ok((layout, frame))
}
