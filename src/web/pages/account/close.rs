//! Closing one's account.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::services::accounts;
use crate::services::accounts::close::close;
use crate::services::audit::Doer;
use crate::store::members;
use crate::web::cookie::Cookie;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::{Viewer, Visitor};
use crate::web::layout::Layout;
use crate::web::pages::confirmed::Confirmed;
use crate::web::{redirect, render};

#[derive(Template)]
#[template(path = "account/close.html")]
struct ClosePage {
    layout: Layout,
    username: String,
    /// Organizations that have no other owner.
    owned: Vec<String>,
    errors: FieldErrors,
}

pub async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    page(&app, &viewer, FieldErrors::default()).await
}

/// Wants the user name typed, since nobody closes an account by a slip.
pub async fn save(
    State(app): State<App>,
    viewer: Viewer,
    visitor: Visitor,
    Confirmed(posted): Confirmed,
) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    if posted.text("confirm") != user.username {
        let errors = FieldErrors::one("confirm", viewer.messages().account_close_type(&user.username));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&app, &viewer, errors).await?).into_response());
    }
    match close(&app, &Doer::user(&user, visitor.ip), &user).await {
        Ok(()) => {
            Ok(([(header::SET_COOKIE, Cookie::Session.clear(&app))], redirect(&app, "/auth/login/")).into_response())
        }
        Err(accounts::Error::LastOwner(_)) => {
            let page = page(&app, &viewer, FieldErrors::default()).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(app: &App, viewer: &Viewer, errors: FieldErrors) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    let owned = members::list_solely_owned(&app.db, user.id).await?;
    render(&ClosePage { layout: Layout::new(app, viewer), username: user.username.clone(), owned, errors })
}
