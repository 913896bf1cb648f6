//! `PUT /projects/{organization}/{project}/keys/{key}/`.

use axum::Json;
use axum::extract::State;

use super::view::KeyView;
use crate::app::App;
use crate::services::keys::{self, By, Change};
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
    let name = fields.text("name", keys::MAX_LABEL);
    let is_active = fields.flag("isActive");
    let limit = if fields.has("rateLimit") { Some(read_limit(&mut fields)) } else { None };
    fields.finish()?;

    let doer = access.within.actor().doer();
    let by = By { doer: &doer, project: &access.within.project, now: app.clock.now() };
    let change = Change { label: name.as_deref(), is_active, limit };
    keys::change(&app.db, by, &access.key, change).await?;
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
