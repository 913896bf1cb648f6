//! Signed-in browsers, as their owner and administrators see them.

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::messages::Messages;
use crate::pipeline::normalize::browser_of;
use crate::types::ids::UserId;
use crate::web::error::Result;

/// Nobody looks through more.
const SHOWN: usize = 100;

/// A signed-in browser.
pub struct SessionRow {
    pub id: String,
    pub browser: String,
    pub ip: String,
    pub began_at: DateTime<Utc>,
    pub used_at: DateTime<Utc>,
    /// The one that looks.
    pub is_this: bool,
}

/// Somebody's, latest used first.
pub async fn list(app: &App, t: Messages, user_id: UserId, this: Option<&str>) -> Result<Vec<SessionRow>> {
    let sessions = app.redis.sessions(user_id).await?.into_iter().take(SHOWN).map(|session| SessionRow {
        is_this: this == Some(&session.id),
        browser: browser_of(&session.user_agent).unwrap_or_else(|| t.account_unknown_browser().to_owned()),
        id: session.id,
        ip: session.ip,
        began_at: session.began_at,
        used_at: session.used_at,
    });
    Ok(sessions.collect())
}
