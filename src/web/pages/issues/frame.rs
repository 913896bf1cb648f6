//! What all pages of one issue have in common: access, header, actions, tabs.

use crate::app::App;
use crate::messages::{Messages, grouped};
use crate::services::issues::{Basis, latest_release};
use crate::store::issue_pages::{self, IssueDetails};
use crate::store::issue_shares;
use crate::store::issues::{self, Issue};
use crate::store::old_slugs;
use crate::store::organizations::Organization;
use crate::types::ids::IssueId;
use crate::types::level::Level;
use crate::types::lifecycle::Status;
use crate::types::scope::Scope;
use crate::types::short_id;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::EventRead;
use crate::web::extract::{Actor, ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::{base_path, numbers, visible};

use super::people::OwnerView;
use super::status::{self, Subscription};
use super::{level_icon, level_word, list, rows};

/// An issue the viewer may see, with what surrounds each of its pages.
pub struct Opened {
    pub issue: Issue,
    pub details: IssueDetails,
    pub access: ProjectAccess<EventRead>,
    pub layout: Layout,
    pub frame: IssueFrame,
}

/// Header, actions and tabs; `issues/frame.html` reads it as `frame`.
#[expect(clippy::struct_excessive_bools, reason = "each is one thing the page asks")]
pub struct IssueFrame {
    pub id: IssueId,
    pub organization: String,
    pub project: String,
    /// Path of the issue's page.
    pub path: String,
    /// The same for people elsewhere.
    pub url: String,
    /// Path of the list it belongs to.
    pub list_path: String,
    pub short_id: String,
    pub title: String,
    pub message: String,
    pub culprit: String,
    pub level: Level,
    pub level_word: &'static str,
    pub status: Status,
    pub times_seen: i64,
    pub events: String,
    pub events_exact: String,
    pub users: String,
    pub users_exact: String,
    pub assignee: Option<String>,
    pub is_bookmarked: bool,
    /// The newest release of the project.
    pub current_release: Option<String>,
    pub activities_count: i64,
    pub feedback_count: i64,
    /// Why it is not plainly unresolved.
    pub strip: Option<String>,
    /// What the viewer sees and may decide about (`services::issues::Basis`).
    pub basis: String,
    pub subscription: Subscription,
    /// Address of the public page, if there is a link.
    pub share: Option<String>,
    /// Whether the organization lets issues be shared.
    pub may_share: bool,
    pub assignees: Vec<(String, String)>,
    /// Who should look at it: first in the menu. Only the page of an event knows.
    pub suggested: Vec<OwnerView>,
    pub may_write: bool,
    pub may_delete: bool,
    /// The tab that is open.
    pub tab: &'static str,
}

/// Opens an issue for one of its pages. Issues of other organizations, and those on their way out, do not exist.
pub async fn open(
    app: &App,
    viewer: &Viewer,
    actor: Actor,
    (organization, id): (&str, &str),
    tab: &'static str,
) -> Result<Opened> {
    let id: IssueId = id.parse().map_err(|_| Error::NotFound)?;
    let present = issues::find_present(&app.db, id).await?.ok_or(Error::NotFound)?;
    let issue = issues::find(&app.db, present).await?.ok_or(Error::NotFound)?;
    if matches!(issue.status, Status::PendingDeletion | Status::PendingMerge) {
        return Err(Error::NotFound);
    }
    let access = ProjectAccess::<EventRead>::of_project(app, actor, issue.project_id).await?;
    let Organization { id: organization_id, slug, .. } = &access.within.organization;
    if slug != organization {
        let is_renamed = old_slugs::find_organization(&app.db, organization).await? == Some(*organization_id);
        let location = format!("{}/organizations/{slug}/issues/{id}/", base_path(app));
        return Err(if is_renamed { Error::Moved { location, slug: slug.clone() } } else { Error::NotFound });
    }
    if present != id {
        let tab = if tab == "details" { String::new() } else { format!("{tab}/") };
        let location = format!("{}/organizations/{slug}/issues/{present}/{tab}", base_path(app));
        return Err(Error::Moved { location, slug: slug.clone() });
    }
    let details = issue_pages::find(&app.db, id, access.within.actor.user.id).await?;
    let layout = Layout::of_project(app, viewer, &access, Section::Issues);
    let assignees =
        if access.may(Scope::EventWrite) { list::assignees(app, &access.within).await? } else { Vec::new() };
    let mut frame = IssueFrame::new(&issue, &details, &access, layout.t, assignees, tab);
    let shared = issue_shares::list(&app.db, &[id.0]).await?.pop();
    frame.share =
        shared.map(|(_, token)| format!("{}/share/issue/{}/", app.config.system.url_prefix, token.as_simple()));
    frame.strip = status::strip(app, &issue, &details, &access.project, (layout.t, layout.now)).await?;
    let current = latest_release(&mut *app.db.acquire().await?, issue.project_id).await?;
    frame.url = format!("{}{}", app.config.system.url_prefix, frame.path);
    frame.current_release = current.map(|(_, version)| visible::string(version));
    Ok(Opened { issue, details, access, layout, frame })
}

impl IssueFrame {
    fn new(
        issue: &Issue,
        details: &IssueDetails,
        access: &ProjectAccess<EventRead>,
        t: Messages,
        assignees: Vec<(String, String)>,
        tab: &'static str,
    ) -> Self {
        let organization = access.within.organization.slug.clone();
        let (title, message) = rows::headline(&issue.title, &issue.metadata);
        Self {
            id: issue.id,
            path: format!("/organizations/{organization}/issues/{}/", issue.id),
            url: String::new(),
            list_path: format!("/{organization}/{}/", access.project.slug),
            organization,
            project: access.project.slug.clone(),
            short_id: short_id::format(&access.project.slug, issue.short_id),
            title,
            message,
            culprit: visible::text(&issue.culprit).into_owned(),
            level: issue.level,
            level_word: level_word(t, issue.level),
            status: issue.status,
            times_seen: issue.times_seen,
            events: numbers::compact(t, issue.times_seen),
            events_exact: grouped(issue.times_seen),
            users: numbers::compact(t, issue.users_seen),
            users_exact: grouped(issue.users_seen),
            assignee: details.assignee.as_deref().map(|name| visible::text(name).into_owned()),
            is_bookmarked: details.is_bookmarked,
            current_release: None,
            activities_count: details.activities_count,
            strip: None,
            basis: Basis::of_issue(issue).to_string(),
            subscription: Subscription::of(details, t),
            feedback_count: details.feedback_count,
            share: None,
            may_share: access.organization().settings.allow_shared_issues,
            assignees,
            suggested: Vec::new(),
            may_write: access.may(Scope::EventWrite),
            may_delete: access.may(Scope::EventAdmin),
            tab,
        }
    }

    pub fn level_icon(&self) -> &'static str {
        level_icon(self.level)
    }

    pub fn is_tab(&self, tab: &str) -> bool {
        self.tab == tab
    }
}
