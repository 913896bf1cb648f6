//! The session of a request, and the user it belongs to.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use crate::app::App;
use crate::store::users::{self, User};
use crate::volatile::sessions::Session;
use crate::web::error::Result;

/// How exactly the last use of sessions and accounts is known.
const PRECISION: TimeDelta = TimeDelta::minutes(5);
/// How long a session that ends with the browser's window may rest.
const LONGEST_REST: Duration = Duration::from_hours(24);

/// How long a session may rest before it ends.
pub fn lifetime(app: &App, is_kept: bool) -> Duration {
    let kept = app.config.web.session_lifetime;
    if is_kept { kept } else { kept.min(LONGEST_REST) }
}

/// The session's user, if it still is one: who changed their password or was disabled is signed out everywhere.
pub async fn user_of(app: &App, session: &Session) -> Result<Option<Arc<User>>> {
    let user = users::find(&app.db, session.user_id).await?;
    let Some(mut user) = user.filter(|user| user.is_active && user.session_nonce == session.nonce) else {
        app.redis.delete_session(session.user_id, &session.id).await?;
        return Ok(None);
    };
    let now = app.clock.now();
    if now - session.used_at >= PRECISION {
        app.redis.touch_session(&session.id, now, lifetime(app, session.is_kept)).await?;
    }
    note_activity(app, &mut user).await?;
    Ok(Some(Arc::new(user)))
}

/// Notes that the account is in use, every five minutes at most.
pub async fn note_activity(app: &App, user: &mut User) -> Result<()> {
    let now = app.clock.now();
    if user.last_active_at.is_none_or(|at| now - at >= PRECISION) {
        users::update_last_active(&app.db, user.id, now).await?;
        user.last_active_at = Some(now);
    }
    Ok(())
}
