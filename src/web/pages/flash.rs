//! Back to a page, which says what was done.

use axum::response::Response;

use crate::app::App;
use crate::volatile::sessions::Flash;
use crate::web::error::Result;
use crate::web::extract::Viewer;
use crate::web::redirect;

/// `303` to `path`, where a strip tells `text` once.
pub async fn redirect_with(app: &App, viewer: &Viewer, path: &str, text: impl Into<String>) -> Result<Response> {
    if let Some(session) = &viewer.session {
        app.redis.put_flash(session, &Flash { text: text.into(), undo: None }).await?;
    }
    Ok(redirect(app, path))
}
