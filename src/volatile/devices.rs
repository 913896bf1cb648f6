//! The browsers that somebody signed in with.

use redis::RedisResult;
use sha2::{Digest, Sha256};

use super::Volatile;
use crate::types::hex;
use crate::types::ids::UserId;

/// Seconds after which a browser that was not used is a new one.
const REMEMBERED: i64 = 400 * 24 * 3600;

impl Volatile {
    /// Notes a browser of somebody; whether it is a new one beside others that are known.
    pub async fn note_browser(&self, user_id: UserId, user_agent: &str) -> RedisResult<bool> {
        let (key, name) = (self.browsers_of(user_id), hex::encode(&Sha256::digest(user_agent.as_bytes())));
        let (known, added): (u32, u32) = redis::pipe()
            .scard(&key)
            .sadd(&key, name)
            .expire(&key, REMEMBERED)
            .ignore()
            .query_async(&mut self.connection.clone())
            .await?;
        Ok(known > 0 && added > 0)
    }
}
