//! Changing one's password.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::page::page;
use super::{PATH, keep_this_session};
use crate::app::App;
use crate::messages::Messages;
use crate::services::accounts;
use crate::services::audit::Doer;
use crate::services::sign_in::limits;
use crate::store::users::User;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::{Viewer, Visitor};
use crate::web::pages::confirmed::Confirmed;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::pages::refusals::Refusal;
use crate::web::render;

/// Wrong attempts are limited like sign-ins: a browser left open is no way to guess the password.
pub async fn save(
    State(app): State<App>,
    viewer: Viewer,
    visitor: Visitor,
    Confirmed(posted): Confirmed,
) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    let counted = limits::count_proof(&app, visitor.ip, user.id).await?;
    let errors = match change(&app, viewer.messages(), &visitor, &user, &posted).await? {
        Ok(nonce) => {
            counted.forgive(&app).await?;
            keep_this_session(&app, &viewer, &user, &nonce).await?;
            return redirect_with(&app, &viewer, PATH, viewer.messages().account_password_changed()).await;
        }
        Err(errors) => errors,
    };
    let mut page = page(&app, &viewer, &user).await?;
    page.errors = errors;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

async fn change(
    app: &App,
    t: Messages,
    visitor: &Visitor,
    user: &User,
    posted: &Posted,
) -> Result<Result<String, FieldErrors>> {
    if posted.raw("password") != posted.raw("repeated") {
        return Ok(Err(FieldErrors::one("repeated", t.form_passwords_differ())));
    }
    let by = Doer::user(user, visitor.ip);
    match accounts::change_password(app, &by, user, posted.raw("current"), posted.raw("password")).await {
        Ok(nonce) => Ok(Ok(nonce)),
        Err(error) => error.field_errors(t).map(Err),
    }
}
