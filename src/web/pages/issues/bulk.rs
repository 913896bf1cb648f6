//! What the forms of list and issue page do: one action for any number of issues, then back where they came from.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::DateTime;

use super::asked;
use super::changes::{Asked, read_change, told};
use super::merge;
use super::selection::{Fields, Selection};
use crate::app::App;
use crate::services::issues::{self, AT_ONCE, Basis, Change, Seen};
use crate::services::job::Owner;
use crate::types::scope::Scope;
use crate::volatile::sessions::Flash;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::EventWrite;
use crate::web::extract::{Actor, OrganizationAccess, Viewer};
use crate::web::pages::back::{local, page_before};
use crate::web::redirect;

/// `POST /organizations/{organization}/issues/`.
pub async fn act(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<EventWrite>,
    fields: Fields,
) -> Result<Response> {
    let home = format!("/organizations/{}/issues/", access.organization.slug);
    let next = local(&fields.next).unwrap_or(&home).to_owned();
    let selection = Selection::read(&app, &access, &fields).await?;
    let form = Form { app: &app, viewer: &viewer, access: &access, fields: &fields, next };
    if selection.ids.is_empty() {
        return form.back(viewer.messages().issues_none_chosen().to_owned(), None).await;
    }
    match fields.action.as_str() {
        "delete" => form.delete(selection, false).await,
        "discard" => form.delete(selection, true).await,
        "merge" => merge::merge(&form, selection).await,
        action => match read_change(&app, &access, action, &fields, viewer.clock).await? {
            Asked::Known(change) => form.change(selection, change).await,
            Asked::Missing(question) => asked::ask(&form, selection, question).await,
        },
    }
}

/// A posted form, and who posted it.
pub struct Form<'f> {
    pub app: &'f App,
    pub viewer: &'f Viewer,
    pub access: &'f OrganizationAccess<EventWrite>,
    pub fields: &'f Fields,
    /// Where to go afterwards.
    pub next: String,
}

impl Form<'_> {
    pub fn owner(&self) -> Owner {
        Owner { user_id: self.access.actor.user.id, organization_id: self.access.organization.id }
    }

    async fn back(&self, text: String, undo: Option<String>) -> Result<Response> {
        if self.fields.is_quiet {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        answer(self.app, self.viewer, Flash { text, undo }, &self.next).await
    }

    async fn change(&self, selection: Selection, change: Change) -> Result<Response> {
        let t = self.viewer.messages();
        if selection.ids.len() > AT_ONCE {
            let job_id = issues::start(self.app, self.owner(), &selection.ids, &change).await?;
            return Ok(redirect(self.app, &format!("/jobs/{job_id}/")));
        }
        let basis = self.fields.basis.as_deref().and_then(|text| text.parse::<Basis>().ok());
        let since = self.fields.since.and_then(DateTime::from_timestamp_millis);
        let seen = basis.map(Seen::As).or(since.map(Seen::At));
        let user_id = self.owner().user_id;
        match issues::change_seen(self.app, user_id, &selection.ids, &change, seen).await {
            Ok(applied) => self.back(told(&change, &applied, t), applied.undo).await,
            Err(issues::Error::NoRelease) => self.back(t.issues_no_release().to_owned(), None).await,
            Err(issues::Error::Stale(now)) => asked::stale(self, &selection, basis, now).await,
            Err(error) => Err(error.into()),
        }
    }

    async fn delete(&self, selection: Selection, is_discard: bool) -> Result<Response> {
        if !self.access.may(Scope::EventAdmin) {
            return Err(Error::Forbidden(&[Scope::EventAdmin]));
        }
        let wanted = selection.ids.len();
        if !self.is_confirmed(wanted) {
            return asked::confirm_deletion(self, selection, is_discard).await;
        }
        let deletion = issues::delete(self.app, self.owner(), &selection.ids, is_discard).await?;
        if wanted > AT_ONCE {
            return Ok(redirect(self.app, &format!("/jobs/{}/", deletion.job_id)));
        }
        let t = self.viewer.messages();
        let text =
            if is_discard { t.triage_did_discard(deletion.issues) } else { t.issues_did_delete(deletion.issues) };
        // The page of a deleted issue is gone.
        let list = format!("/organizations/{}/issues/", self.access.organization.slug);
        let is_page = self.next.contains("/issues/") && !self.next.contains("/issues/?");
        answer(self.app, self.viewer, Flash { text, undo: None }, if is_page { &list } else { &self.next }).await
    }

    /// Whether the number of issues was typed.
    pub fn is_confirmed(&self, wanted: usize) -> bool {
        self.fields.confirm.as_deref().map(str::trim) == Some(wanted.to_string().as_str())
    }
}

/// `POST /undo/{token}/`.
pub async fn undo(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let t = viewer.messages();
    let text = match issues::undo(&app, actor.user.id, &token).await? {
        None => t.issues_undo_gone().to_owned(),
        Some(undone) if undone.kept == 0 => t.issues_undone(undone.restored),
        Some(undone) => t.issues_undone_partly(undone.kept, undone.restored),
    };
    let next = page_before(&app, &headers).unwrap_or_else(|| "/".to_owned());
    answer(&app, &viewer, Flash { text, undo: None }, &next).await
}

async fn answer(app: &App, viewer: &Viewer, flash: Flash, next: &str) -> Result<Response> {
    if let Some(session) = &viewer.session {
        app.redis.put_flash(session, &flash).await?;
    }
    Ok(redirect(app, next))
}
