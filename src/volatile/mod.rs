//! Redis: what is in motion. Every key is built in `keys`.
//!
//! Nothing here is the only copy of something PostgreSQL has confirmed.

pub mod keys;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisResult};

/// The connection every request shares (commands are pipelined), and what is needed to open others for blocking reads.
#[derive(Clone)]
pub struct Volatile {
    pub connection: ConnectionManager,
    client: Client,
    /// Before every key; tests give each test its own.
    prefix: String,
}

impl Volatile {
    /// Connects, retrying for a moment; afterwards the connection restores itself.
    pub async fn connect(url: &str, prefix: &str) -> RedisResult<Self> {
        let client = Client::open(url)?;
        let connection = ConnectionManager::new_with_config(client.clone(), ConnectionManagerConfig::new()).await?;
        Ok(Self { connection, client, prefix: prefix.to_owned() })
    }

    /// A connection of its own, for commands that block.
    pub async fn dedicated(&self) -> RedisResult<redis::aio::MultiplexedConnection> {
        self.client.get_multiplexed_async_connection().await
    }
}
