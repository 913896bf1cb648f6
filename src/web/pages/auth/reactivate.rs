//! Opening an account again that its owner closed, once they have shown that it is theirs.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::enter::{Way, begin_session, replace_expired_password};
use super::pending::{Waiting, waiting};
use crate::app::App;
use crate::services::accounts::close;
use crate::services::audit::Doer;
use crate::volatile::pending_sign_ins::Step;
use crate::web::error::Result;
use crate::web::extract::{Viewer, Visitor};
use crate::web::layout::Layout;
use crate::web::pages::posted::Posted;
use crate::web::{redirect, render};

#[derive(Template)]
#[template(path = "auth/reactivate.html")]
struct ReactivatePage {
    layout: Layout,
    username: String,
    /// When it is too late.
    until: String,
}

pub async fn show(State(app): State<App>, viewer: Viewer, visitor: Visitor) -> Result<Response> {
    let found = waiting(&app, &visitor, Step::Reopening).await?;
    let layout = Layout::new(&app, &viewer);
    let until = found.as_ref().and_then(|found| close::reopens_until(&found.user, layout.now));
    let (Some(Waiting { user, .. }), Some(until)) = (found, until) else { return Ok(redirect(&app, "/auth/login/")) };
    render(&ReactivatePage { username: user.username, until: layout.t.stamp(until), layout })
}

/// Opens the account, and goes on as after any other sign-in. The second factor was shown on the way here.
pub async fn reopen(State(app): State<App>, visitor: Visitor, _: Posted) -> Result<Response> {
    let Some(Waiting { id, sign_in, user }) = waiting(&app, &visitor, Step::Reopening).await? else {
        return Ok(redirect(&app, "/auth/login/"));
    };
    app.redis.delete_pending_sign_in(&id).await?;
    let Some(user) = close::reopen(&app, &Doer::user(&user, visitor.ip), &user).await? else {
        return Ok(redirect(&app, "/auth/login/"));
    };
    match replace_expired_password(&app, &user).await? {
        Some(replacement) => Ok(replacement),
        None => begin_session(&app, &visitor, &user, Way { next: &sign_in.next, is_kept: sign_in.is_kept }).await,
    }
}
