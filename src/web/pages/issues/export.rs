//! An event as JSON, plain text and Markdown.

use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::event::text::{Heading, markdown, plain};
use super::frame::{self, Opened};
use super::stored::{self, Found, Wanted};
use crate::app::App;
use crate::protocol::event::Event;
use crate::services::symbolication;
use crate::web::error::{Error, Result};
use crate::web::extract::{Actor, Viewer};
use crate::web::{base_path, visible};

/// The event as it was stored.
pub async fn json(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id, event)): Path<(String, String, String)>,
) -> Result<Response> {
    let (_, found) = find(&app, &viewer, actor, (&organization, &id, &event)).await?;
    Ok((headers("application/json; charset=utf-8"), found.json()?).into_response())
}

/// `…/events/{event}.txt` and `.md`; without them the slash is missing.
pub async fn text(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id, file)): Path<(String, String, String)>,
) -> Result<Response> {
    let Some((event, kind)) = file.rsplit_once('.') else {
        let path = format!("{}/organizations/{organization}/issues/{id}/events/{file}/", base_path(&app));
        let location = HeaderValue::try_from(path).map_err(|_| Error::NotFound)?;
        return Ok((StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, location)]).into_response());
    };
    let write = match kind {
        "txt" => plain,
        "md" => markdown,
        _ => return Err(Error::NotFound),
    };
    let (opened, found) = find(&app, &viewer, actor, (&organization, &id, event)).await?;
    let bytes = found.json()?;
    let mut tree = found.tree(&bytes)?;
    symbolication::resolve(&app, opened.issue.project_id, &mut tree).await?;
    let tree = visible::json(tree);
    let url =
        format!("{}{}events/{}/", app.config.system.url_prefix, opened.frame.path, found.event.event_id.as_simple());
    let title = if opened.frame.message.is_empty() {
        opened.frame.title.clone()
    } else {
        format!("{}: {}", opened.frame.title, opened.frame.message)
    };
    let heading =
        Heading { short_id: &opened.frame.short_id, title: &title, culprit: &opened.frame.culprit, url: &url };
    Ok((headers("text/plain; charset=utf-8"), write(&heading, &Event::read(&tree))).into_response())
}

async fn find(
    app: &App,
    viewer: &Viewer,
    actor: Actor,
    (organization, id, event): (&str, &str, &str),
) -> Result<(Opened, Found)> {
    let opened = frame::open(app, viewer, actor, (organization, id), "details").await?;
    let wanted = Wanted::parse(event).ok_or(Error::NotFound)?;
    let found = stored::find(app, &opened.issue, &wanted).await?.ok_or(Error::NotFound)?;
    Ok((opened, found))
}

/// No browser may take it for anything else.
fn headers(content_type: &'static str) -> [(HeaderName, &'static str); 3] {
    [
        (header::CONTENT_TYPE, content_type),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "private, no-store"),
    ]
}
