//! What the guard of outgoing requests refused: addresses that are not public.

use super::{Finding, Fix};
use crate::app::App;

pub async fn policy(app: &App) -> anyhow::Result<Finding> {
    let hosts = app.redis.list_restricted(app.clock.now()).await?;
    Ok(if hosts.is_empty() {
        Finding::ok("0 hosts refused")
    } else {
        Finding::warning(format!("{} hosts refused: {}", hosts.len(), hosts.join(", ")), Fix::AllowHosts)
    })
}
