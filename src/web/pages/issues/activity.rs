//! What happened to an issue, newest first, and what people say about it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::frame::{self, IssueFrame, Opened};
use crate::app::App;
use crate::messages::Messages;
use crate::services::notes::{self, Draft, MAX_TEXT, People};
use crate::store::activities::{self, Activity, Slice};
use crate::store::notes as note_rows;
use crate::types::ids::ActivityId;
use crate::types::lifecycle::Status;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::{EventWrite, Needs};
use crate::web::extract::{Actor, Viewer};
use crate::web::layout::Layout;
use crate::web::markup::Markup;
use crate::web::pages::activities::entries::{Entry, Reader};
use crate::web::pages::activities::words::{Directory, text};
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::{markdown, redirect, render, time, visible};

const PER_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "issues/activity.html")]
struct ActivityPage {
    layout: Layout,
    t: Messages,
    frame: IssueFrame,
    entries: Vec<Entry>,
    form: CommentForm,
    /// Path of the page after this one.
    older: Option<String>,
    is_first: bool,
    max: usize,
}

/// The box to write in.
#[derive(Default)]
struct CommentForm {
    /// The comment that is edited; `None`: a new one.
    id: Option<ActivityId>,
    text: String,
    preview: Option<Markup>,
    problem: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ActivityParams {
    /// Id of the last entry of the page before.
    before: Option<i64>,
    /// Id of one's own comment to edit.
    edit: Option<i64>,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id)): Path<(String, String)>,
    Query(params): Query<ActivityParams>,
) -> Result<Response> {
    let opened = frame::open(&app, &viewer, actor, (&organization, &id), "activity").await?;
    let people = People::of_project(&app, &opened.access.project).await?;
    let mut form = CommentForm::default();
    if let Some(id) = params.edit {
        let author = opened.access.actor().user.id;
        let note =
            note_rows::find_own(&app.db, opened.issue.id, ActivityId(id), author).await?.ok_or(Error::NotFound)?;
        form.id = Some(note.id);
        text(&note.data, "text").unwrap_or_default().clone_into(&mut form.text);
    }
    page(&app, opened, &people, form, params.before).await
}

/// `POST …/activity/`: a new comment, or how it would look.
pub async fn write(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response> {
    answer(&app, &viewer, actor, (&organization, &id), None, &posted).await
}

/// `POST …/activity/{note}/`: one's own comment, changed or deleted.
pub async fn rewrite(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id, note)): Path<(String, String, String)>,
    posted: Posted,
) -> Result<Response> {
    let note: ActivityId = note.parse().map_err(|_| Error::NotFound)?;
    answer(&app, &viewer, actor, (&organization, &id), Some(note), &posted).await
}

async fn answer(
    app: &App,
    viewer: &Viewer,
    actor: Actor,
    place: (&str, &str),
    note: Option<ActivityId>,
    posted: &Posted,
) -> Result<Response> {
    let opened = frame::open(app, viewer, actor, place, "activity").await?;
    if !opened.frame.may_write {
        return Err(Error::Forbidden(EventWrite::ANY_OF));
    }
    let t = opened.layout.t;
    let home = format!("{}activity/", opened.frame.path);
    let author = opened.access.actor().user.id;
    if let ("delete", Some(note)) = (posted.text("action"), note) {
        let was_there = notes::delete(app, opened.issue.id, note, author).await?;
        return if was_there {
            redirect_with(app, viewer, &home, t.activity_comment_deleted()).await
        } else {
            Err(Error::NotFound)
        };
    }
    let people = People::of_project(app, &opened.access.project).await?;
    let text = posted.raw("text").to_owned();
    if posted.text("action") == "preview" {
        let preview = Some(markdown::render(&text, &people));
        return page(app, opened, &people, CommentForm { id: note, text, preview, problem: None }, None).await;
    }
    let saved = match (Draft::new(&text, Vec::new(), &people), note) {
        (Err(error), _) => Err(error),
        (Ok(draft), Some(note)) => match notes::change(app, opened.issue.id, (note, author), &draft).await {
            Ok(None) => return Err(Error::NotFound),
            Ok(Some(changed)) => Ok(changed.id),
            Err(error) => Err(error),
        },
        (Ok(draft), None) => notes::add(app, &opened.issue, author, &draft).await,
    };
    match saved {
        Ok(id) if note.is_none() => Ok(redirect(app, &format!("{home}#activity-{id}"))),
        Ok(_) => redirect_with(app, viewer, &home, t.activity_comment_saved()).await,
        Err(error) => {
            let problem = Some(told(error, t)?);
            let page = page(app, opened, &people, CommentForm { id: note, text, preview: None, problem }, None).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

fn told(error: notes::Error, t: Messages) -> Result<String> {
    Ok(match error {
        notes::Error::Empty => t.activity_comment_empty().to_owned(),
        notes::Error::TooLong => t.activity_comment_long(MAX_TEXT),
        notes::Error::Duplicate => t.activity_comment_twice().to_owned(),
        notes::Error::Database(error) => return Err(error.into()),
    })
}

async fn page(app: &App, opened: Opened, people: &People, form: CommentForm, before: Option<i64>) -> Result<Response> {
    let Opened { issue, details, access, layout, frame, .. } = opened;
    let t = layout.t;
    let limit = i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX);
    let slice = Slice { at: before.map_or(i64::MAX, |id| id.saturating_sub(1)), skip: 0, limit };
    let mut activities = activities::list_until(&app.db, issue.id, None, slice).await?;
    let has_more = activities.len() > PER_PAGE;
    activities.truncate(PER_PAGE);
    let directory = Directory::of(app, access.organization(), activities.iter()).await?;
    let issues = format!("{}/organizations/{}/issues/", layout.base, frame.organization);
    let reader =
        Reader { t, now: layout.now, user_id: access.actor().user.id, directory: &directory, people, issues: &issues };
    let mut entries: Vec<Entry> = activities.iter().map(|activity| reader.entry(activity)).collect();
    let last = |activity: &Activity| format!("{}{}activity/?before={}", layout.base, frame.path, activity.id);
    let older = activities.last().filter(|_| has_more).map(last);
    if !has_more {
        let text = match details.first_release {
            Some(version) => t.activity_said_first_in(visible::text(&version)),
            None => t.activity_said_first().to_owned(),
        };
        let at = time::ago(t, issue.first_seen, layout.now);
        entries.push(Entry { id: None, text, link: None, note: None, at, is_own: false });
    }
    render(&ActivityPage { t, frame, entries, form, older, is_first: before.is_none(), max: MAX_TEXT, layout })
}

/// `GET …/activity/mentions/`: whom a comment may call, for the script that completes names.
pub async fn mentions(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id)): Path<(String, String)>,
) -> Result<Response> {
    let opened = frame::open(&app, &viewer, actor, (&organization, &id), "activity").await?;
    let people = People::of_project(&app, &opened.access.project).await?;
    let known: Vec<_> =
        people.iter().map(|person| json!({ "handle": person.handle, "name": visible::text(&person.name) })).collect();
    Ok(axum::Json(known).into_response())
}
