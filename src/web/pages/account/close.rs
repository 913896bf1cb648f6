//! Closing one's account.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::services::accounts;
use crate::services::accounts::close::{self, Ownership};
use crate::services::audit::Doer;
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
    is_managed: bool,
    ownership: Ownership,
    /// Short names of the organizations that shall go too.
    chosen: Vec<String>,
    errors: FieldErrors,
}

pub async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    page(&app, &viewer, &[], FieldErrors::default()).await
}

/// Wants the user name typed, since nobody closes an account by a slip.
pub async fn save(
    State(app): State<App>,
    viewer: Viewer,
    visitor: Visitor,
    Confirmed(posted): Confirmed,
) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    let (t, chosen) = (viewer.messages(), posted.all("remove").map(str::to_owned).collect::<Vec<_>>());
    let refused = async |status: StatusCode, field, text: String| {
        Ok((status, page(&app, &viewer, &chosen, FieldErrors::one(field, text)).await?).into_response())
    };
    if posted.text("confirm") != user.username {
        let text = t.account_close_type(&user.username);
        return refused(StatusCode::UNPROCESSABLE_ENTITY, "confirm", text).await;
    }
    match close::close(&app, &Doer::user(&user, visitor.ip), &user, &chosen).await {
        Ok(()) => {
            Ok(([(header::SET_COOKIE, Cookie::Session.clear(&app))], redirect(&app, "/auth/login/")).into_response())
        }
        Err(accounts::Error::LastOwner(names)) => {
            refused(StatusCode::CONFLICT, "remove", t.account_close_owner(names)).await
        }
        Err(accounts::Error::LastSuperuser) => {
            refused(StatusCode::CONFLICT, "confirm", t.account_close_superuser().to_owned()).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(app: &App, viewer: &Viewer, chosen: &[String], errors: FieldErrors) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    render(&ClosePage {
        layout: Layout::new(app, viewer),
        username: user.username.clone(),
        is_managed: user.is_managed,
        ownership: close::ownership(&mut *app.db.acquire().await?, &user).await?,
        chosen: chosen.to_vec(),
        errors,
    })
}
