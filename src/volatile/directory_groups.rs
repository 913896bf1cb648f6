//! Groups of people that a directory was asked for a while ago.

use std::time::Duration;

use redis::{AsyncCommands, RedisResult};

use super::Volatile;

impl Volatile {
    pub async fn put_directory_groups(&self, dn: &str, groups: &str, time: Duration) -> RedisResult<()> {
        self.connection.clone().set_ex(self.groups_of(dn), groups, time.as_secs().max(1)).await
    }

    pub async fn directory_groups(&self, dn: &str) -> RedisResult<Option<String>> {
        self.connection.clone().get(self.groups_of(dn)).await
    }
}
