//! Facts about the Redis server itself, for `doctor`.

use redis::RedisResult;

use super::Volatile;

/// What the server says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerInfo {
    /// Major and minor version.
    pub version: (u32, u32),
    /// Whether what was accepted survives a restart.
    pub append_only: bool,
}

impl Volatile {
    pub async fn server_info(&mut self) -> RedisResult<ServerInfo> {
        let text: String = redis::cmd("INFO").query_async(&mut self.connection).await?;
        Ok(parse(&text))
    }
}

/// Valkey reports the Redis version it is compatible with under the same name.
fn parse(text: &str) -> ServerInfo {
    let field =
        |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap_or("").trim();
    let mut numbers = field("redis_version").split('.').map(|part| part.parse().unwrap_or(0));
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    ServerInfo { version, append_only: field("aof_enabled") == "1" }
}

#[cfg(test)]
mod tests {
    use super::{ServerInfo, parse};

    #[test]
    fn version_and_durability_are_found() {
        let text = "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n# Persistence\r\naof_enabled:1\r\n";
        assert_eq!(parse(text), ServerInfo { version: (7, 0), append_only: true });
        assert_eq!(parse(""), ServerInfo { version: (0, 0), append_only: false });
    }
}
