//! A new password for who has forgotten theirs, or a first one, through a link.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::enter::{Way, enter};
use super::waiting::with_wait;
use crate::app::App;
use crate::services::accounts::{MAX_PASSWORD, MIN_PASSWORD, recovery};
use crate::services::audit::Doer;
use crate::services::{mail, sign_in};
use crate::store::users::User;
use crate::types::ids::UserId;
use crate::web::error::{FieldErrors, Result};
use crate::web::extract::{Viewer, Visitor};
use crate::web::layout::Layout;
use crate::web::pages::posted::Posted;
use crate::web::pages::refusals::Refusal;
use crate::web::render;

/// Links that may be asked for per minute and address.
const MAX_REQUESTS: u32 = 5;

#[derive(Template)]
#[template(path = "auth/recover.html")]
struct RecoverPage {
    layout: Layout,
    has_mail: bool,
    /// What was asked for is on its way, if there is such an account.
    is_asked: bool,
    login: String,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "auth/set_password.html")]
struct SetPasswordPage {
    layout: Layout,
    /// Whose password it is; `None`: the link opens nothing.
    user: Option<User>,
    rule: String,
    errors: FieldErrors,
}

#[derive(Deserialize)]
pub struct LinkPath {
    user: i64,
    token: String,
}

pub async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    render(&page(&app, &viewer))
}

/// Answers the same whether or not there is such an account.
pub async fn ask(State(app): State<App>, viewer: Viewer, visitor: Visitor, posted: Posted) -> Result<Response> {
    let login = posted.text("login");
    let who = visitor.ip.map(|ip| ip.to_string()).unwrap_or_default();
    let attempts = app.redis.count_attempt("recover", &who).await?;
    if attempts.count > MAX_REQUESTS {
        let error = sign_in::Error::Wait { seconds: attempts.seconds_left };
        return with_wait(viewer.messages(), error, |status, error| {
            let page = RecoverPage { login: login.to_owned(), error: Some(error), ..page(&app, &viewer) };
            Ok(with_status(status, render(&page)?))
        });
    }
    recovery::request(&app, login);
    render(&RecoverPage { is_asked: true, ..page(&app, &viewer) })
}

/// The form of a link. Opening it changes nothing, since programs that look at mail open links too.
pub async fn show_link(State(app): State<App>, viewer: Viewer, Path(path): Path<LinkPath>) -> Result<Response> {
    let user = recovery::find(&app, UserId(path.user), &path.token).await?;
    set_page(&app, &viewer, user, FieldErrors::default())
}

/// Sets the password and signs in, by way of the second factor where there is one.
pub async fn set(
    State(app): State<App>,
    viewer: Viewer,
    visitor: Visitor,
    Path(path): Path<LinkPath>,
    posted: Posted,
) -> Result<Response> {
    let (t, id) = (viewer.messages(), UserId(path.user));
    let refused = async |errors| {
        let user = recovery::find(&app, id, &path.token).await?;
        set_page(&app, &viewer, user, errors)
    };
    if posted.raw("password") != posted.raw("repeated") {
        return refused(FieldErrors::one("repeated", t.form_passwords_differ())).await;
    }
    let by = Doer { user_id: None, label: String::new(), ip: visitor.ip };
    match recovery::set_password(&app, &by, id, &path.token, posted.raw("password")).await {
        Ok(Some(user)) => {
            app.redis.delete_sessions(user.id, None).await?;
            enter(&app, &visitor, &user, Way { next: "/", is_kept: false }).await
        }
        Ok(None) => refused(FieldErrors::default()).await,
        Err(error) => refused(error.field_errors(t)?).await,
    }
}

fn page(app: &App, viewer: &Viewer) -> RecoverPage {
    let has_mail = mail::is_configured(&app.config);
    RecoverPage { layout: Layout::new(app, viewer), has_mail, is_asked: false, login: String::new(), error: None }
}

fn set_page(app: &App, viewer: &Viewer, user: Option<User>, errors: FieldErrors) -> Result<Response> {
    let status = match (&user, errors.is_empty()) {
        (None, _) => StatusCode::GONE,
        (_, true) => StatusCode::OK,
        (_, false) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let rule = viewer.messages().form_password_rule(MAX_PASSWORD, MIN_PASSWORD);
    Ok(with_status(status, render(&SetPasswordPage { layout: Layout::new(app, viewer), user, rule, errors })?))
}

fn with_status(status: StatusCode, mut page: Response) -> Response {
    *page.status_mut() = status;
    page
}
