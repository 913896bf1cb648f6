//! Signing other browsers out.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::{PATH, keep_this_session};
use crate::app::App;
use crate::services::accounts::new_nonce;
use crate::store::users;
use crate::web::error::{Error, Result};
use crate::web::extract::Viewer;
use crate::web::pages::flash::redirect_with;

#[derive(Deserialize)]
pub struct SessionPath {
    session: String,
}

/// Only one's own: what is no session of the user's is none at all.
pub async fn end(State(app): State<App>, viewer: Viewer, Path(path): Path<SessionPath>) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    let own = app.redis.sessions(user.id).await?;
    if !own.iter().any(|session| session.id == path.session) {
        return Err(Error::NotFound);
    }
    app.redis.delete_session(user.id, &path.session).await?;
    redirect_with(&app, &viewer, PATH, viewer.messages().account_session_ended()).await
}

pub async fn end_others(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    let nonce = new_nonce();
    users::update_session_nonce(&app.db, user.id, &nonce).await?;
    keep_this_session(&app, &viewer, &user, &nonce).await?;
    redirect_with(&app, &viewer, PATH, viewer.messages().account_sessions_ended()).await
}
