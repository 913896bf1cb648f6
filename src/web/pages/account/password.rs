//! Changing one's password.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::messages::Messages;
use crate::services::accounts::{self, MAX_PASSWORD, MIN_PASSWORD};
use crate::services::sign_in::limits;
use crate::store::users::User;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::Viewer;
use crate::web::layout::Layout;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::pages::refusals::Refusal;
use crate::web::render;

#[derive(Template)]
#[template(path = "account/password.html")]
struct PasswordPage {
    layout: Layout,
    email: String,
    has_password: bool,
    errors: FieldErrors,
}

impl PasswordPage {
    fn rule(&self) -> String {
        self.layout.t.form_password_rule(MAX_PASSWORD, MIN_PASSWORD)
    }
}

pub async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    render(&page(&app, &viewer, &user, FieldErrors::default()))
}

/// Wrong attempts are limited like sign-ins: a browser left open is no way to guess the password.
pub async fn save(State(app): State<App>, viewer: Viewer, posted: Posted) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    let counted = limits::count_proof(&app, None, user.id).await?;
    let errors = change(&app, viewer.messages(), &user, &posted).await?;
    if errors.is_empty() {
        counted.forgive(&app).await?;
        let text = viewer.messages().account_password_changed();
        return redirect_with(&app, &viewer, "/settings/account/security/", text).await;
    }
    let page = page(&app, &viewer, &user, errors);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

async fn change(app: &App, t: Messages, user: &User, posted: &Posted) -> Result<FieldErrors> {
    if posted.raw("password") != posted.raw("repeated") {
        return Ok(FieldErrors::one("repeated", t.form_passwords_differ()));
    }
    let (current, new) = (posted.raw("current"), posted.raw("password"));
    match accounts::change_password(&app.db, &app.config.auth, user, current, new).await {
        Ok(()) => Ok(FieldErrors::default()),
        Err(error) => error.field_errors(t),
    }
}

fn page(app: &App, viewer: &Viewer, user: &User, errors: FieldErrors) -> PasswordPage {
    PasswordPage {
        layout: Layout::new(app, viewer),
        email: user.email.clone(),
        has_password: user.password_hash.is_some(),
        errors,
    }
}
