//! Proving once more who is there, where a link asks for it rather than a form.

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use crate::app::App;
use crate::web::error::Result;
use crate::web::extract::Viewer;
use crate::web::pages::back::local;
use crate::web::pages::confirmed::{self, Confirmed};
use crate::web::redirect;

#[derive(Deserialize)]
pub struct SudoParams {
    #[serde(default)]
    next: String,
}

pub async fn show(State(app): State<App>, viewer: Viewer, Query(params): Query<SudoParams>) -> Result<Response> {
    confirmed::ask(&app, &viewer, "/account/sudo/", vec![("next".to_owned(), params.next)]).await
}

/// The proof is checked on the way in.
pub async fn go_on(State(app): State<App>, Confirmed(posted): Confirmed) -> Response {
    redirect(&app, local(posted.text("next")).unwrap_or("/"))
}
