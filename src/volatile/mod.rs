//! Redis: what is in motion. Every key is built in `keys`.
//!
//! Nothing here is the only copy of something PostgreSQL has confirmed.

pub mod attempts;
mod devices;
mod directory_groups;
pub mod event_stream;
pub mod heartbeats;
mod kept;
pub mod keys;
pub mod limits;
mod origins;
pub mod pending_sign_ins;
pub mod refusals;
mod restricted;
mod selections;
pub mod server;
pub mod sessions;
mod single_sign_on;
mod undo;

use std::time::Duration;

pub use kept::Kept;

use redis::aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection};
use redis::{AsyncConnectionConfig, Client, RedisResult};

/// How long an answer may take: events of tens of megabytes may be on their way before a command.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);

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
        // A Redis that comes back is noticed soon.
        let config = ConnectionManagerConfig::new()
            .set_max_delay(Duration::from_millis(500))
            .set_response_timeout(Some(RESPONSE_TIMEOUT));
        let connection = ConnectionManager::new_with_config(client.clone(), config).await?;
        Ok(Self { connection, client, prefix: prefix.to_owned() })
    }

    /// A connection of its own, for commands that block: answers may take longer than on the shared one.
    pub async fn dedicated(&self) -> RedisResult<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(Duration::from_secs(30)));
        self.client.get_multiplexed_async_connection_with_config(&config).await
    }
}
