//! To the identity provider and back. It starts with a link: the page's policy lets no form lead elsewhere (ui.md 4.1).

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::enter::{Way, enter};
use crate::app::App;
use crate::services::single_sign_on::{self, Error as SsoError, Returned};
use crate::web::error::{Error, Result};
use crate::web::extract::{Viewer, Visitor};
use crate::web::layout::Layout;
use crate::web::pages::back::local;
use crate::web::{cookie, render};

/// What ties a sign-in to the browser it began in.
const COOKIE: &str = "picket_sso";
/// Seconds it is kept, as long as the sign-in may take.
const SECONDS: u64 = 600;
/// Starts of one address in a minute: each asks the provider something.
const MAX_STARTS: u32 = 30;

#[derive(Template)]
#[template(path = "auth/sso_failed.html")]
struct FailedPage {
    layout: Layout,
    text: &'static str,
}

#[derive(Deserialize)]
pub struct StartParams {
    #[serde(default)]
    next: String,
}

/// What the link to the provider says; `None`: there is no provider.
pub fn provider_name(app: &App) -> Option<String> {
    let config = app.config.oidc.as_ref()?;
    if !config.name.is_empty() {
        return Some(config.name.clone());
    }
    let issuer = url::Url::parse(&config.issuer).ok();
    Some(issuer.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| config.issuer.clone()))
}

pub async fn start(
    State(app): State<App>,
    viewer: Viewer,
    visitor: Visitor,
    headers: HeaderMap,
    Query(params): Query<StartParams>,
) -> Result<Response> {
    let ip = visitor.ip.map(|ip| ip.to_string()).unwrap_or_default();
    let attempts = app.redis.count_attempt("sso-start", &ip).await?;
    if attempts.count > MAX_STARTS {
        return Err(Error::TooManyRequests { retry_after: attempts.seconds_left });
    }
    let browser = kept(&headers).unwrap_or_else(single_sign_on::random);
    match single_sign_on::start(&app, &browser, local(&params.next).unwrap_or("/")).await {
        Ok(url) => Ok(([(header::SET_COOKIE, keep(&app, &browser, SECONDS))], Redirect::to(&url)).into_response()),
        Err(error) => failed(&app, &viewer, error),
    }
}

pub async fn finish(
    State(app): State<App>,
    viewer: Viewer,
    visitor: Visitor,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> Result<Response> {
    match single_sign_on::finish(&app, kept(&headers).as_deref(), &returned).await {
        Ok((Some(user), next)) => {
            let way = Way { next: local(&next).unwrap_or("/"), is_kept: true };
            let entered = enter(&app, &visitor, &user, way).await?;
            Ok((AppendHeaders([(header::SET_COOKIE, keep(&app, "", 0))]), entered).into_response())
        }
        Ok((None, _)) => {
            let text = viewer.messages().auth_account_disabled();
            show(&app, &viewer, StatusCode::FORBIDDEN, text)
        }
        Err(error) => failed(&app, &viewer, error),
    }
}

/// People learn what they can do about it; the log says the rest.
fn failed(app: &App, viewer: &Viewer, error: SsoError) -> Result<Response> {
    let t = viewer.messages();
    let (status, text) = match error {
        SsoError::Off => return Err(Error::NotFound),
        SsoError::Database(error) => return Err(error.into()),
        SsoError::Redis(error) => return Err(error.into()),
        SsoError::State => (StatusCode::BAD_REQUEST, t.auth_sso_over()),
        SsoError::Refused(_) => (StatusCode::FORBIDDEN, t.auth_sso_refused()),
        SsoError::Domain | SsoError::NotAdmitted(_) => (StatusCode::FORBIDDEN, t.auth_sso_not_admitted()),
        SsoError::Provider(_) | SsoError::Token(_) | SsoError::OtherPerson => {
            tracing::error!("single sign-on: {error}");
            return show(app, viewer, StatusCode::BAD_GATEWAY, t.auth_sso_failed());
        }
    };
    tracing::info!("single sign-on: {error}");
    show(app, viewer, status, text)
}

fn show(app: &App, viewer: &Viewer, status: StatusCode, text: &'static str) -> Result<Response> {
    let page = FailedPage { layout: Layout::new(app, viewer), text };
    Ok((status, render(&page)?).into_response())
}

/// What this browser keeps, if it has the shape of what we give out.
fn kept(headers: &HeaderMap) -> Option<String> {
    let is_ours =
        |value: &&str| value.len() == 43 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    cookie::values(headers, COOKIE).find(is_ours).map(str::to_owned)
}

fn keep(app: &App, value: &str, seconds: u64) -> HeaderValue {
    cookie::set(app, (COOKIE, value), "/auth/sso/", Some(seconds))
}
