//! What every page shows around its content.

use std::time::Instant;

use chrono::{DateTime, Utc};

use super::banner::Banner;
use super::extract::needs::Needs;
use super::extract::{OrganizationAccess, ProjectAccess, Viewer};
use super::markup::Markup;
use super::{assets, time};
use crate::app::App;
use crate::messages::Messages;
use crate::types::scope::Scope;
use crate::volatile::sessions::Flash;

/// The frame of a page: `base.html` and `layouts/*.html` read it as `layout`.
pub struct Layout {
    pub t: Messages,
    /// Before every path in links (ui.md 2).
    pub base: String,
    pub site_name: String,
    pub theme: String,
    pub density: String,
    pub shortcuts_enabled: bool,
    /// Name or e-mail of who is signed in.
    pub user_name: Option<String>,
    pub is_superuser: bool,
    pub organization: Option<OrganizationFrame>,
    /// Slug of the organization the viewer was in last.
    home: Option<String>,
    /// Slug and name of the project the page is about.
    pub project: Option<(String, String)>,
    /// The entry of the top bar that is current.
    pub section: Section,
    pub flash: Option<Flash>,
    /// What an administrator should know.
    pub banner: Option<Banner>,
    /// How many jobs of the viewer wait or run.
    pub running_jobs: i64,
    pub now: DateTime<Utc>,
    started: Instant,
}

/// The organization a page is about.
pub struct OrganizationFrame {
    pub slug: String,
    pub name: String,
    pub may_write_projects: bool,
    /// Whether the viewer owns it.
    pub may_admin: bool,
    /// Whether the viewer may change the organization itself.
    pub may_write: bool,
}

/// Entries of the top bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    None,
    Issues,
    Projects,
    Releases,
    Stats,
    Activity,
    Settings,
    Admin,
}

impl Layout {
    /// A page about nothing in particular.
    pub fn new(app: &App, viewer: &Viewer) -> Self {
        let user = viewer.user.as_deref();
        Self {
            t: viewer.messages(),
            base: super::base_path(app).to_owned(),
            site_name: app.config.system.site_name.clone(),
            theme: user.map_or_else(|| "auto".to_owned(), |user| user.theme.clone()),
            density: user.map_or_else(|| "cozy".to_owned(), |user| user.density.clone()),
            shortcuts_enabled: user.is_none_or(|user| user.shortcuts_enabled),
            user_name: user.map(|user| user.display_name().to_owned()),
            is_superuser: user.is_some_and(|user| user.is_superuser),
            organization: None,
            home: viewer.home.clone(),
            project: None,
            section: Section::None,
            flash: viewer.flash.clone(),
            banner: viewer.banner.clone(),
            running_jobs: viewer.running_jobs,
            now: app.clock.now(),
            started: Instant::now(),
        }
    }

    /// A page of no organization, below an entry of the top bar.
    pub fn in_section(app: &App, viewer: &Viewer, section: Section) -> Self {
        Self { section, ..Self::new(app, viewer) }
    }

    /// A page of an organization.
    pub fn of_organization<N: Needs>(
        app: &App,
        viewer: &Viewer,
        access: &OrganizationAccess<N>,
        section: Section,
    ) -> Self {
        let organization = OrganizationFrame {
            slug: access.organization.slug.clone(),
            name: access.organization.name.clone(),
            may_write_projects: access.may(Scope::ProjectWrite),
            may_admin: access.may(Scope::OrgAdmin),
            may_write: access.may(Scope::OrgWrite),
        };
        Self { organization: Some(organization), section, ..Self::new(app, viewer) }
    }

    /// A page of a project.
    pub fn of_project<N: Needs>(app: &App, viewer: &Viewer, access: &ProjectAccess<N>, section: Section) -> Self {
        let project = Some((access.project.slug.clone(), access.project.name.clone()));
        Self { project, ..Self::of_organization(app, viewer, &access.within, section) }
    }

    /// The URL of the project's list of issues, which its other pages begin with.
    pub fn project_path(&self) -> String {
        let organization = self.organization.as_ref().map_or("", |organization| &organization.slug);
        let project = self.project.as_ref().map_or("", |(slug, _)| slug);
        format!("{}/{organization}/{project}/", self.base)
    }

    /// The URL of an embedded file.
    pub fn asset(&self, name: &str) -> String {
        format!("{}{}", self.base, assets::url(name))
    }

    /// The URL of an icon of the sprite.
    pub fn icon(&self, name: &str) -> String {
        format!("{}#{name}", self.asset("icons.svg"))
    }

    pub fn is(&self, section: &str) -> bool {
        format!("{:?}", self.section).eq_ignore_ascii_case(section)
    }

    /// Whether a choice of the top bar is the present one: a language, a theme or a density.
    pub fn looks(&self, choice: &str) -> bool {
        choice == self.t.language.tag() || choice == self.theme || choice == self.density
    }

    /// The organization that the top bar leads to: the page's own, else the one the viewer was in last.
    pub fn nav_slug(&self) -> Option<&str> {
        self.organization.as_ref().map(|organization| organization.slug.as_str()).or(self.home.as_deref())
    }

    pub fn render_ms(&self) -> u128 {
        self.started.elapsed().as_millis()
    }

    pub fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    pub fn server_time(&self) -> String {
        self.t.stamp(self.now)
    }

    /// `3 min ago`.
    pub fn ago(&self, at: &DateTime<Utc>) -> Markup {
        time::ago(self.t, *at, self.now)
    }

    /// `2026-11-20 18:27 UTC`, by the viewer's clock.
    pub fn at(&self, at: &DateTime<Utc>) -> Markup {
        time::stamp(self.t, *at)
    }
}
