//! What an issue was made of: its hashes with their events, and the way to take some of them off.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::frame::{self, IssueFrame, Opened};
use crate::app::App;
use crate::messages::{Messages, grouped};
use crate::services::issues::{self, Error as Refusal};
use crate::services::job::Owner;
use crate::store::issue_hashes::{self, HashEvents};
use crate::store::issues::Issue;
use crate::types::lifecycle::Status;
use crate::types::scope::Scope;
use crate::web::error::{Error, Result};
use crate::web::extract::{Actor, Viewer};
use crate::web::layout::Layout;
use crate::web::markup::Markup;
use crate::web::pages::posted::Posted;
use crate::web::{redirect, render, time};

/// Nobody goes through more.
const LIMIT: i64 = 200;

#[derive(Template)]
#[template(path = "issues/merged.html")]
struct MergedPage {
    layout: Layout,
    t: Messages,
    frame: IssueFrame,
    hashes: Vec<HashRow>,
    /// More hashes than are shown.
    is_cut: bool,
    /// That not all events were looked at.
    counted: Option<String>,
    problem: Option<&'static str>,
    preview: Option<Preview>,
}

struct HashRow {
    hash: String,
    events: String,
    /// Path and time of its newest event.
    newest: Option<(String, Markup)>,
    is_locked: bool,
    is_chosen: bool,
}

/// What would come of taking the chosen hashes off.
struct Preview {
    hashes: usize,
    events: String,
    /// What stays with the issue.
    left: String,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id)): Path<(String, String)>,
) -> Result<Response> {
    let opened = frame::open(&app, &viewer, actor, (&organization, &id), "merged").await?;
    page(&app, opened, &[], None, false).await
}

/// `POST …/merged/`: first what would come of it, then it is done.
pub async fn unmerge(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response> {
    let user_id = actor.user.id;
    let opened = frame::open(&app, &viewer, actor, (&organization, &id), "merged").await?;
    if !opened.access.may(Scope::EventWrite) {
        return Err(Error::Forbidden(&[Scope::EventWrite, Scope::EventAdmin]));
    }
    let t = opened.layout.t;
    let mut chosen: Vec<Uuid> = posted.all("hash").filter_map(|text| Uuid::try_parse(text).ok()).collect();
    let own = issue_hashes::list_of_issue(&app.db, opened.issue.id).await?;
    chosen.retain(|hash| own.contains(hash));
    if chosen.is_empty() {
        return page(&app, opened, &[], Some(t.triage_unmerge_none()), false).await;
    }
    if posted.text("confirm") != "1" {
        return page(&app, opened, &chosen, None, true).await;
    }
    let owner = Owner { user_id, organization_id: opened.access.within.organization.id };
    let problem = match issues::unmerge(&app, owner, &opened.issue, &chosen).await {
        Ok(unmerge) => return Ok(redirect(&app, &format!("/jobs/{}/", unmerge.job_id))),
        Err(Refusal::AllHashes) => t.triage_unmerge_all(),
        Err(Refusal::NoHash) => t.triage_unmerge_none(),
        Err(Refusal::Locked) => t.triage_unmerge_locked(),
        Err(error) => return Err(error.into()),
    };
    page(&app, opened, &chosen, Some(problem), false).await
}

async fn page(
    app: &App,
    opened: Opened,
    chosen: &[Uuid],
    problem: Option<&'static str>,
    is_preview: bool,
) -> Result<Response> {
    let Opened { issue, details, layout, frame, .. } = opened;
    let hashes = issue_hashes::list_events(&app.db, issue.id, LIMIT).await?;
    let is_all = usize::try_from(details.hashes_count).is_ok_and(|count| chosen.len() >= count);
    let problem = problem.or_else(|| (is_preview && is_all).then(|| layout.t.triage_unmerge_all()));
    let preview = if is_preview && problem.is_none() { Some(Preview::of(app, &issue, chosen).await?) } else { None };
    let is_part = issue.times_seen > issue_hashes::MAX_EVENTS;
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = MergedPage {
        t: layout.t,
        is_cut: hashes.len() < usize::try_from(details.hashes_count).unwrap_or(usize::MAX),
        hashes: hashes.iter().map(|row| HashRow::of(row, (chosen, is_part), &frame, &layout)).collect(),
        counted: is_part.then(|| layout.t.triage_counted_in_newest(grouped(issue_hashes::MAX_EVENTS))),
        problem,
        preview,
        frame,
        layout,
    };
    Ok((status, render(&page)?).into_response())
}

impl Preview {
    async fn of(app: &App, issue: &Issue, chosen: &[Uuid]) -> Result<Self> {
        let events = issue_hashes::count_events(&app.db, issue.id, chosen).await?;
        let left = (issue.times_seen - events).max(0);
        Ok(Self { hashes: chosen.len(), events: grouped(events), left: grouped(left) })
    }
}

impl HashRow {
    fn of(row: &HashEvents, (chosen, is_part): (&[Uuid], bool), frame: &IssueFrame, layout: &Layout) -> Self {
        let newest = row.event_id.zip(row.occurred_at).map(|(id, at)| {
            let path = format!("{}{}events/{}/", layout.base, frame.path, id.as_simple());
            (path, time::ago(layout.t, at, layout.now))
        });
        Self {
            hash: row.hash.as_simple().to_string(),
            events: format!("{}{}", grouped(row.events), if is_part { "+" } else { "" }),
            newest,
            is_locked: row.is_locked,
            is_chosen: chosen.contains(&row.hash),
        }
    }
}
