//! Signed-in browsers, and what the next page shall tell them.
//!
//! A session is named by the SHA-256 of its cookie: who reads this store can sign nobody in, and the name may stand in
//! a page.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

use chrono::{DateTime, Utc};
use redis::{AsyncCommands, RedisResult, Script};
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

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: String,
    pub user_id: UserId,
    /// The user's `session_nonce` when it began: with another one it is over.
    pub nonce: String,
    pub began_at: DateTime<Utc>,
    /// To within five minutes.
    pub used_at: DateTime<Utc>,
    /// When its user last proved who they are.
    pub proven_at: DateTime<Utc>,
    /// Outlives the browser's window.
    pub is_kept: bool,
    /// Where it began.
    pub ip: String,
    pub user_agent: String,
}

/// Changes a session that is there; one that ended meanwhile is not made again.
static CHANGE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        if redis.call('EXISTS', KEYS[1]) == 1 then
            redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
            if ARGV[3] ~= '' then
                redis.call('EXPIRE', KEYS[1], ARGV[3])
            end
        end",
    )
});

impl Session {
    fn fields(&self) -> [(&'static str, String); 8] {
        [
            ("user", self.user_id.to_string()),
            ("nonce", self.nonce.clone()),
            ("began", self.began_at.timestamp().to_string()),
            ("used", self.used_at.timestamp().to_string()),
            ("proven", self.proven_at.timestamp().to_string()),
            ("kept", u8::from(self.is_kept).to_string()),
            ("ip", self.ip.clone()),
            ("agent", self.user_agent.clone()),
        ]
    }

    /// `None` where something is missing: then there is no session.
    fn read(id: &str, mut fields: HashMap<String, String>) -> Option<Self> {
        let time = |name: &str| DateTime::from_timestamp(fields.get(name)?.parse().ok()?, 0);
        let (began_at, used_at, proven_at) = (time("began")?, time("used")?, time("proven")?);
        let user_id = UserId(fields.get("user")?.parse().ok()?);
        let is_kept = fields.get("kept")? == "1";
        let mut text = |name: &str| fields.remove(name);
        let (nonce, ip, user_agent) = (text("nonce")?, text("ip")?, text("agent")?);
        Some(Self { id: id.to_owned(), user_id, nonce, began_at, used_at, proven_at, is_kept, ip, user_agent })
    }
}

impl Volatile {
    /// Begins a session. It ends by itself when it was not used for `lifetime`.
    pub async fn create_session(&self, session: &Session, lifetime: Duration) -> RedisResult<()> {
        let (key, of_user) = (self.session(&session.id), self.sessions_of(session.user_id));
        redis::pipe()
            .atomic()
            .hset_multiple(&key, &session.fields())
            .ignore()
            .expire(&key, seconds(lifetime))
            .ignore()
            .zadd(&of_user, &session.id, session.used_at.timestamp())
            .ignore()
            .expire(&of_user, seconds(LONGEST))
            .ignore()
            .query_async(&mut self.connection.clone())
            .await
    }

    /// The session and the pending message, in one round trip.
    pub async fn open_session(&self, id: &str) -> RedisResult<(Option<Session>, Option<Flash>)> {
        let (fields, flash): (HashMap<String, String>, Option<String>) = redis::pipe()
            .hgetall(self.session(id))
            .get_del(self.flash(id))
            .query_async(&mut self.connection.clone())
            .await?;
        Ok((Session::read(id, fields), flash.and_then(|text| serde_json::from_str(&text).ok())))
    }

    /// The session only; the API leaves the message for the next page.
    pub async fn find_session(&self, id: &str) -> RedisResult<Option<Session>> {
        let fields = self.connection.clone().hgetall(self.session(id)).await?;
        Ok(Session::read(id, fields))
    }

    /// Prolongs a session that is being used.
    pub async fn touch_session(&self, id: &str, now: DateTime<Utc>, lifetime: Duration) -> RedisResult<()> {
        self.change_session(id, ("used", &now.timestamp().to_string()), &seconds(lifetime).to_string()).await
    }

    /// Its user has proved once more who they are.
    pub async fn prove_session(&self, id: &str, now: DateTime<Utc>) -> RedisResult<()> {
        self.change_session(id, ("proven", &now.timestamp().to_string()), "").await
    }

    /// It outlives the others of its user.
    pub async fn renew_session(&self, id: &str, nonce: &str) -> RedisResult<()> {
        self.change_session(id, ("nonce", nonce), "").await
    }

    async fn change_session(&self, id: &str, field: (&str, &str), lifetime: &str) -> RedisResult<()> {
        let mut call = CHANGE.key(self.session(id));
        call.arg(field.0).arg(field.1).arg(lifetime).invoke_async(&mut self.connection.clone()).await
    }

    /// The user's sessions that have not ended, latest used first.
    pub async fn sessions(&self, user_id: UserId) -> RedisResult<Vec<Session>> {
        let mut connection = self.connection.clone();
        let ids: Vec<String> = connection.zrange(self.sessions_of(user_id), 0, -1).await?;
        let mut pipe = redis::pipe();
        for id in &ids {
            pipe.hgetall(self.session(id));
        }
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let found: Vec<HashMap<String, String>> = pipe.query_async(&mut connection).await?;
        let mut sessions = Vec::with_capacity(ids.len());
        for (id, fields) in ids.iter().zip(found) {
            match Session::read(id, fields) {
                Some(session) => sessions.push(session),
                None => connection.zrem(self.sessions_of(user_id), id).await?,
            }
        }
        sessions.sort_by_key(|session| std::cmp::Reverse(session.used_at));
        Ok(sessions)
    }

    pub async fn delete_session(&self, user_id: UserId, id: &str) -> RedisResult<()> {
        redis::pipe()
            .del(&[self.session(id), self.flash(id)])
            .ignore()
            .zrem(self.sessions_of(user_id), id)
            .ignore()
            .query_async(&mut self.connection.clone())
            .await
    }

    /// Signs the user out everywhere, but for one session.
    pub async fn delete_sessions(&self, user_id: UserId, but: Option<&str>) -> RedisResult<()> {
        for session in self.sessions(user_id).await? {
            if Some(session.id.as_str()) != but {
                self.delete_session(user_id, &session.id).await?;
            }
        }
        Ok(())
    }

    pub async fn put_flash(&self, session: &str, flash: &Flash) -> RedisResult<()> {
        let text = serde_json::to_string(flash).expect("a message can be serialised");
        self.connection.clone().set_ex(self.flash(session), text, 600).await
    }
}

/// Longer than any session lives unused.
const LONGEST: Duration = Duration::from_hours(24 * 400);

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
