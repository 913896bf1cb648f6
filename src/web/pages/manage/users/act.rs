//! What an administrator does with somebody's account. Each of these wants a fresh proof of who does it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::detail::page;
use super::{PATH, UserAccess, path_of};
use crate::app::App;
use crate::services::accounts::Error as Refused;
use crate::services::accounts::administer::{self, PasswordLink};
use crate::volatile::Kept;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::Viewer;
use crate::web::pages::confirmed::Confirmed;
use crate::web::pages::flash::redirect_with;
use crate::web::{redirect, render};

/// Sends a link to set a password with, or shows it once where no letter can leave.
pub async fn send_password_link(
    State(app): State<App>,
    viewer: Viewer,
    access: UserAccess,
    _posted: Confirmed,
) -> Result<Response> {
    let (t, user) = (viewer.messages(), &access.user);
    match administer::make_password_link(&app, &access.superuser.actor.doer(), user).await {
        Ok(PasswordLink::Sent) => redirect_with(&app, &viewer, &path_of(user), t.users_link_sent(&user.email)).await,
        Ok(PasswordLink::Shown(path)) => {
            let session = viewer.session.as_deref().ok_or(Error::Unauthorized)?;
            app.redis.keep(Kept::PasswordLink, session, &path).await?;
            Ok(redirect(&app, &path_of(user)))
        }
        Err(error) => refused(&app, &viewer, access, error).await,
    }
}

pub async fn reset_factors(
    State(app): State<App>,
    viewer: Viewer,
    access: UserAccess,
    _posted: Confirmed,
) -> Result<Response> {
    let done = administer::reset_factors(&app, &access.superuser.actor.doer(), &access.user).await;
    finish(&app, &viewer, access, done, viewer.messages().users_factors_reset()).await
}

pub async fn set_superuser(
    State(app): State<App>,
    viewer: Viewer,
    access: UserAccess,
    Confirmed(posted): Confirmed,
) -> Result<Response> {
    let (t, is_superuser) = (viewer.messages(), posted.is_on("grant"));
    let done = administer::set_superuser(&app, &access.superuser.actor.doer(), &access.user, is_superuser).await;
    let text = if is_superuser { t.users_superuser_made() } else { t.users_superuser_unmade() };
    finish(&app, &viewer, access, done, text).await
}

pub async fn set_active(
    State(app): State<App>,
    viewer: Viewer,
    access: UserAccess,
    Confirmed(posted): Confirmed,
) -> Result<Response> {
    let (t, is_active) = (viewer.messages(), posted.is_on("enable"));
    let done = administer::set_active(&app, &access.superuser.actor.doer(), &access.user, is_active).await;
    let text = if is_active { t.users_is_enabled() } else { t.users_is_disabled() };
    finish(&app, &viewer, access, done, text).await
}

/// Wants the user name typed, since nobody closes an account by a slip.
pub async fn remove(
    State(app): State<App>,
    viewer: Viewer,
    access: UserAccess,
    Confirmed(posted): Confirmed,
) -> Result<Response> {
    let (t, user) = (viewer.messages(), &access.user);
    if posted.text("confirm") != user.username {
        let errors = FieldErrors::one("confirm", t.account_close_type(&user.username));
        return again(&app, &viewer, access, StatusCode::UNPROCESSABLE_ENTITY, errors).await;
    }
    match administer::delete(&app, &access.superuser.actor.doer(), user).await {
        Ok(()) => redirect_with(&app, &viewer, PATH, t.users_removed(user.display_name())).await,
        Err(error) => refused(&app, &viewer, access, error).await,
    }
}

async fn finish(
    app: &App,
    viewer: &Viewer,
    access: UserAccess,
    done: Result<(), Refused>,
    text: &str,
) -> Result<Response> {
    match done {
        Ok(()) => redirect_with(app, viewer, &path_of(&access.user), text).await,
        Err(error) => refused(app, viewer, access, error).await,
    }
}

/// The page again, with what is in the way.
async fn refused(app: &App, viewer: &Viewer, access: UserAccess, error: Refused) -> Result<Response> {
    let t = viewer.messages();
    let text = match error {
        Refused::OwnAccount => t.users_own_account().to_owned(),
        Refused::LastSuperuser => t.users_last_superuser().to_owned(),
        Refused::Managed => t.users_managed().to_owned(),
        Refused::Disabled => t.users_is_disabled().to_owned(),
        Refused::LastOwner(_) => t.users_last_owner().to_owned(),
        other => return Err(other.into()),
    };
    again(app, viewer, access, StatusCode::CONFLICT, FieldErrors::one("non_field_errors", text)).await
}

async fn again(
    app: &App,
    viewer: &Viewer,
    access: UserAccess,
    status: StatusCode,
    errors: FieldErrors,
) -> Result<Response> {
    let mut page = page(app, viewer, access).await?;
    page.errors = errors;
    Ok((status, render(&page)?).into_response())
}
