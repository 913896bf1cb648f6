//! Signed-in browsers, and what the next page shall tell them.

use std::time::Duration;

use redis::{AsyncCommands, RedisResult};
use serde::{Deserialize, Serialize};

use super::Volatile;
use crate::types::ids::UserId;

/// A message for the next page, shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    pub text: String,
    /// Token of the change that can be taken back (ui.md 7).
    pub undo: Option<String>,
}

impl Volatile {
    pub async fn create_session(&self, id: &str, user_id: UserId, lifetime: Duration) -> RedisResult<()> {
        self.connection.clone().set_ex(self.session(id), user_id.0, lifetime.as_secs()).await
    }

    /// The session's user, its life prolonged, and the pending message, in one round trip.
    pub async fn open_session(&self, id: &str, lifetime: Duration) -> RedisResult<(Option<UserId>, Option<Flash>)> {
        let (user_id, flash): (Option<i64>, Option<String>) = redis::pipe()
            .cmd("GETEX")
            .arg(self.session(id))
            .arg("EX")
            .arg(lifetime.as_secs())
            .cmd("GETDEL")
            .arg(self.flash(id))
            .query_async(&mut self.connection.clone())
            .await?;
        Ok((user_id.map(UserId), flash.and_then(|text| serde_json::from_str(&text).ok())))
    }

    /// The session's user only; the API leaves the message for the next page.
    pub async fn session_user(&self, id: &str) -> RedisResult<Option<UserId>> {
        let user_id: Option<i64> = self.connection.clone().get(self.session(id)).await?;
        Ok(user_id.map(UserId))
    }

    pub async fn delete_session(&self, id: &str) -> RedisResult<()> {
        self.connection.clone().del(&[self.session(id), self.flash(id)]).await
    }

    pub async fn put_flash(&self, session: &str, flash: &Flash) -> RedisResult<()> {
        let text = serde_json::to_string(flash).expect("a message can be serialised");
        self.connection.clone().set_ex(self.flash(session), text, 600).await
    }

    /// Keeps the text of a new token for the page that shows it once.
    pub async fn put_new_token(&self, session: &str, text: &str) -> RedisResult<()> {
        self.connection.clone().set_ex(self.new_token(session), text, 600).await
    }

    /// The text of the token made a moment ago; afterwards nobody can see it again.
    pub async fn take_new_token(&self, session: &str) -> RedisResult<Option<String>> {
        self.connection.clone().get_del(self.new_token(session)).await
    }
}
