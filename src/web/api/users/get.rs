//! `GET /auth/` and `GET /users/{me|id}/`.

use axum::Json;
use axum::extract::{Path, State};

use super::view::OwnUserView;
use crate::app::App;
use crate::store::users;
use crate::web::error::{Error, Result};
use crate::web::extract::Actor;

/// The caller's own account.
pub async fn own(State(app): State<App>, actor: Actor) -> Result<Json<OwnUserView>> {
    Ok(Json(OwnUserView::load(&app, actor.person()?).await?))
}

/// One's own account, or anyone's for superusers who are signed in.
pub async fn show(State(app): State<App>, actor: Actor, Path(name): Path<String>) -> Result<Json<OwnUserView>> {
    if name == "me" || name == actor.user.id.to_string() {
        return own(State(app), actor).await;
    }
    if !actor.user.is_superuser || actor.token_scopes.is_some() {
        return Err(Error::Forbidden(&[]));
    }
    let id = name.parse().map_err(|_| Error::NotFound)?;
    let user = users::find(&app.db, id).await?.ok_or(Error::NotFound)?;
    Ok(Json(OwnUserView::load(&app, &user).await?))
}
