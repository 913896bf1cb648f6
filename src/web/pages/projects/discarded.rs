//! The issues whose later events a project throws away, and the way to end that.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::app::App;
use crate::messages::{Messages, grouped};
use crate::store::issue_tombstones::{self, Tombstone};
use crate::types::ids::TombstoneId;
use crate::types::scope::Scope;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::{EventAdmin, ProjectRead};
use crate::web::extract::{ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::markup::Markup;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::{render, time, visible};

/// Nobody discards more.
const LIMIT: i64 = 500;

#[derive(Template)]
#[template(path = "projects/discarded.html")]
struct DiscardedPage {
    layout: Layout,
    t: Messages,
    issues: Vec<DiscardedIssue>,
    may_write: bool,
}

struct DiscardedIssue {
    id: TombstoneId,
    title: String,
    culprit: String,
    who: String,
    since: Markup,
    hits: String,
    last_hit: Option<Markup>,
}

pub async fn show(State(app): State<App>, viewer: Viewer, access: ProjectAccess<ProjectRead>) -> Result<Response> {
    let layout = Layout::of_project(&app, &viewer, &access, Section::Settings);
    let tombstones = issue_tombstones::list(&app.db, access.project.id, (0, LIMIT)).await?;
    let t = layout.t;
    let issues = tombstones.iter().map(|tombstone| DiscardedIssue::of(tombstone, &layout)).collect();
    render(&DiscardedPage { t, issues, may_write: access.may(Scope::EventAdmin), layout })
}

/// Ends discarding: the next event makes an issue again.
pub async fn restore(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<EventAdmin>,
    posted: Posted,
) -> Result<Response> {
    let id: TombstoneId = posted.text("tombstone").parse().map_err(|_| Error::bad_request("tombstone is a number"))?;
    issue_tombstones::delete(&app.db, access.project.id, id).await?;
    let path =
        format!("/settings/{}/projects/{}/filters/discarded-groups/", access.organization().slug, access.project.slug);
    redirect_with(&app, &viewer, &path, viewer.messages().triage_did_restore()).await
}

impl DiscardedIssue {
    fn of(tombstone: &Tombstone, layout: &Layout) -> Self {
        let (t, now) = (layout.t, layout.now);
        let shown = |text: &str| visible::text(text).into_owned();
        Self {
            id: tombstone.id,
            title: shown(&tombstone.title),
            culprit: shown(&tombstone.culprit),
            who: tombstone.user_name.as_deref().map_or_else(|| t.issues_somebody().to_owned(), shown),
            since: time::ago(t, tombstone.created_at, now),
            hits: grouped(tombstone.hits),
            last_hit: tombstone.last_hit_at.map(|at| time::ago(t, at, now)),
        }
    }
}
