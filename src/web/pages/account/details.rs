//! Who somebody is: the name, which others see too.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::store::users::{self, User};
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::Viewer;
use crate::web::layout::Layout;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::render;

const MAX_NAME: usize = 200;

#[derive(Template)]
#[template(path = "account/details.html")]
struct DetailsPage {
    layout: Layout,
    user: User,
    name: String,
    errors: FieldErrors,
}

pub async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let user = viewer.user.as_deref().cloned().ok_or(Error::Unauthorized)?;
    let name = user.name.clone();
    render(&DetailsPage { layout: Layout::new(&app, &viewer), user, name, errors: FieldErrors::default() })
}

pub async fn save(State(app): State<App>, viewer: Viewer, posted: Posted) -> Result<Response> {
    let user = viewer.user.as_deref().cloned().ok_or(Error::Unauthorized)?;
    // A directory keeps the names of managed accounts.
    if user.is_managed {
        return Err(Error::Forbidden(&[]));
    }
    let name = posted.text("name").to_owned();
    if name.chars().count() > MAX_NAME {
        let layout = Layout::new(&app, &viewer);
        let errors = FieldErrors::one("name", layout.t.account_too_long(MAX_NAME));
        let page = DetailsPage { layout, user, name, errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
    }
    users::update_name(&app.db, user.id, &name).await?;
    redirect_with(&app, &viewer, "/settings/account/details/", viewer.messages().form_saved()).await
}
