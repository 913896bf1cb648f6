//! `PUT …/releases/{version}/files/{file}/`: another name.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, State};

use super::get::find;
use super::view::ReleaseFileView;
use crate::app::App;
use crate::services::artifacts::{self, MAX_NAME};
use crate::web::api::body::Fields;
use crate::web::error::Result;
use crate::web::extract::ReleaseAccess;
use crate::web::extract::needs::ReleaseWrite;

pub async fn update(
    State(app): State<App>,
    access: ReleaseAccess<ReleaseWrite>,
    Path(path): Path<HashMap<String, String>>,
    mut fields: Fields,
) -> Result<Json<ReleaseFileView>> {
    let file = find(&app, &access.release, &path).await?;
    let name = fields.required_text("name", MAX_NAME);
    fields.finish()?;
    artifacts::rename(&app.db, &file, &name).await?;
    Ok(Json(find(&app, &access.release, &path).await?.into()))
}
