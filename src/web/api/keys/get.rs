//! `GET /projects/{organization}/{project}/keys/{key}/`.

use axum::Json;
use axum::extract::State;

use super::view::KeyView;
use crate::app::App;
use crate::web::extract::KeyAccess;
use crate::web::extract::needs::ProjectRead;

pub async fn show(State(app): State<App>, access: KeyAccess<ProjectRead>) -> Json<KeyView> {
    Json(KeyView::of(&app, &access.within.project, &access.key))
}
