//! Forms that do something dangerous: they take effect once somebody has proved lately who they are.
//!
//! Who has not is asked on a page of its own, which holds the posted fields and posts them to the same address together
//! with the proof. So nothing is kept on the server, and nothing typed is lost.

use askama::Template;
use axum::extract::{FromRequest, FromRequestParts, OriginalUri, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::auth::{Asked, FIELDS, proof_of, with_wait};
use super::posted::Posted;
use crate::app::App;
use crate::services::sign_in;
use crate::store::users::User;
use crate::web::error::{Error, Result};
use crate::web::extract::sudo::is_proven;
use crate::web::extract::{Viewer, Visitor};
use crate::web::layout::Layout;
use crate::web::{base_path, render};

/// A posted form whose sender has proved lately who they are. Takes the place of `Posted` in a handler.
pub struct Confirmed(pub Posted);

#[derive(Template)]
#[template(path = "auth/confirm.html")]
struct ConfirmPage {
    layout: Layout,
    /// Where the form goes: the address it was posted to.
    action: String,
    fields: Vec<(String, String)>,
    username: String,
    asked: Asked,
    error: Option<String>,
}

impl FromRequest<App> for Confirmed {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        read(request, app).await.map_err(IntoResponse::into_response)?
    }
}

/// The page that asks for a proof. `path` takes it, with these fields.
pub async fn ask(app: &App, viewer: &Viewer, path: &str, fields: Vec<(String, String)>) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    let id = viewer.session.as_deref().ok_or(Error::Unauthorized)?;
    let asked = Asked::any(app, &user, id).await?;
    page(app, viewer, &user, (path, fields), asked, None)
}

/// The form, or the page that asks.
async fn read(request: Request, app: &App) -> Result<Result<Confirmed, Response>> {
    let (mut parts, body) = request.into_parts();
    let viewer = Viewer::from_request_parts(&mut parts, app).await?;
    let visitor = Visitor::from_request_parts(&mut parts, app).await?;
    let Ok(OriginalUri(uri)) = OriginalUri::from_request_parts(&mut parts, app).await;
    let posted = Posted::from_request(Request::from_parts(parts, body), app).await?;
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    let id = viewer.session.as_deref().ok_or(Error::Unauthorized)?;
    let session = app.redis.find_session(id).await?.ok_or(Error::Unauthorized)?;
    let proof = proof_of(app, &posted, id).await?;
    let posted = posted.without(&FIELDS);
    if is_proven(app, &user, &session) {
        return Ok(Ok(Confirmed(posted)));
    }
    let path = uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let fields = posted.fields().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let Some(proof) = proof else {
        let asked = Asked::any(app, &user, id).await?;
        let mut page = page(app, &viewer, &user, (&path, fields), asked, None)?;
        *page.status_mut() = StatusCode::FORBIDDEN;
        return Ok(Err(page));
    };
    let proved = sign_in::prove(app, visitor.ip, &user, proof).await;
    if let Ok(true) = proved {
        app.redis.prove_session(id, app.clock.now()).await?;
        return Ok(Ok(Confirmed(posted)));
    }
    let asked = Asked::any(app, &user, id).await?;
    let refused = |status, error| {
        let mut page = page(app, &viewer, &user, (&path, fields), asked, Some(error))?;
        *page.status_mut() = status;
        Ok(page)
    };
    let t = viewer.messages();
    match proved {
        Ok(_) => refused(StatusCode::UNPROCESSABLE_ENTITY, t.auth_wrong_proof().to_owned()).map(Err),
        Err(error) => with_wait(t, error, refused).map(Err),
    }
}

fn page(
    app: &App,
    viewer: &Viewer,
    user: &User,
    (path, fields): (&str, Vec<(String, String)>),
    asked: Asked,
    error: Option<String>,
) -> Result<Response> {
    let layout = Layout::new(app, viewer);
    let action = format!("{}{path}", base_path(app));
    render(&ConfirmPage { layout, action, fields, username: user.username.clone(), asked, error })
}
