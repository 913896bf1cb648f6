//! The latest refused requests of each project: who, why, when. For the people who wonder where their events are.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use redis::{AsyncCommands, RedisResult};
use serde::{Deserialize, Serialize};

use super::Volatile;
use crate::types::ids::ProjectId;

/// How many are kept per project, and for how long.
pub const KEPT: usize = 50;
const KEPT_SECONDS: i64 = 7 * 24 * 3600;

/// A request that was refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefusedRequest {
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub at: DateTime<Utc>,
    pub client_ip: Option<IpAddr>,
    /// `sentry_client`, else the User-Agent.
    pub client: String,
    pub status: u16,
    /// The outcome's word: `too_large`, `key_quota`, …
    pub reason: String,
    /// What the client was told.
    pub message: String,
}

impl Volatile {
    /// Puts refusals, oldest first, in front of the project's list.
    pub async fn push_refusals(&self, project_id: ProjectId, refused: &[RefusedRequest]) -> RedisResult<()> {
        if refused.is_empty() {
            return Ok(());
        }
        let key = self.refusals(project_id);
        let texts: Vec<String> = refused.iter().filter_map(|request| serde_json::to_string(request).ok()).collect();
        let mut pipe = redis::pipe();
        pipe.lpush(&key, texts).ignore();
        pipe.ltrim(&key, 0, isize::try_from(KEPT).expect("a small number") - 1).ignore();
        pipe.expire(&key, KEPT_SECONDS).ignore();
        pipe.query_async(&mut self.connection.clone()).await
    }

    /// The project's refusals, newest first.
    pub async fn list_refusals(&self, project_id: ProjectId) -> RedisResult<Vec<RefusedRequest>> {
        let texts: Vec<String> = self.connection.clone().lrange(self.refusals(project_id), 0, -1).await?;
        Ok(texts.iter().filter_map(|text| serde_json::from_str(text).ok()).collect())
    }
}
