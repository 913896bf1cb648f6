//! What banners offer: the public URL mended by one click, and quiet for a day.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use crate::app::App;
use crate::config::{Value, find_option};
use crate::services::first_run::read_public_url;
use crate::services::settings::{self, Error as Refused};
use crate::web::error::{Error, Result};
use crate::web::extract::{SuperuserAccess, Viewer};
use crate::web::pages::back::page_before;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::redirect;

/// Takes over the address that the browser is at.
pub async fn use_url(
    State(app): State<App>,
    viewer: Viewer,
    access: SuperuserAccess,
    posted: Posted,
) -> Result<Response> {
    let t = viewer.messages();
    let url = read_public_url(posted.text("url"), &app.config.system.url_prefix)
        .map_err(|_| Error::bad_request(t.setup_url_wrong()))?;
    let option = find_option("system.url-prefix").ok_or(Error::NotFound)?;
    match settings::save(&app, &access.actor.doer(), &[(option, Some(Value::Text(url.clone())))]).await {
        Ok(()) => {}
        Err(Refused::Locked(key)) => return Err(Error::Conflict(t.manage_locked(key).into())),
        Err(Refused::Database(error)) => return Err(error.into()),
    }
    app.redis.forget_origins().await?;
    redirect_with(&app, &viewer, "/manage/", t.manage_url_changed(url)).await
}

/// Hides a banner for a day.
pub async fn dismiss(
    State(app): State<App>,
    access: SuperuserAccess,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    if name.len() > 40 || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
        return Err(Error::NotFound);
    }
    app.redis.dismiss_banner(access.actor.user.id.0, &name).await?;
    Ok(redirect(&app, page_before(&app, &headers).as_deref().unwrap_or("/manage/")))
}
