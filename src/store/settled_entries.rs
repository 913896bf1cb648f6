//! Entries of the event stream that ended without a stored event and whose outcome is counted.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::stream_id::StreamId;

/// Remembers entries; gives those that were not remembered yet. Waits for another transaction that remembers one of
/// them just now. Sorts, so that two workers cannot deadlock.
pub async fn insert(
    db: impl PgExecutor<'_>,
    entries: &[StreamId],
    now: DateTime<Utc>,
) -> sqlx::Result<HashSet<StreamId>> {
    let mut entries = entries.to_vec();
    entries.sort_unstable();
    entries.dedup();
    let (milliseconds, sequences) = columns(&entries);
    let rows = sqlx::query!(
        r#"
        INSERT INTO settled_entries (milliseconds, sequence, settled_at)
        SELECT milliseconds, sequence, $3 FROM UNNEST($1::bigint[], $2::bigint[]) AS new (milliseconds, sequence)
        ON CONFLICT ON CONSTRAINT settled_entries_pkey DO NOTHING
        RETURNING milliseconds, sequence"#,
        &milliseconds,
        &sequences,
        now,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| StreamId { milliseconds: row.milliseconds, sequence: row.sequence }).collect())
}

/// Those of the entries that are remembered.
pub async fn list(db: impl PgExecutor<'_>, entries: &[StreamId]) -> sqlx::Result<HashSet<StreamId>> {
    let (milliseconds, sequences) = columns(entries);
    let rows = sqlx::query!(
        r#"
        SELECT settled.milliseconds, settled.sequence
        FROM UNNEST($1::bigint[], $2::bigint[]) AS wanted (milliseconds, sequence)
        JOIN settled_entries AS settled
            ON settled.milliseconds = wanted.milliseconds AND settled.sequence = wanted.sequence"#,
        &milliseconds,
        &sequences,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| StreamId { milliseconds: row.milliseconds, sequence: row.sequence }).collect())
}

/// Forgets up to `limit` entries settled before a time, of those appended before `oldest` (in milliseconds of the epoch).
pub async fn delete(db: impl PgExecutor<'_>, before: DateTime<Utc>, oldest: i64, limit: i64) -> sqlx::Result<u64> {
    let result = sqlx::query!(
        r#"
        DELETE FROM settled_entries
        WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM settled_entries WHERE milliseconds < $2 AND settled_at < $1 LIMIT $3
        ))"#,
        before,
        oldest,
        limit,
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected())
}

fn columns(entries: &[StreamId]) -> (Vec<i64>, Vec<i64>) {
    entries.iter().map(|entry| (entry.milliseconds, entry.sequence)).unzip()
}
