//! What an operator does with events that could not be saved.

use redis::RedisResult;

use crate::app::App;
use crate::volatile::event_stream::DeadEvent;

/// The newest dead events; `before` is the last id of the page before.
pub async fn list_dead(app: &App, before: Option<&str>, count: usize) -> RedisResult<Vec<DeadEvent>> {
    app.redis.list_dead_events(before, count).await
}

/// Gives an event another chance; `false`: it is not among the dead.
pub async fn replay_dead(app: &App, id: &str) -> RedisResult<bool> {
    app.redis.replay_dead_event(id).await
}

/// Gives an event up for good.
pub async fn drop_dead(app: &App, id: &str) -> RedisResult<()> {
    app.redis.drop_dead_event(id).await
}
