//! Signing in with a password.

use std::net::SocketAddr;

use askama::Template;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::enter::{Way, enter};
use super::waiting::with_wait;
use super::{by_header, single_sign_on};
use crate::app::App;
use crate::services::directory;
use crate::services::sign_in::{self, Error};
use crate::store::superusers;
use crate::web::error::Result;
use crate::web::extract::{Viewer, Visitor};
use crate::web::layout::Layout;
use crate::web::pages::back::local;
use crate::web::pages::posted::Posted;
use crate::web::{redirect, render};

#[derive(Template)]
#[template(path = "auth/login.html")]
struct LoginPage {
    layout: Layout,
    banner: String,
    /// What the link to the identity provider says.
    provider: Option<String>,
    sso_path: String,
    username: String,
    next: String,
    is_kept: bool,
    error: Option<String>,
}

#[derive(Deserialize)]
pub struct LoginParams {
    #[serde(default)]
    next: String,
}

/// The form; a fresh installation goes to the set-up instead, and whom a trusted proxy names needs none.
pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    visitor: Visitor,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Query(params): Query<LoginParams>,
) -> Result<Response> {
    let next = local(&params.next).unwrap_or("/");
    if viewer.user.is_some() {
        return Ok(redirect(&app, next));
    }
    if let Some(user) = by_header::named_user(&app, peer, &headers).await? {
        return enter(&app, &visitor, &user, Way { next, is_kept: false }).await;
    }
    if !superusers::exists(&app.db).await? {
        return Ok(redirect(&app, "/manage/setup/"));
    }
    render(&page(&app, &viewer, &params.next))
}

/// The empty form.
fn page(app: &App, viewer: &Viewer, next: &str) -> LoginPage {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
    LoginPage {
        layout: Layout::new(app, viewer),
        banner: app.config.auth.login_banner.clone(),
        provider: single_sign_on::provider_name(app),
        sso_path: format!("/auth/sso/?{query}"),
        username: String::new(),
        next: next.to_owned(),
        is_kept: true,
        error: None,
    }
}

/// Checks the password, limited per address and account.
pub async fn sign_in(State(app): State<App>, viewer: Viewer, visitor: Visitor, posted: Posted) -> Result<Response> {
    let (next, is_kept) = (posted.text("next"), posted.is_on("keep"));
    let refused = |status, error| {
        let username = posted.text("username").to_owned();
        let page = LoginPage { username, is_kept, error: Some(error), ..page(&app, &viewer, next) };
        render(&page).map(|mut page| {
            *page.status_mut() = status;
            page
        })
    };
    let t = viewer.messages();
    let way = Way { next: local(next).unwrap_or("/"), is_kept };
    match sign_in::attempt(&app, visitor.ip, posted.text("username"), posted.raw("password")).await {
        Ok(Some(user)) => enter(&app, &visitor, &user, way).await,
        Err(Error::Closed(user)) => enter(&app, &visitor, &user, way).await,
        Ok(None) => refused(StatusCode::UNPROCESSABLE_ENTITY, t.auth_wrong_password().to_owned()),
        Err(Error::Directory(directory::Error::Unreachable)) => {
            refused(StatusCode::SERVICE_UNAVAILABLE, t.auth_directory_unreachable().to_owned())
        }
        Err(Error::Directory(directory::Error::NotAdmitted)) => {
            refused(StatusCode::FORBIDDEN, t.auth_not_admitted().to_owned())
        }
        Err(error) => with_wait(t, error, refused),
    }
}
