//! What became of each request, summed in memory and written every second: one recorded outcome for every item.
//!
//! Accepted events are not counted here: the worker counts them in the transaction that stores them. A process that is
//! killed forgets at most the last second of refusals. One that loses its database counts nothing twice: when the
//! confirmation of a commit is lost, the database is asked what became of it before anything is written again.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::protocol::category::Category;
use crate::store::{
    outcomes::{self, OutcomeKey},
    projects,
    server::{self, TransactionStatus},
};
use crate::types::ids::{ProjectId, ProjectKeyId};
use crate::volatile::refusals::{KEPT, RefusedRequest};

/// How often sums are written.
const FLUSH_EVERY: Duration = Duration::from_secs(1);

/// Different counters and projects with refusals kept in memory; hostile requests must not fill it.
const MAX_COUNTERS: usize = 20_000;
const MAX_REFUSED_PROJECTS: usize = 500;

/// What happened to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Taken; only of categories that never reach the worker.
    Accepted,
    Filtered,
    RateLimited,
    Invalid,
    /// The client dropped it before sending, and reported so.
    ClientDiscard,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Filtered => "filtered",
            Self::RateLimited => "rate_limited",
            Self::Invalid => "invalid",
            Self::ClientDiscard => "client_discard",
        }
    }
}

/// Whose request it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sender {
    /// 0: unknown.
    pub project_id: i64,
    /// 0: unknown.
    pub key_id: i64,
    /// The request named the project without proving it knows a key: counted only if there is such a project.
    pub is_claimed: bool,
}

impl Sender {
    pub fn known(project_id: ProjectId, key_id: ProjectKeyId) -> Self {
        Self { project_id: project_id.0, key_id: key_id.0, is_claimed: false }
    }

    pub fn claimed(project_id: ProjectId) -> Self {
        Self { project_id: project_id.0, key_id: 0, is_claimed: true }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Counted {
    sender: Sender,
    hour: DateTime<Utc>,
    outcome: Outcome,
    reason: &'static str,
    category: Category,
}

/// Sums that are not written yet.
#[derive(Default)]
pub struct Outcomes {
    counts: Mutex<HashMap<Counted, i64>>,
    refused: Mutex<HashMap<(ProjectId, bool), Vec<RefusedRequest>>>,
    in_doubt: tokio::sync::Mutex<Option<InDoubt>>,
}

/// Sums of which nobody knows yet whether they are written.
struct InDoubt {
    transaction: String,
    counts: HashMap<Counted, i64>,
}

/// Why sums were not written for certain.
enum WriteError {
    NotWritten(sqlx::Error),
    /// The connection broke during the commit of this transaction.
    InDoubt(String, sqlx::Error),
}

impl From<sqlx::Error> for WriteError {
    fn from(error: sqlx::Error) -> Self {
        Self::NotWritten(error)
    }
}

impl Outcomes {
    /// Counts items with the same outcome.
    pub fn count(
        &self,
        sender: Sender,
        (outcome, reason): (Outcome, &'static str),
        category: Category,
        quantity: u64,
        now: DateTime<Utc>,
    ) {
        let hour = now - TimeDelta::nanoseconds(now.timestamp_nanos_opt().unwrap_or(0) % 3_600_000_000_000);
        let quantity = i64::try_from(quantity).unwrap_or(i64::MAX);
        self.add(Counted { sender, hour, outcome, reason, category }, quantity);
    }

    fn add(&self, mut counted: Counted, quantity: i64) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MAX_COUNTERS && !counts.contains_key(&counted) {
            counted.sender = Sender::default();
        }
        let count = counts.entry(counted).or_default();
        *count = count.saturating_add(quantity);
    }

    /// Remembers a refusal for the project's people.
    pub fn remember(&self, sender: Sender, refused: RefusedRequest) {
        let key = (ProjectId(sender.project_id), sender.is_claimed);
        let mut all = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if sender.project_id == 0 || (all.len() >= MAX_REFUSED_PROJECTS && !all.contains_key(&key)) {
            return;
        }
        let list = all.entry(key).or_default();
        if list.len() == KEPT {
            list.remove(0);
        }
        list.push(refused);
    }

    /// Writes sums and refusals. What cannot be written is kept for the next time.
    pub async fn flush(&self, app: &App) {
        let mut in_doubt = self.in_doubt.lock().await;
        self.clear_doubt(app, &mut in_doubt).await;
        if in_doubt.is_some() {
            return;
        }
        let counts = std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        let refused = std::mem::take(&mut *self.refused.lock().unwrap_or_else(PoisonError::into_inner));
        if counts.is_empty() && refused.is_empty() {
            return;
        }
        let error = match write(app, &counts).await {
            Ok(existing) => return push_refusals(app, refused, &existing).await,
            Err(WriteError::NotWritten(error)) => {
                self.add_all(counts);
                error
            }
            Err(WriteError::InDoubt(transaction, error)) => {
                *in_doubt = Some(InDoubt { transaction, counts });
                error
            }
        };
        tracing::warn!(error = &error as &dyn std::error::Error, "outcomes could not be written yet");
    }

    /// Finds out what became of a commit that was not confirmed.
    async fn clear_doubt(&self, app: &App, in_doubt: &mut Option<InDoubt>) {
        let Some(doubt) = in_doubt.take() else { return };
        match server::transaction_status(&app.db, &doubt.transaction).await {
            // Nobody knows any more: rather once too few than twice.
            Ok(TransactionStatus::Committed | TransactionStatus::Unknown) => {}
            Ok(TransactionStatus::Aborted) => self.add_all(doubt.counts),
            Ok(TransactionStatus::InProgress) | Err(_) => *in_doubt = Some(doubt),
        }
    }

    fn add_all(&self, counts: HashMap<Counted, i64>) {
        for (counted, quantity) in counts {
            self.add(counted, quantity);
        }
    }

    /// Flushes every second until shutdown.
    pub async fn flush_regularly(&self, app: &App) {
        let mut ticks = tokio::time::interval(FLUSH_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => self.flush(app).await,
                () = app.shutdown.cancelled() => return,
            }
        }
    }
}

/// Writes the sums; answers which of the claimed projects there are.
async fn write(app: &App, counts: &HashMap<Counted, i64>) -> Result<Vec<ProjectId>, WriteError> {
    let claimed = counts.keys().filter(|counted| counted.sender.is_claimed);
    let claimed: Vec<i64> = claimed.map(|counted| counted.sender.project_id).collect();
    let existing = if claimed.is_empty() { Vec::new() } else { projects::list_existing(&app.db, &claimed).await? };
    if counts.is_empty() {
        return Ok(existing);
    }
    let mut tx = app.db.begin().await?;
    outcomes::add(&mut *tx, &rows(counts, &existing)).await?;
    let transaction = server::transaction_id(&mut *tx).await?;
    tx.commit().await.map_err(|error| WriteError::InDoubt(transaction, error))?;
    Ok(existing)
}

/// One row per counter; projects that do not exist count under 0.
fn rows(counts: &HashMap<Counted, i64>, existing: &[ProjectId]) -> Vec<(OutcomeKey, i64)> {
    let mut rows: HashMap<OutcomeKey, i64> = HashMap::with_capacity(counts.len());
    for (counted, quantity) in counts {
        let sender = counted.sender;
        let project_id = ProjectId(sender.project_id);
        let is_known = !sender.is_claimed || existing.contains(&project_id);
        let key = OutcomeKey {
            project_id: if is_known { project_id } else { ProjectId(0) },
            key_id: ProjectKeyId(sender.key_id),
            hour: counted.hour,
            outcome: counted.outcome.as_str(),
            reason: counted.reason.to_owned(),
            category: counted.category.as_str(),
        };
        let row = rows.entry(key).or_default();
        *row = row.saturating_add(*quantity);
    }
    rows.into_iter().collect()
}

async fn push_refusals(app: &App, refused: HashMap<(ProjectId, bool), Vec<RefusedRequest>>, existing: &[ProjectId]) {
    for ((project_id, is_claimed), list) in refused {
        if is_claimed && !existing.contains(&project_id) {
            continue;
        }
        if let Err(error) = app.redis.push_refusals(project_id, &list).await {
            tracing::debug!(%error, "refused requests could not be listed");
        }
    }
}

/// A refusal as it is remembered; texts of clients are cut.
pub fn refused_request(
    at: DateTime<Utc>,
    client_ip: IpAddr,
    client: &str,
    (status, reason, message): (u16, &'static str, String),
) -> RefusedRequest {
    let client = client.chars().take(100).collect();
    RefusedRequest { at, client_ip: Some(client_ip), client, status, reason: reason.to_owned(), message }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::{Category, MAX_COUNTERS, Outcome, Outcomes, ProjectId, Sender, rows};

    #[test]
    fn counters_are_bounded_and_sum_up() {
        let now = DateTime::from_timestamp(1_700_000_000, 5).unwrap();
        let outcomes = Outcomes::default();
        for project in 1..=MAX_COUNTERS + 100 {
            let sender = Sender::claimed(ProjectId(i64::try_from(project).unwrap()));
            outcomes.count(sender, (Outcome::Invalid, "auth"), Category::Error, 2, now);
        }
        let counts = outcomes.counts.lock().unwrap();
        assert_eq!(counts.len(), MAX_COUNTERS + 1);
        let rows = rows(&counts, &[ProjectId(3)]);
        assert_eq!(rows.len(), 2, "one for the project that exists, one for the rest");
        let of_three = rows.iter().find(|(key, _)| key.project_id == ProjectId(3)).unwrap();
        assert_eq!(of_three.1, 2);
        assert_eq!(of_three.0.hour.timestamp() % 3600, 0);
        assert_eq!(
            rows.iter().map(|(_, quantity)| quantity).sum::<i64>(),
            2 * (i64::try_from(MAX_COUNTERS).unwrap() + 100)
        );
    }
}
