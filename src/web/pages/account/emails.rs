//! One's addresses.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::app::App;
use crate::services::accounts::{self, emails};
use crate::services::audit::Doer;
use crate::store::user_emails::{self, UserEmail};
use crate::store::users::User;
use crate::types::ids::UserEmailId;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::{Viewer, Visitor};
use crate::web::layout::Layout;
use crate::web::pages::confirmed::Confirmed;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::refusals::Refusal;
use crate::web::render;

const PATH: &str = "/settings/account/emails/";

#[derive(Template)]
#[template(path = "account/emails.html")]
struct EmailsPage {
    layout: Layout,
    primary: String,
    is_managed: bool,
    emails: Vec<UserEmail>,
    email: String,
    errors: FieldErrors,
}

impl EmailsPage {
    fn is_primary(&self, email: &UserEmail) -> bool {
        email.email.eq_ignore_ascii_case(&self.primary)
    }
}

#[derive(Deserialize)]
pub struct EmailPath {
    email: i64,
}

pub async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    page(&app, &viewer, &user, String::new(), FieldErrors::default()).await
}

pub async fn add(
    State(app): State<App>,
    viewer: Viewer,
    visitor: Visitor,
    Confirmed(posted): Confirmed,
) -> Result<Response> {
    let user = editable(&viewer)?;
    let email = posted.text("email");
    let done = emails::add(&app, &Doer::user(&user, visitor.ip), &user, email).await;
    let text = viewer.messages().account_email_sent(email);
    finish(&app, &viewer, &user, done, text, email).await
}

pub async fn resend(State(app): State<App>, viewer: Viewer, Path(path): Path<EmailPath>) -> Result<Response> {
    let user = editable(&viewer)?;
    let email = own(&app, &user, &path).await?;
    let done = emails::resend(&app, &user, &email).await;
    let text = viewer.messages().account_email_sent(&email.email);
    finish(&app, &viewer, &user, done, text, "").await
}

pub async fn make_primary(
    State(app): State<App>,
    viewer: Viewer,
    visitor: Visitor,
    Path(path): Path<EmailPath>,
    _posted: Confirmed,
) -> Result<Response> {
    let user = editable(&viewer)?;
    let email = own(&app, &user, &path).await?;
    let done = emails::make_primary(&app, &Doer::user(&user, visitor.ip), &user, &email).await;
    let text = viewer.messages().account_email_is_primary(&email.email);
    finish(&app, &viewer, &user, done, text, "").await
}

pub async fn remove(
    State(app): State<App>,
    viewer: Viewer,
    visitor: Visitor,
    Path(path): Path<EmailPath>,
    _posted: Confirmed,
) -> Result<Response> {
    let user = editable(&viewer)?;
    let email = own(&app, &user, &path).await?;
    let done = emails::remove(&app, &Doer::user(&user, visitor.ip), &user, &email).await;
    let text = viewer.messages().account_email_removed(&email.email);
    finish(&app, &viewer, &user, done, text, "").await
}

/// Someone whose addresses no directory keeps.
fn editable(viewer: &Viewer) -> Result<std::sync::Arc<User>> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    if user.is_managed { Err(Error::Forbidden(&[])) } else { Ok(user) }
}

async fn own(app: &App, user: &User, path: &EmailPath) -> Result<UserEmail> {
    emails::find(app, user, UserEmailId(path.email)).await?.ok_or(Error::NotFound)
}

async fn finish(
    app: &App,
    viewer: &Viewer,
    user: &User,
    done: Result<(), accounts::Error>,
    text: String,
    typed: &str,
) -> Result<Response> {
    match done {
        Ok(()) => redirect_with(app, viewer, PATH, text).await,
        Err(error) => {
            let errors = error.field_errors(viewer.messages())?;
            let page = page(app, viewer, user, typed.to_owned(), errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

async fn page(app: &App, viewer: &Viewer, user: &User, email: String, errors: FieldErrors) -> Result<Response> {
    render(&EmailsPage {
        layout: Layout::new(app, viewer),
        primary: user.email.clone(),
        is_managed: user.is_managed,
        emails: user_emails::list(&app.db, user.id).await?,
        email,
        errors,
    })
}
