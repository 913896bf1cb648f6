//! Removing second factors, and recovery codes, which are shown once.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::{PATH, keep_this_session};
use crate::app::App;
use crate::services::audit::Doer;
use crate::services::two_factor::{self, Changed};
use crate::store::authenticators;
use crate::store::users::User;
use crate::types::ids::AuthenticatorId;
use crate::volatile::Kept;
use crate::web::error::{Error, Result};
use crate::web::extract::{Viewer, Visitor};
use crate::web::layout::Layout;
use crate::web::pages::confirmed::Confirmed;
use crate::web::pages::flash::redirect_with;
use crate::web::{redirect, render};

const CODES: &str = "/settings/account/security/codes/";

#[derive(Template)]
#[template(path = "account/recovery_codes.html")]
struct CodesPage {
    layout: Layout,
    codes: Vec<String>,
}

#[derive(Deserialize)]
pub struct FactorPath {
    factor: i64,
}

pub async fn remove(
    State(app): State<App>,
    viewer: Viewer,
    visitor: Visitor,
    Path(path): Path<FactorPath>,
    _posted: Confirmed,
) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    let own = authenticators::list(&app.db, user.id).await?;
    let factor = own.into_iter().find(|factor| factor.id == AuthenticatorId(path.factor)).ok_or(Error::NotFound)?;
    let changed = two_factor::remove(&app, &Doer::user(&user, visitor.ip), &user, &factor).await?;
    finish(&app, &viewer, &user, changed, viewer.messages().account_factor_removed()).await
}

pub async fn renew_codes(
    State(app): State<App>,
    viewer: Viewer,
    visitor: Visitor,
    _posted: Confirmed,
) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    if !user.has_two_factor {
        return Ok(redirect(&app, PATH));
    }
    let changed = two_factor::renew_codes(&app, &Doer::user(&user, visitor.ip), &user).await?;
    finish(&app, &viewer, &user, changed, viewer.messages().account_codes_renewed()).await
}

/// New codes, once; afterwards nobody can see them again.
pub async fn show_codes(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let session = viewer.session.as_deref().ok_or(Error::Unauthorized)?;
    let Some(text) = app.redis.take_kept(Kept::RecoveryCodes, session).await? else { return Ok(redirect(&app, PATH)) };
    let codes = text.split(' ').map(str::to_owned).collect();
    render(&CodesPage { layout: Layout::new(&app, &viewer), codes })
}

/// This session goes on; new codes are shown, if there are any.
pub async fn finish(app: &App, viewer: &Viewer, user: &User, changed: Changed, text: &str) -> Result<Response> {
    keep_this_session(app, viewer, user, &changed.session_nonce).await?;
    let Some(codes) = changed.codes else { return redirect_with(app, viewer, PATH, text).await };
    let session = viewer.session.as_deref().ok_or(Error::Unauthorized)?;
    app.redis.keep(Kept::RecoveryCodes, session, &codes.join(" ")).await?;
    redirect_with(app, viewer, CODES, text).await
}
