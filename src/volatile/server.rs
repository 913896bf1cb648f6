//! Facts about the Redis server itself, for `doctor`.

use redis::RedisResult;

use super::Volatile;

/// What the server says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerInfo {
    /// Major and minor version.
    pub version: (u32, u32),
    /// Whether what was accepted survives a restart.
    pub append_only: bool,
    pub used_bytes: u64,
    /// 0: as much as there is.
    pub max_bytes: u64,
    /// What goes when it is full: anything but `noeviction` loses events.
    pub eviction: String,
}

impl Volatile {
    pub async fn server_info(&self) -> RedisResult<ServerInfo> {
        let text: String = redis::cmd("INFO").query_async(&mut self.connection.clone()).await?;
        Ok(parse(&text))
    }
}

/// Valkey reports the Redis version it is compatible with under the same name.
fn parse(text: &str) -> ServerInfo {
    let field =
        |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap_or("").trim();
    let mut numbers = field("redis_version").split('.').map(|part| part.parse().unwrap_or(0));
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    ServerInfo {
        version,
        append_only: field("aof_enabled") == "1",
        used_bytes: field("used_memory").parse().unwrap_or(0),
        max_bytes: field("maxmemory").parse().unwrap_or(0),
        eviction: field("maxmemory_policy").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{ServerInfo, parse};

    #[test]
    fn version_and_durability_are_found() {
        let text = "# Server\r\nredis_version:7.0.15\r\nused_memory:2048\r\nmaxmemory:4096\r\n\
            maxmemory_policy:allkeys-lru\r\n# Persistence\r\naof_enabled:1\r\n";
        let eviction = "allkeys-lru".to_owned();
        let expected = ServerInfo { version: (7, 0), append_only: true, used_bytes: 2048, max_bytes: 4096, eviction };
        assert_eq!(parse(text), expected);
        assert_eq!((parse("").version, parse("").append_only), ((0, 0), false));
    }
}
