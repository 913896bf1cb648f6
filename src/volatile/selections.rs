//! Which issues a person chose while they are asked something about them: the answer is about these, whatever matches
//! the same query by then.

use redis::{AsyncCommands, RedisResult};

use super::Volatile;

/// Time to answer.
const SECONDS: u64 = 3_600;

impl Volatile {
    /// Keeps chosen issues under a token.
    pub async fn put_selection(&self, token: &str, record: &str) -> RedisResult<()> {
        self.connection.clone().set_ex(self.selection(token), record, SECONDS).await
    }

    pub async fn selection_of(&self, token: &str) -> RedisResult<Option<String>> {
        self.connection.clone().get(self.selection(token)).await
    }
}
