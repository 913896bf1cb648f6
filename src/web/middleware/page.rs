//! Around pages: loads the viewer once, and shows errors in the viewer's language.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use super::failures::log_internal;
use crate::app::App;
use crate::types::language::Language;
use crate::web::arrived::{Advice, Arrived};
use crate::web::banner;
use crate::web::cookie;
use crate::web::error::{Error, Failure, Result};
use crate::web::extract::{Viewer, asked_language, load_viewer};
use crate::web::layout::Layout;
use crate::web::redirect;

/// The page that says what went wrong and what to do.
#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    layout: Layout,
    status: u16,
    title: &'static str,
    text: String,
    /// Scopes of which one would be needed.
    scopes: Vec<&'static str>,
    reference: Option<&'a str>,
    /// How a form arrived that seems to come from another site, and what would let it through.
    crossing: Option<Crossing<'a>>,
}

struct Crossing<'a> {
    arrived: &'a Arrived,
    advice: Advice,
    /// `system.url-prefix`.
    public_url: &'a str,
}

/// Loads the viewer, runs the handler, renders a failure.
pub async fn around_pages(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let wanted = wanted_path(&request);
    let viewer = match load_viewer(&app, request.headers(), request.uri().query()).await {
        Ok(viewer) => viewer,
        Err(error) => {
            let viewer = Viewer::anonymous(request.headers());
            return show_failure(&app, &viewer, &error, None);
        }
    };
    let arrived = Arrived::of(&app, request.headers(), request.extensions());
    let viewer = match with_banner(&app, viewer.clone(), &arrived).await {
        Ok(viewer) => viewer,
        Err(error) => return show_failure(&app, &viewer, &error, None),
    };
    request.extensions_mut().insert(viewer.clone());
    // The next page, a form with its errors for instance, does not say it in its address.
    let chosen = asked_language(request.uri().query()).filter(|_| viewer.user.is_none());
    let response = answer(&app, &viewer, next.run(request).await, wanted.as_deref());
    match chosen {
        Some(language) => with_language(&app, response, language),
        None => response,
    }
}

fn with_language(app: &App, mut response: Response, language: Language) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookie::set_language(app, language));
    response
}

/// What the handler answered, or the page that says why it did not.
fn answer(app: &App, viewer: &Viewer, response: Response, wanted: Option<&str>) -> Response {
    match response.extensions().get::<Failure>() {
        Some(Failure(error)) => show_failure(app, viewer, error, wanted),
        None if is_unreadable(&response) => {
            let error = Error::bad_request(viewer.messages().error_unreadable_text());
            show_failure(app, viewer, &error, None)
        }
        None => response,
    }
}

/// The router's own answer to an address or a form that it can't read, in plain words and English.
fn is_unreadable(response: &Response) -> bool {
    let is_text = |value: &HeaderValue| value.as_bytes().starts_with(b"text/plain");
    response.status() == StatusCode::BAD_REQUEST && response.headers().get(header::CONTENT_TYPE).is_some_and(is_text)
}

/// With what an administrator should know.
async fn with_banner(app: &App, mut viewer: Viewer, arrived: &Arrived) -> Result<Viewer> {
    if let Some(user) = viewer.user.as_ref().filter(|user| user.is_superuser) {
        viewer.banner = banner::find(app, user, viewer.messages(), arrived).await?;
    }
    Ok(viewer)
}

/// What no page answers. Addresses end with a slash; one without leads there. Visitors sign in first, as for every page:
/// what is not there is not told to them either.
pub async fn page_fallback(State(app): State<App>, viewer: Viewer, method: Method, uri: Uri) -> Response {
    let path = uri.path();
    if method == Method::GET && !path.ends_with('/') && !path.starts_with("//") {
        let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
        let mut response = redirect(&app, &format!("{path}/{query}"));
        *response.status_mut() = StatusCode::MOVED_PERMANENTLY;
        return response;
    }
    if viewer.user.is_some() { Error::NotFound.into_response() } else { Error::Unauthorized.into_response() }
}

/// Where somebody wanted to go, for after the sign-in.
fn wanted_path(request: &Request) -> Option<String> {
    (request.method() == Method::GET).then(|| request.uri().path_and_query().map(|path| path.as_str().to_owned()))?
}

fn show_failure(app: &App, viewer: &Viewer, error: &Error, wanted: Option<&str>) -> Response {
    if matches!(error, Error::Unauthorized) {
        let next = url::form_urlencoded::byte_serialize(wanted.unwrap_or("/").as_bytes()).collect::<String>();
        return redirect(app, &format!("/auth/login/?next={next}"));
    }
    if let Some(path) = way_out(error, wanted) {
        return redirect(app, &path);
    }
    if let Error::Moved { location, .. } = error {
        // A form is sent again to where its page is now.
        let status = if wanted.is_some() { StatusCode::FOUND } else { StatusCode::TEMPORARY_REDIRECT };
        return (status, [(header::LOCATION, location.clone())]).into_response();
    }
    let reference = log_internal(error);
    let mut page = error_page(Layout::new(app, viewer), error, reference.as_deref());
    if let Error::CrossSite(arrived) = error {
        let public_url = &app.config.system.url_prefix;
        page.crossing = Some(Crossing { arrived, advice: arrived.advice(), public_url });
    }
    let html = page.render().unwrap_or_else(|_| error.to_string());
    let mut response = (error.status(), Html(html)).into_response();
    if let Error::TooManyRequests { retry_after } = error {
        response.headers_mut().insert(header::RETRY_AFTER, (*retry_after).into());
    }
    response
}

/// The page that puts right what was refused.
fn way_out(error: &Error, wanted: Option<&str>) -> Option<String> {
    match error {
        Error::SudoRequired { .. } => {
            let next: String = url::form_urlencoded::byte_serialize(wanted.unwrap_or("/").as_bytes()).collect();
            Some(format!("/account/sudo/?next={next}"))
        }
        Error::OrganizationRemoved { slug } => Some(format!("/organizations/{slug}/restore/")),
        Error::TwoFactorRequired => Some("/settings/account/security/?required".to_owned()),
        _ => None,
    }
}

fn error_page<'a>(layout: Layout, error: &Error, reference: Option<&'a str>) -> ErrorPage<'a> {
    let t = layout.t;
    let mut scopes = Vec::new();
    let (title, text) = match error {
        Error::NotFound => (t.error_not_found_title(), t.error_not_found_text().to_owned()),
        Error::Forbidden(needed) => {
            scopes = needed.iter().map(|scope| scope.as_str()).collect();
            (t.error_forbidden_title(), t.error_forbidden_text().to_owned())
        }
        Error::CrossSite(_) => (t.error_cross_site_title(), t.error_cross_site_text().to_owned()),
        Error::AddressRefused(ip) => (t.error_address_title(), t.error_address_text(ip)),
        Error::TooManyRequests { retry_after } => {
            (t.error_too_many_title(), t.error_too_many_text(i64::try_from(*retry_after).unwrap_or(i64::MAX)))
        }
        Error::Unavailable => (t.error_unavailable_title(), t.error_unavailable_text().to_owned()),
        Error::DamagedEvent => (t.error_internal_title(), t.issues_damaged_event().to_owned()),
        Error::Internal(_) => (t.error_internal_title(), t.error_internal_text().to_owned()),
        Error::Conflict(message) => (t.error_conflict_title(), message.to_string()),
        other => (t.error_bad_request_title(), other.to_string()),
    };
    ErrorPage { layout, status: error.status().as_u16(), title, text, scopes, reference, crossing: None }
}
