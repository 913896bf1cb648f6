//! Adding a security key.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::PATH;
use super::factors::finish;
use crate::app::App;
use crate::services::audit::Doer;
use crate::services::two_factor::{self, Error as TwoFactorError, MAX_NAME, NewFactor, security_keys};
use crate::volatile::Kept;
use crate::web::error::{Error, Result};
use crate::web::extract::{Viewer, Visitor};
use crate::web::layout::Layout;
use crate::web::pages::confirmed::Confirmed;
use crate::web::pages::posted::Posted;
use crate::web::{redirect, render};

const SHOWN_AT: &str = "/settings/account/security/keys/";

#[derive(Template)]
#[template(path = "account/key.html")]
struct KeyPage {
    layout: Layout,
    name: String,
    /// The challenge, as JSON for the browser.
    options: String,
    error: Option<String>,
}

/// The form comes after a proof; the challenge is made when it is shown.
pub async fn begin(State(app): State<App>, viewer: Viewer, _posted: Confirmed) -> Result<Response> {
    let session = viewer.session.as_deref().ok_or(Error::Unauthorized)?;
    app.redis.keep(Kept::KeyRegistration, session, "").await?;
    Ok(redirect(&app, SHOWN_AT))
}

pub async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let session = viewer.session.as_deref().ok_or(Error::Unauthorized)?;
    if app.redis.kept_text(Kept::KeyRegistration, session).await?.is_none() {
        return Ok(redirect(&app, PATH));
    }
    page(&app, &viewer, String::new(), None).await
}

pub async fn confirm(State(app): State<App>, viewer: Viewer, visitor: Visitor, posted: Posted) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    let session = viewer.session.as_deref().ok_or(Error::Unauthorized)?;
    let Some(state) = app.redis.take_kept(Kept::KeyRegistration, session).await? else {
        return Ok(redirect(&app, PATH));
    };
    let (t, name) = (viewer.messages(), posted.text("name"));
    let new = NewFactor::SecurityKey { name, state: &state, answer: posted.raw("answer") };
    let error = match two_factor::enroll(&app, &Doer::user(&user, visitor.ip), &user, new).await {
        Ok(changed) => return finish(&app, &viewer, &user, changed, t.account_factor_added()).await,
        Err(TwoFactorError::Name) => t.form_name_length(MAX_NAME),
        Err(TwoFactorError::WrongCode | TwoFactorError::NoEnrolment) => t.auth_key_failed().to_owned(),
        Err(TwoFactorError::Taken) => t.account_factor_taken().to_owned(),
        Err(error) => return Err(error.into()),
    };
    let page = page(&app, &viewer, name.to_owned(), Some(error)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn page(app: &App, viewer: &Viewer, name: String, error: Option<String>) -> Result<Response> {
    let user = viewer.user.as_deref().ok_or(Error::Unauthorized)?;
    let session = viewer.session.as_deref().ok_or(Error::Unauthorized)?;
    let challenge = security_keys::begin_registration(app, user).await?;
    app.redis.keep(Kept::KeyRegistration, session, &challenge.state).await?;
    render(&KeyPage { layout: Layout::new(app, viewer), name, options: challenge.options, error })
}
