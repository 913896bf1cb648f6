//! Changes that can be taken back for ten minutes (ui.md 7).

use redis::{AsyncCommands, RedisResult};

use super::Volatile;

const SECONDS: u64 = 600;

impl Volatile {
    /// Keeps how things were, under a token.
    pub async fn put_undo(&self, token: &str, record: &str) -> RedisResult<()> {
        self.connection.clone().set_ex(self.undo(token), record, SECONDS).await
    }

    /// Takes it out: a change is taken back once.
    pub async fn take_undo(&self, token: &str) -> RedisResult<Option<String>> {
        self.connection.clone().get_del(self.undo(token)).await
    }
}
