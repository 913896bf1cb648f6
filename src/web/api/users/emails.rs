//! `/users/{user}/emails/`: the account's addresses.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use crate::app::App;
use crate::services::accounts::emails;
use crate::store::user_emails::{self, UserEmail};
use crate::store::users::User;
use crate::web::api::body::Fields;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::{AccountAccess, Sudo};

const MAX_EMAIL: usize = 254;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EmailView {
    email: String,
    is_primary: bool,
    is_verified: bool,
}

impl EmailView {
    fn of(user: &User, email: UserEmail) -> Self {
        let is_primary = email.email.eq_ignore_ascii_case(&user.email);
        Self { email: email.email, is_primary, is_verified: email.is_verified }
    }
}

pub async fn list(State(app): State<App>, access: AccountAccess) -> Result<Json<Vec<EmailView>>> {
    let emails = user_emails::list(&app.db, access.user.id).await?;
    Ok(Json(emails.into_iter().map(|email| EmailView::of(&access.user, email)).collect()))
}

pub async fn add(
    State(app): State<App>,
    access: AccountAccess,
    _proof: Sudo,
    mut fields: Fields,
) -> Result<(StatusCode, Json<EmailView>)> {
    let email = fields.required_text("email", MAX_EMAIL);
    fields.finish()?;
    editable(&access)?;
    emails::add(&app, &access.actor.doer(), &access.user, &email).await?;
    let view = EmailView::of(&access.user, find(&app, &access, &email).await?);
    Ok((StatusCode::CREATED, Json(view)))
}

pub async fn make_primary(
    State(app): State<App>,
    access: AccountAccess,
    _proof: Sudo,
    mut fields: Fields,
) -> Result<Json<EmailView>> {
    let email = named(&app, &access, &mut fields).await?;
    emails::make_primary(&app, &access.actor.doer(), &access.user, &email).await?;
    Ok(Json(EmailView { email: email.email, is_primary: true, is_verified: true }))
}

pub async fn remove(
    State(app): State<App>,
    access: AccountAccess,
    _proof: Sudo,
    mut fields: Fields,
) -> Result<StatusCode> {
    let email = named(&app, &access, &mut fields).await?;
    emails::remove(&app, &access.actor.doer(), &access.user, &email).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST …/confirm/`: sends the letter once more.
pub async fn resend(State(app): State<App>, access: AccountAccess, mut fields: Fields) -> Result<StatusCode> {
    let email = named(&app, &access, &mut fields).await?;
    if email.is_verified {
        return Err(Error::Invalid(FieldErrors::one("email", "This address is confirmed already.")));
    }
    emails::resend(&app, &access.user, &email).await?;
    Ok(StatusCode::OK)
}

/// The address that the body names.
async fn named(app: &App, access: &AccountAccess, fields: &mut Fields) -> Result<UserEmail> {
    let email = fields.required_text("email", MAX_EMAIL);
    std::mem::take(fields).finish()?;
    editable(access)?;
    find(app, access, &email).await
}

async fn find(app: &App, access: &AccountAccess, email: &str) -> Result<UserEmail> {
    let own = user_emails::list(&app.db, access.user.id).await?;
    let found = own.into_iter().find(|own| own.email.eq_ignore_ascii_case(email));
    found.ok_or_else(|| Error::Invalid(FieldErrors::one("email", "This is no address of the account.")))
}

/// A directory keeps the addresses of managed accounts.
fn editable(access: &AccountAccess) -> Result<()> {
    if access.user.is_managed { Err(Error::Forbidden(&[])) } else { Ok(()) }
}
