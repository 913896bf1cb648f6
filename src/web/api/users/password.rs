//! `PUT /users/{user}/password/`.

use axum::extract::State;
use axum::http::StatusCode;

use crate::app::App;
use crate::services::accounts::{self, MAX_PASSWORD};
use crate::services::sign_in::limits;
use crate::web::api::body::Fields;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::{AccountAccess, Sudo, Visitor};

/// One's own only: an administrator sends a link. Other browsers are signed out.
pub async fn change(
    State(app): State<App>,
    access: AccountAccess,
    visitor: Visitor,
    _proof: Sudo,
    mut fields: Fields,
) -> Result<StatusCode> {
    let current = fields.value("password").and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let new = fields.required_text("passwordNew", MAX_PASSWORD);
    let repeated = fields.required_text("passwordVerify", MAX_PASSWORD);
    fields.finish()?;
    if new != repeated {
        return Err(Error::Invalid(FieldErrors::one("passwordVerify", "The two passwords differ.")));
    }
    if !access.is_own() {
        return Err(Error::Forbidden(&[]));
    }
    let counted = limits::count_proof(&app, visitor.ip, access.user.id).await?;
    let nonce = accounts::change_password(&app, &access.actor.doer(), &access.user, &current, &new).await?;
    counted.forgive(&app).await?;
    let session = visitor.session.as_deref();
    if let Some(id) = session {
        app.redis.renew_session(id, &nonce).await?;
    }
    app.redis.delete_sessions(access.user.id, session).await?;
    Ok(StatusCode::NO_CONTENT)
}
