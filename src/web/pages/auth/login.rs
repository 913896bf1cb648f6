//! Signing in with a password.

use std::net::SocketAddr;

use askama::Template;
use axum::Form;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::app::App;
use crate::messages::Messages;
use crate::services::directory;
use crate::services::sign_in::{self, Error as SignInError};
use crate::store::users::{self, User};
use crate::web::client_ip::client_ip;
use crate::web::error::Result;
use crate::web::extract::Viewer;
use crate::web::layout::Layout;
use crate::web::pages::back::local;
use crate::web::{cookie, redirect, render};

#[derive(Template)]
#[template(path = "auth/login.html")]
struct LoginPage {
    layout: Layout,
    banner: String,
    username: String,
    next: String,
    error: Option<String>,
}

#[derive(Deserialize)]
pub struct LoginParams {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub struct LoginForm {
    username: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// The form; a fresh installation goes to the set-up instead.
pub async fn show(State(app): State<App>, viewer: Viewer, Query(params): Query<LoginParams>) -> Result<Response> {
    if viewer.user.is_some() {
        return Ok(redirect(&app, local(&params.next).unwrap_or("/")));
    }
    if !users::superuser_exists(&app.db).await? {
        return Ok(redirect(&app, "/manage/setup/"));
    }
    render(&page(&app, &viewer, String::new(), params.next))
}

/// Checks the password, limited per address and account; a session begins with a fresh id.
pub async fn sign_in(
    State(app): State<App>,
    viewer: Viewer,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(form): Form<LoginForm>,
) -> Result<Response> {
    let ip = client_ip(peer, &headers, &app.config.web.trusted_proxies);
    match sign_in::attempt(&app, Some(ip), &form.username, &form.password).await {
        Ok(Some(user)) => begin_session(&app, &user, local(&form.next).unwrap_or("/")).await,
        Ok(None) => {
            refuse(&app, &viewer, form, StatusCode::UNPROCESSABLE_ENTITY, |t| t.auth_wrong_password().to_owned())
        }
        Err(SignInError::Wait { seconds }) => {
            let shown = i64::try_from(seconds).unwrap_or(i64::MAX);
            let mut page = refuse(&app, &viewer, form, StatusCode::TOO_MANY_REQUESTS, |t| t.auth_wait(shown))?;
            page.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            Ok(page)
        }
        Err(SignInError::Directory(directory::Error::Unreachable)) => {
            refuse(&app, &viewer, form, StatusCode::SERVICE_UNAVAILABLE, |t| t.auth_directory_unreachable().to_owned())
        }
        Err(SignInError::Directory(directory::Error::NotAdmitted)) => {
            refuse(&app, &viewer, form, StatusCode::FORBIDDEN, |t| t.auth_not_admitted().to_owned())
        }
        Err(error) => Err(error.into()),
    }
}

/// The form once more, with what is wrong.
fn refuse(
    app: &App,
    viewer: &Viewer,
    form: LoginForm,
    status: StatusCode,
    text: impl FnOnce(Messages) -> String,
) -> Result<Response> {
    let mut page = page(app, viewer, form.username, form.next);
    page.error = Some(text(page.layout.t));
    Ok((status, render(&page)?).into_response())
}

fn page(app: &App, viewer: &Viewer, username: String, next: String) -> LoginPage {
    let banner = app.config.auth.login_banner.clone();
    LoginPage { layout: Layout::new(app, viewer), banner, username, next, error: None }
}

/// Answers with the cookie and the way to `path`.
pub async fn begin_session(app: &App, user: &User, path: &str) -> Result<Response> {
    let session = cookie::new_session_id();
    app.redis.create_session(&session, user.id, app.config.web.session_lifetime).await?;
    users::update_last_login(&app.db, user.id, app.clock.now()).await?;
    Ok(([(header::SET_COOKIE, cookie::set(app, &session))], redirect(app, path)).into_response())
}
