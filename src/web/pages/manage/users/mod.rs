//! The accounts of the installation.

mod act;
mod detail;
mod list;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::routing::{get, post};
use serde::Deserialize;

use crate::app::App;
use crate::store::users::{self, User};
use crate::types::ids::UserId;
use crate::web::error::{Error, Result};
use crate::web::extract::SuperuserAccess;

pub const PATH: &str = "/manage/users/";

pub fn routes() -> Router<App> {
    Router::new()
        .route(PATH, get(list::show))
        .route("/manage/users/{user}/", get(detail::show))
        .route("/manage/users/{user}/password-link/", post(act::send_password_link))
        .route("/manage/users/{user}/factors/reset/", post(act::reset_factors))
        .route("/manage/users/{user}/superuser/", post(act::set_superuser))
        .route("/manage/users/{user}/active/", post(act::set_active))
        .route("/manage/users/{user}/remove/", post(act::remove))
}

/// A superuser, and the account that the path names.
struct UserAccess {
    superuser: SuperuserAccess,
    user: User,
}

#[derive(Deserialize)]
struct UserPath {
    user: String,
}

impl FromRequestParts<App> for UserAccess {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let superuser = SuperuserAccess::from_request_parts(parts, app).await?;
        let path = Path::<UserPath>::from_request_parts(parts, app).await.map_err(|_| Error::NotFound)?;
        let id = path.user.parse().map(UserId).map_err(|_| Error::NotFound)?;
        let user = users::find(&app.db, id).await?.ok_or(Error::NotFound)?;
        Ok(Self { superuser, user })
    }
}

/// The path of an account's page.
fn path_of(user: &User) -> String {
    format!("{PATH}{}/", user.id)
}
