//! By which addresses administrators opened pages lately: what the public URL is compared with.

use std::time::Duration;

use redis::{AsyncCommands, RedisResult};

use super::Volatile;

/// How many requests are remembered.
const KEPT: isize = 200;

impl Volatile {
    /// Notes the origin in an administrator's address bar.
    pub async fn note_origin(&self, origin: &str) -> RedisResult<()> {
        let key = self.origins();
        redis::pipe()
            .lpush(&key, origin)
            .ignore()
            .ltrim(&key, 0, KEPT - 1)
            .ignore()
            .query_async(&mut self.connection.clone())
            .await
    }

    /// The origins of the last requests, newest first.
    pub async fn recent_origins(&self) -> RedisResult<Vec<String>> {
        self.connection.clone().lrange(self.origins(), 0, KEPT - 1).await
    }

    /// A new public URL is judged by what comes from now on.
    pub async fn forget_origins(&self) -> RedisResult<()> {
        self.connection.clone().del(self.origins()).await
    }

    /// A probe with this secret is on its way to us.
    pub async fn expect_probe(&self, secret: &str, lifetime: Duration) -> RedisResult<()> {
        self.connection.clone().set_ex(self.probe(secret), 1, lifetime.as_secs()).await
    }

    /// Whether it is ours.
    pub async fn is_probe(&self, secret: &str) -> RedisResult<bool> {
        self.connection.clone().exists(self.probe(secret)).await
    }

    /// Hides a banner from somebody for a day.
    pub async fn dismiss_banner(&self, user: i64, banner: &str) -> RedisResult<()> {
        self.connection.clone().set_ex(self.dismissed_banner(user, banner), 1, 24 * 3600).await
    }

    pub async fn is_banner_dismissed(&self, user: i64, banner: &str) -> RedisResult<bool> {
        self.connection.clone().exists(self.dismissed_banner(user, banner)).await
    }
}
