//! The link in a letter that asks whether an address is its reader's.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::app::App;
use crate::services::accounts::emails;
use crate::types::ids::UserId;
use crate::web::error::Result;
use crate::web::extract::Viewer;
use crate::web::layout::Layout;
use crate::web::pages::flash::redirect_with;
use crate::web::render;

#[derive(Template)]
#[template(path = "auth/confirm_email.html")]
struct ConfirmEmailPage {
    layout: Layout,
    /// `None`: the link opens nothing.
    email: Option<String>,
    is_confirmed: bool,
}

#[derive(Deserialize)]
pub struct LinkPath {
    user: i64,
    token: String,
}

/// Opening the link changes nothing, since programs that look at mail open links too.
pub async fn show(State(app): State<App>, viewer: Viewer, Path(path): Path<LinkPath>) -> Result<Response> {
    let email = emails::find_by_token(&app, UserId(path.user), &path.token).await?;
    page(&app, &viewer, email, false)
}

pub async fn confirm(State(app): State<App>, viewer: Viewer, Path(path): Path<LinkPath>) -> Result<Response> {
    let email = emails::confirm(&app, UserId(path.user), &path.token).await?;
    match email {
        Some(email) if viewer.user.as_ref().is_some_and(|user| user.id == UserId(path.user)) => {
            let text = viewer.messages().account_email_confirmed(email);
            redirect_with(&app, &viewer, "/settings/account/emails/", text).await
        }
        email => page(&app, &viewer, email, true),
    }
}

fn page(app: &App, viewer: &Viewer, email: Option<String>, is_confirmed: bool) -> Result<Response> {
    let status = if email.is_some() { StatusCode::OK } else { StatusCode::GONE };
    let page = ConfirmEmailPage { layout: Layout::new(app, viewer), email, is_confirmed };
    Ok((status, render(&page)?).into_response())
}
