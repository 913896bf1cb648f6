//! Sign-ins whose password was right and of which something else is still to come.

use redis::{AsyncCommands, RedisResult};
use serde::{Deserialize, Serialize};

use super::Volatile;
use crate::types::ids::UserId;

/// Seconds to go on in.
const LIFETIME: u64 = 300;

/// What is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    SecondFactor,
    /// Its owner closed the account, and has shown all there is to show.
    Reopening,
}

/// Who wants in, and where to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PendingSignIn {
    pub user_id: UserId,
    /// The user's `session_nonce`: a new password ends this too.
    pub nonce: String,
    pub next: String,
    pub is_kept: bool,
    pub step: Step,
}

impl Volatile {
    pub async fn put_pending_sign_in(&self, id: &str, pending: &PendingSignIn) -> RedisResult<()> {
        let text = serde_json::to_string(pending).expect("texts can be serialised");
        self.connection.clone().set_ex(self.pending_sign_in(id), text, LIFETIME).await
    }

    pub async fn pending_sign_in_of(&self, id: &str) -> RedisResult<Option<PendingSignIn>> {
        let text: Option<String> = self.connection.clone().get(self.pending_sign_in(id)).await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    pub async fn delete_pending_sign_in(&self, id: &str) -> RedisResult<()> {
        self.connection.clone().del(self.pending_sign_in(id)).await
    }
}
