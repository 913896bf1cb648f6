//! Sign-ins that wait for one more step, under a cookie of their own.

use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::enter::Way;
use crate::app::App;
use crate::services::accounts::close::reopens_until;
use crate::store::users::{self, User};
use crate::volatile::pending_sign_ins::{PendingSignIn, Step};
use crate::web::cookie::{Cookie, NewCookie};
use crate::web::error::Result;
use crate::web::extract::Visitor;
use crate::web::redirect;

/// A sign-in that waits, and whose it is.
pub struct Waiting {
    /// Of its cookie.
    pub id: String,
    pub sign_in: PendingSignIn,
    pub user: User,
}

/// Leads to the page of the step.
pub async fn wait(app: &App, user: &User, way: Way<'_>, step: Step) -> Result<Response> {
    let cookie = NewCookie::random();
    let pending = PendingSignIn {
        user_id: user.id,
        nonce: user.session_nonce.clone(),
        next: way.next.to_owned(),
        is_kept: way.is_kept,
        step,
    };
    app.redis.put_pending_sign_in(&cookie.id, &pending).await?;
    let set = (header::SET_COOKIE, Cookie::Pending.set(app, &cookie.value, None));
    let path = match step {
        Step::SecondFactor => "/auth/2fa/",
        Step::Reopening => "/auth/reactivate/",
    };
    Ok(([set], redirect(app, path)).into_response())
}

/// The visitor's sign-in that waits for this step; a password that was changed meanwhile ends it.
pub async fn waiting(app: &App, visitor: &Visitor, step: Step) -> Result<Option<Waiting>> {
    let Some(id) = visitor.pending.clone() else { return Ok(None) };
    let sign_in = app.redis.pending_sign_in_of(&id).await?.filter(|pending| pending.step == step);
    let Some(sign_in) = sign_in else { return Ok(None) };
    let may_go_on = |user: &User| {
        let is_open = user.is_active || reopens_until(user, app.clock.now()).is_some();
        is_open && user.session_nonce == sign_in.nonce
    };
    let user = users::find(&app.db, sign_in.user_id).await?.filter(may_go_on);
    Ok(user.map(|user| Waiting { id, sign_in, user }))
}
