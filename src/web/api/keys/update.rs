//! `PUT /projects/{organization}/{project}/keys/{key}/`.

use axum::Json;
use axum::extract::State;

use super::view::KeyView;
use crate::app::App;
use crate::services::keys;
use crate::store::project_keys;
use crate::web::api::body::Fields;
use crate::web::error::{Error, Result};
use crate::web::extract::KeyAccess;
use crate::web::extract::needs::ProjectWrite;

pub async fn update(
    State(app): State<App>,
    access: KeyAccess<ProjectWrite>,
    mut fields: Fields,
) -> Result<Json<KeyView>> {
    let id = access.key.id;
    let name = fields.text("name", keys::MAX_LABEL);
    let is_active = fields.flag("isActive");
    let limit = if fields.has("rateLimit") { Some(read_limit(&mut fields)) } else { None };
    fields.finish()?;

    if let Some(name) = name {
        keys::rename(&app.db, id, &name).await?;
    }
    match is_active {
        Some(true) => keys::enable(&app.db, id).await?,
        Some(false) => keys::disable(&app.db, id).await?,
        None => {}
    }
    if let Some(limit) = limit {
        keys::limit(&app.db, id, limit).await?;
    }
    let key = project_keys::find_by_public_key(&app.db, &access.key.public_key).await?.ok_or(Error::NotFound)?;
    Ok(Json(KeyView::of(&app, &access.within.project, &key)))
}

/// `{"count": 10, "window": 60}`; `null` and zeros lift the limit.
fn read_limit(fields: &mut Fields) -> Option<(i32, i32)> {
    let mut limit = fields.object("rateLimit")?;
    let count = limit.number("count", 0..=i64::from(i32::MAX)).and_then(|count| i32::try_from(count).ok());
    let window = limit.number("window", 0..=i64::from(keys::MAX_WINDOW)).and_then(|window| i32::try_from(window).ok());
    fields.include("rateLimit", &limit);
    count.zip(window).filter(|(count, window)| *count > 0 && *window > 0)
}
