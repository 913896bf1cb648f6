//! Sign-ins that are with the identity provider: ten minutes, once.

use redis::{AsyncCommands, RedisResult};

use super::Volatile;

const SECONDS: u64 = 600;

impl Volatile {
    pub async fn put_single_sign_on(&self, state: &str, record: &str) -> RedisResult<()> {
        self.connection.clone().set_ex(self.single_sign_on(state), record, SECONDS).await
    }

    /// Takes it out: an answer of the provider counts once.
    pub async fn take_single_sign_on(&self, state: &str) -> RedisResult<Option<String>> {
        self.connection.clone().get_del(self.single_sign_on(state)).await
    }
}
