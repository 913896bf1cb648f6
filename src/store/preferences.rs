//! What people choose about how pages look. It lies in `users`.

use sqlx::PgExecutor;

use super::users::User;
use crate::types::ids::UserId;

#[derive(Clone, Debug)]
pub struct Preferences<'a> {
    /// `None`: follow the browser.
    pub language: Option<&'a str>,
    /// An IANA name; `None`: follow the browser.
    pub time_zone: Option<&'a str>,
    pub clock_24_hours: bool,
    pub theme: &'a str,
    pub density: &'a str,
    pub stack_view: &'a str,
    pub stack_newest_first: bool,
    pub shortcuts_enabled: bool,
}

impl<'a> Preferences<'a> {
    /// What an account has chosen.
    pub fn of(user: &'a User) -> Self {
        Self {
            language: user.language.as_deref(),
            time_zone: user.time_zone.as_deref(),
            clock_24_hours: user.clock_24_hours,
            theme: &user.theme,
            density: &user.density,
            stack_view: &user.stack_view,
            stack_newest_first: user.stack_newest_first,
            shortcuts_enabled: user.shortcuts_enabled,
        }
    }
}

pub async fn update(db: impl PgExecutor<'_>, id: UserId, chosen: &Preferences<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "
        UPDATE users
        SET language = $2, theme = $3, density = $4, stack_view = $5, stack_newest_first = $6, shortcuts_enabled = $7,
            time_zone = $8, clock_24_hours = $9
        WHERE id = $1",
        id.0,
        chosen.language,
        chosen.theme,
        chosen.density,
        chosen.stack_view,
        chosen.stack_newest_first,
        chosen.shortcuts_enabled,
        chosen.time_zone,
        chosen.clock_24_hours,
    )
    .execute(db)
    .await?;
    Ok(())
}
