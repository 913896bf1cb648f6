//! `PUT` and `DELETE /users/{me|id}/`. What is not named here cannot be changed by it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::view::OwnUserView;
use crate::app::App;
use crate::services::accounts::{administer, close};
use crate::store::preferences::{self, Preferences};
use crate::store::users::{self, User};
use crate::types::language::Language;
use crate::types::wall_clock::parse_zone;
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
    clock_24_hours: Option<bool>,
}

pub async fn update(
    State(app): State<App>,
    access: AccountAccess,
    proof: Result<Sudo>,
    mut fields: Fields,
) -> Result<Json<OwnUserView>> {
    let name = fields.text("name", MAX_NAME);
    let rights = (fields.flag("isActive"), fields.flag("isSuperuser"));
    let options = read_options(&mut fields);
    fields.finish()?;
    change_rights(&app, &access, proof, rights).await?;
    let user = &access.user;
    if name.is_some() && user.is_managed {
        return Err(Error::Forbidden(&[]));
    }
    if let Some(name) = name {
        users::update_name(&app.db, user.id, &name).await?;
    }
    preferences::update(&app.db, user.id, &chosen(user, &options)).await?;
    let user = users::find(&app.db, user.id).await?.ok_or(Error::NotFound)?;
    Ok(Json(OwnUserView::load(&app, &user).await?))
}

/// Whether the account may sign in, and whether it administers. Clients send back what they got, so what stays the same
/// is no request; what would change is refused to all but superusers.
async fn change_rights(
    app: &App,
    access: &AccountAccess,
    proof: Result<Sudo>,
    (is_active, is_superuser): (Option<bool>, Option<bool>),
) -> Result<()> {
    let (user, by) = (&access.user, access.actor.doer());
    let is_active = is_active.filter(|flag| *flag != user.is_active);
    let is_superuser = is_superuser.filter(|flag| *flag != user.is_superuser);
    if is_active.is_none() && is_superuser.is_none() {
        return Ok(());
    }
    if !access.actor.user.is_superuser {
        return Err(Error::Forbidden(&[]));
    }
    proof?;
    if let Some(is_superuser) = is_superuser {
        administer::set_superuser(app, &by, user, is_superuser).await?;
    }
    if let Some(is_active) = is_active {
        administer::set_active(app, &by, user, is_active).await?;
    }
    Ok(())
}

/// Closes the account, and with it the `organizations` of the body that nobody else owns.
pub async fn delete(
    State(app): State<App>,
    access: AccountAccess,
    _proof: Sudo,
    mut fields: Fields,
) -> Result<StatusCode> {
    let chosen = fields.texts("organizations").unwrap_or_default();
    fields.finish()?;
    close::close(&app, &access.actor.doer(), &access.user, &chosen).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn read_options(fields: &mut Fields) -> Options {
    let Some(mut options) = fields.object("options") else { return Options::default() };
    let language = options.text("language", 16).and_then(|tag| Language::parse(&tag));
    let order = options.number("stacktraceOrder", -1..=2);
    let time_zone = options.text("timezone", 64);
    if time_zone.as_deref().is_some_and(|name| parse_zone(name).is_none()) {
        options.refuse("timezone", "No time zone has this name.");
    }
    let clock_24_hours = options.flag("clock24Hours");
    fields.include("options", &options);
    let newest_first = order.filter(|order| *order > 0).map(|order| order == 2);
    Options { language, newest_first, time_zone, clock_24_hours }
}

fn chosen<'a>(user: &'a User, options: &'a Options) -> Preferences<'a> {
    Preferences {
        language: options.language.map(Language::tag).or(user.language.as_deref()),
        time_zone: options.time_zone.as_deref().or(user.time_zone.as_deref()),
        clock_24_hours: options.clock_24_hours.unwrap_or(user.clock_24_hours),
        stack_newest_first: options.newest_first.unwrap_or(user.stack_newest_first),
        ..Preferences::of(user)
    }
}
