//! Pages that ask before something is done, or say why it was not. They are answers to the form, so that everything works
//! without script.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::bulk::Form;
use super::changes::Question;
use super::rows;
use super::selection::Selection;
use crate::messages::Messages;
use crate::services::issues::Basis;
use crate::store::issue_lists::{self, ListedIssue};
use crate::store::{members, release_lists, repositories, teams};
use crate::types::ids::IssueId;
use crate::types::lifecycle::Status;
use crate::types::short_id;
use crate::web::error::Result;
use crate::web::layout::{Layout, Section};
use crate::web::{render, visible};

/// Choices that a field completes.
const MAX_CHOICES: i64 = 100;
/// Issues that are named.
const SHOWN: usize = 25;
/// So many ids travel in the form; more are written down.
const MAX_IDS: usize = 25;

/// Asks for the number of issues before they go.
#[derive(Template)]
#[template(path = "issues/delete.html")]
struct DeletePage {
    layout: Layout,
    t: Messages,
    of: Chosen,
    named: Named,
    is_discard: bool,
    /// Whether what was typed was wrong.
    is_wrong: bool,
}

/// Asks in what issues are resolved, or until when they are ignored.
#[derive(Template)]
#[template(path = "issues/question.html")]
struct QuestionPage {
    layout: Layout,
    t: Messages,
    of: Chosen,
    question: Question,
    /// What was answered before.
    answer: String,
    choices: Vec<String>,
}

/// Says that somebody decided meanwhile.
#[derive(Template)]
#[template(path = "issues/stale.html")]
struct StalePage {
    layout: Layout,
    t: Messages,
    of: Chosen,
    seen: Option<Shown>,
    now: Shown,
}

/// The chosen issues as the forms of these pages carry them.
pub struct Chosen {
    pub organization: String,
    pub next: String,
    pub action: String,
    pub ids: Vec<IssueId>,
    pub selection: Option<String>,
    /// What the person saw, to be asked for again with the answer.
    pub basis: Option<String>,
    pub since: Option<i64>,
    pub count: usize,
}

/// The first of the chosen issues by name; every text is safe to show.
pub struct Named {
    /// Short id, title, times seen.
    pub rows: Vec<(String, String, i64)>,
    pub unshown: usize,
}

impl Named {
    pub fn of(rows: &[ListedIssue], count: usize) -> Self {
        let name = |row: &ListedIssue| {
            let title = rows::headline(&row.title, &row.metadata).0;
            (short_id::format(&row.project_slug, row.short_id), title, row.times_seen)
        };
        let rows: Vec<_> = rows.iter().take(SHOWN).map(name).collect();
        Self { unshown: count.saturating_sub(rows.len()), rows }
    }

    async fn first(form: &Form<'_>, selection: &Selection) -> Result<Self> {
        let ids: Vec<i64> = selection.ids.iter().take(SHOWN).map(|id| id.0).collect();
        let rows = issue_lists::list(&form.app.db, &ids, form.owner().user_id).await?;
        Ok(Self::of(&rows, selection.ids.len()))
    }
}

/// A status and an assignee in words.
struct Shown {
    status: &'static str,
    assignee: String,
}

impl Chosen {
    pub async fn of(form: &Form<'_>, mut selection: Selection) -> Result<Self> {
        let count = selection.ids.len();
        if count > MAX_IDS || form.fields.all.is_some() {
            selection.keep(form.app, form.owner().user_id).await?;
        }
        Ok(Self {
            organization: form.access.organization.slug.clone(),
            next: form.next.clone(),
            action: form.fields.action.clone(),
            ids: if selection.token.is_some() { Vec::new() } else { selection.ids },
            selection: selection.token,
            basis: form.fields.basis.clone(),
            since: form.fields.since,
            count,
        })
    }
}

pub fn layout(form: &Form<'_>) -> Layout {
    Layout::of_organization(form.app, form.viewer, form.access, Section::Issues)
}

pub async fn confirm_deletion(form: &Form<'_>, selection: Selection, is_discard: bool) -> Result<Response> {
    let is_wrong = form.fields.confirm.is_some();
    let (layout, t) = (layout(form), form.viewer.messages());
    let named = Named::first(form, &selection).await?;
    let page = DeletePage { layout, t, of: Chosen::of(form, selection).await?, named, is_discard, is_wrong };
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, render(&page)?).into_response())
}

pub async fn ask(form: &Form<'_>, selection: Selection, question: Question) -> Result<Response> {
    let organization_id = form.access.organization.id;
    let (choices, answer) = match question {
        Question::Release { .. } => {
            let projects: Vec<i64> = form.access.projects(form.app).await?.iter().map(|project| project.id.0).collect();
            let versions = release_lists::list_versions(&form.app.db, &projects, MAX_CHOICES).await?;
            (versions, form.fields.text("version"))
        }
        Question::Commit { .. } => {
            let names = repositories::list_names(&form.app.db, organization_id, MAX_CHOICES).await?;
            (names, form.fields.text("commit"))
        }
        Question::Snooze { .. } => (Vec::new(), None),
    };
    let is_wrong = matches!(
        question,
        Question::Release { is_unknown: true }
            | Question::Commit { is_unknown: true }
            | Question::Snooze { is_wrong: true }
    );
    let page = QuestionPage {
        layout: layout(form),
        t: form.viewer.messages(),
        answer: answer.unwrap_or_default().to_owned(),
        of: Chosen::of(form, selection).await?,
        question,
        choices,
    };
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, render(&page)?).into_response())
}

pub async fn stale(form: &Form<'_>, selection: &Selection, seen: Option<Basis>, now: Basis) -> Result<Response> {
    let seen = match seen {
        Some(basis) => Some(shown(form, basis).await?),
        None => None,
    };
    let of = Chosen::of(form, Selection { ids: selection.ids.clone(), token: selection.token.clone() }).await?;
    // Whoever answers this knows how it is now.
    let of = Chosen { basis: None, since: None, ..of };
    let (layout, t, now) = (layout(form), form.viewer.messages(), shown(form, now).await?);
    Ok((StatusCode::CONFLICT, render(&StalePage { layout, t, of, seen, now })?).into_response())
}

async fn shown(form: &Form<'_>, basis: Basis) -> Result<Shown> {
    let t = form.viewer.messages();
    let (db, organization_id) = (&form.app.db, form.access.organization.id);
    let name = match (basis.user_id, basis.team_id) {
        (Some(id), _) => {
            let members = members::list(db, organization_id).await?;
            members
                .into_iter()
                .find(|member| member.user_id == id)
                .map(|member| if member.name.is_empty() { member.email } else { member.name })
        }
        (None, Some(id)) => {
            let teams = teams::list(db, organization_id).await?;
            teams.into_iter().find(|team| team.id == id).map(|team| format!("#{}", team.slug))
        }
        (None, None) => None,
    };
    let status = match basis.status {
        Status::Resolved => t.issues_resolved(),
        Status::Ignored => t.issues_ignored(),
        _ => t.triage_unresolved(),
    };
    let assignee = name.map_or_else(|| t.issues_nobody().to_owned(), |name| visible::text(&name).into_owned());
    Ok(Shown { status, assignee })
}
