//! `PUT` and `DELETE /users/{me|id}/`. What is not named here cannot be changed by it, rights least of all.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use super::view::OwnUserView;
use crate::app::App;
use crate::services::accounts::{close, new_nonce};
use crate::services::audit::{self, Entry};
use crate::store::users::{self, Preferences, User};
use crate::types::audit_event::AuditEvent;
use crate::types::language::Language;
use crate::web::api::body::Fields;
use crate::web::error::{Error, Result};
use crate::web::extract::{AccountAccess, Sudo};

const MAX_NAME: usize = 200;

/// What of `options` is taken.
#[derive(Default)]
struct Options {
    language: Option<Language>,
    newest_first: Option<bool>,
    time_zone: Option<String>,
}

pub async fn update(State(app): State<App>, access: AccountAccess, mut fields: Fields) -> Result<Json<OwnUserView>> {
    let name = fields.text("name", MAX_NAME);
    let is_active = fields.flag("isActive").filter(|_| !access.is_own() && access.actor.user.is_superuser);
    let options = read_options(&mut fields);
    fields.finish()?;
    let user = &access.user;
    if name.is_some() && user.is_managed {
        return Err(Error::Forbidden(&[]));
    }
    let name = name.unwrap_or_else(|| user.name.clone());
    let time_zone = options.time_zone.as_deref().or(user.time_zone.as_deref());
    users::update_profile(&app.db, user.id, &name, time_zone).await?;
    users::update_preferences(&app.db, user.id, &preferences(user, &options)).await?;
    if let Some(is_active) = is_active.filter(|is_active| *is_active != user.is_active) {
        switch(&app, &access, is_active).await?;
    }
    let user = users::find(&app.db, user.id).await?.ok_or(Error::NotFound)?;
    Ok(Json(OwnUserView::load(&app, &user).await?))
}

/// Closes the account.
pub async fn delete(State(app): State<App>, access: AccountAccess, _proof: Sudo) -> Result<StatusCode> {
    close::close(&app, &access.actor.doer(), &access.user).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn read_options(fields: &mut Fields) -> Options {
    let Some(mut options) = fields.object("options") else { return Options::default() };
    let language = options.text("language", 16).and_then(|tag| Language::parse(&tag));
    let order = options.number("stacktraceOrder", -1..=2);
    let time_zone = options.text("timezone", 64).filter(|name| is_time_zone(name));
    fields.include("options", &options);
    Options { language, newest_first: order.filter(|order| *order > 0).map(|order| order == 2), time_zone }
}

/// Whether this has the form of an IANA name.
fn is_time_zone(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte))
}

fn preferences<'a>(user: &'a User, options: &Options) -> Preferences<'a> {
    Preferences {
        language: options.language.map(Language::tag).or(user.language.as_deref()),
        theme: &user.theme,
        density: &user.density,
        stack_view: &user.stack_view,
        stack_newest_first: options.newest_first.unwrap_or(user.stack_newest_first),
        shortcuts_enabled: user.shortcuts_enabled,
    }
}

/// Disables or enables somebody else's account.
async fn switch(app: &App, access: &AccountAccess, is_active: bool) -> Result<()> {
    let (mut tx, now) = (app.db.begin().await?, app.clock.now());
    users::update_is_active(&mut *tx, access.user.id, is_active, &new_nonce()).await?;
    let event = if is_active { AuditEvent::UserEnable } else { AuditEvent::UserDisable };
    let entry = Entry::of_installation(event, access.user.display_name()).person(access.user.id).data(json!({}));
    audit::record(&mut *tx, &access.actor.doer(), &entry, now).await?;
    tx.commit().await?;
    Ok(app.redis.delete_sessions(access.user.id, None).await?)
}
