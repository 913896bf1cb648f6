//! Signing in with a password.

use std::net::SocketAddr;

use askama::Template;
use axum::Form;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::app::App;
use crate::services::accounts;
use crate::store::users::{self, User};
use crate::web::client_ip::client_ip;
use crate::web::error::{Error, Result};
use crate::web::extract::Viewer;
use crate::web::layout::Layout;
use crate::web::{cookie, redirect, render};

#[derive(Template)]
#[template(path = "auth/login.html")]
struct LoginPage {
    layout: Layout,
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
        return Ok(redirect(&app, local_path(&params.next)));
    }
    if !users::superuser_exists(&app.db).await? {
        return Ok(redirect(&app, "/manage/setup/"));
    }
    render(&LoginPage { layout: Layout::new(&app, &viewer), username: String::new(), next: params.next, error: None })
}

/// Checks the password, limited per address and account; a session begins with a fresh id.
pub async fn sign_in(
    State(app): State<App>,
    viewer: Viewer,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(form): Form<LoginForm>,
) -> Result<Response> {
    let ip = client_ip(peer, &headers, &app.config.web.trusted_proxies).to_string();
    limit_attempts(&app, "ip", &ip).await?;
    limit_attempts(&app, "user", &form.username.to_lowercase()).await?;
    if let Some(user) = accounts::authenticate(&app.db, &app.config.auth, &form.username, &form.password).await? {
        return begin_session(&app, &user, local_path(&form.next)).await;
    }
    let layout = Layout::new(&app, &viewer);
    let error = Some(layout.t.auth_wrong_password().to_owned());
    let page = LoginPage { layout, username: form.username, next: form.next, error };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

async fn limit_attempts(app: &App, kind: &str, who: &str) -> Result<()> {
    let limit = app.config.web.login_rate_limit;
    let count = app.redis.count_attempt(&format!("login-{kind}"), who).await?;
    if limit > 0 && count > limit { Err(Error::TooManyRequests { retry_after: 60 }) } else { Ok(()) }
}

/// Answers with the cookie and the way to `path`.
pub async fn begin_session(app: &App, user: &User, path: &str) -> Result<Response> {
    let session = cookie::new_session_id();
    app.redis.create_session(&session, user.id, app.config.web.session_lifetime).await?;
    users::update_last_login(&app.db, user.id, app.clock.now()).await?;
    Ok(([(header::SET_COOKIE, cookie::set(app, &session))], redirect(app, path)).into_response())
}

/// Only paths of ours: `//host` and `/\host` lead elsewhere.
fn local_path(next: &str) -> &str {
    let is_local = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n', '\t']);
    if is_local { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn sign_in_leads_only_to_pages_of_ours() {
        for (next, expected) in [
            ("/a/?b=c", "/a/?b=c"),
            ("", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/\t/evil", "/"),
        ] {
            assert_eq!(local_path(next), expected);
        }
    }
}
