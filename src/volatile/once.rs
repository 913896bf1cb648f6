//! What a page shows once, and nobody can see again: links of invitations, one-time passwords, keys.

use redis::{AsyncCommands, RedisResult};

use super::Volatile;

const SECONDS: u64 = 600;

impl Volatile {
    /// Keeps a text for the next page of this kind in this session.
    pub async fn put_once(&self, session: &str, kind: &str, text: &str) -> RedisResult<()> {
        self.connection.clone().set_ex(self.once(session, kind), text, SECONDS).await
    }

    /// Takes it out.
    pub async fn take_once(&self, session: &str, kind: &str) -> RedisResult<Option<String>> {
        self.connection.clone().get_del(self.once(session, kind)).await
    }
}
