//! Bodies that later bodies of the same issue, hash and week are compressed against (`store::event_body`).

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::event_partitions::Week;
use crate::types::{hash::EventHash, ids::IssueId};

/// What events with one reference have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReferenceKey {
    pub issue_id: IssueId,
    /// The primary hash.
    pub hash: EventHash,
    /// Of receipt.
    pub week: Week,
}

/// A stored reference.
#[derive(Clone, Debug)]
pub struct Reference {
    /// Index into the keys that were asked for, from 0.
    pub place: usize,
    pub id: i64,
    /// Packed with the dictionary alone.
    pub body: Vec<u8>,
}

/// The references of these keys, as far as they exist.
pub async fn list(db: impl PgExecutor<'_>, keys: &[ReferenceKey]) -> sqlx::Result<Vec<Reference>> {
    let (issue_ids, hashes, weeks) = columns(keys);
    let rows = sqlx::query!(
        r#"
        SELECT wanted.place AS "place!", stored.id, stored.body
        FROM UNNEST($1::bigint[], $2::uuid[], $3::timestamptz[]) WITH ORDINALITY
            AS wanted (issue_id, hash, week_at, place)
        JOIN body_references AS stored USING (issue_id, hash, week_at)"#,
        &issue_ids,
        &hashes,
        &weeks,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| Reference { place: place_of(row.place), id: row.id, body: row.body }).collect())
}

/// Stores references and gives their ids in the order of the keys. The caller holds the locks of the issues and found
/// none, so nobody else inserts one meanwhile.
pub async fn insert(db: impl PgExecutor<'_>, keys: &[ReferenceKey], bodies: &[Vec<u8>]) -> sqlx::Result<Vec<i64>> {
    let (issue_ids, hashes, weeks) = columns(keys);
    sqlx::query_scalar!(
        r#"
        INSERT INTO body_references (issue_id, hash, week_at, body)
        SELECT * FROM UNNEST($1::bigint[], $2::uuid[], $3::timestamptz[], $4::bytea[])
        RETURNING id"#,
        &issue_ids,
        &hashes,
        &weeks,
        bodies,
    )
    .fetch_all(db)
    .await
}

/// Deletes the references of weeks before one: nothing of those weeks is stored any more.
pub async fn delete_before(db: impl PgExecutor<'_>, week: Week) -> sqlx::Result<u64> {
    let result = sqlx::query!("DELETE FROM body_references WHERE week_at < $1", week.start()).execute(db).await?;
    Ok(result.rows_affected())
}

type Columns = (Vec<i64>, Vec<Uuid>, Vec<DateTime<Utc>>);

fn columns(keys: &[ReferenceKey]) -> Columns {
    let mut columns = Columns::default();
    for key in keys {
        columns.0.push(key.issue_id.0);
        columns.1.push(key.hash.0);
        columns.2.push(key.week.start());
    }
    columns
}

/// PostgreSQL counts from 1.
fn place_of(ordinality: i64) -> usize {
    usize::try_from(ordinality - 1).unwrap_or_default()
}
