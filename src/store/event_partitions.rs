//! The partitions of `events`, one per week of receipt.
//!
//! Names of tables cannot be parameters, so this file builds its SQL at run time; every name in it is made of a date.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc};
use sqlx::{PgConnection, PgPool};

/// Serialises those who make or drop partitions.
const ADVISORY_LOCK: i64 = 0x7069_636b_6574_0001;

/// A week of events, named by its Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Week(NaiveDate);

impl Week {
    /// The week a time falls into, by UTC.
    pub fn of(time: DateTime<Utc>) -> Self {
        let date = time.date_naive();
        Self(date - Days::new(u64::from(date.weekday().num_days_from_monday())))
    }

    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + Days::new(7))
    }

    /// When it begins.
    pub fn start(self) -> DateTime<Utc> {
        self.0.and_time(NaiveTime::MIN).and_utc()
    }

    /// When it has passed.
    pub fn end(self) -> DateTime<Utc> {
        self.next().start()
    }

    fn table(self) -> String {
        format!("events_{}", self.0.format("%Y%m%d"))
    }

    fn from_table(name: &str) -> Option<Self> {
        NaiveDate::parse_from_str(name.strip_prefix("events_")?, "%Y%m%d").ok().map(Self)
    }
}

/// The weeks that have a partition, oldest first.
pub async fn list(db: &PgPool) -> sqlx::Result<Vec<Week>> {
    let mut connection = db.acquire().await?;
    list_on(&mut connection).await
}

/// Makes the partition of a week, unless it is there.
///
/// The table is filled with its indexes before it is attached: attaching needs a weaker lock than creating it in place,
/// and goes on beside running inserts.
pub async fn create(db: &PgPool, week: Week) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    lock(&mut tx).await?;
    if list_on(&mut tx).await?.contains(&week) {
        return Ok(());
    }
    let table = week.table();
    let (start, end) = (week.start().to_rfc3339(), week.end().to_rfc3339());
    execute(&mut tx, &format!("CREATE TABLE {table} (LIKE events INCLUDING DEFAULTS INCLUDING STORAGE)")).await?;
    // In line up to a page: measured smaller than out of line, by the overhead of each piece.
    execute(&mut tx, &format!("ALTER TABLE {table} SET (toast_tuple_target = 8160)")).await?;
    execute(&mut tx, &format!("CREATE UNIQUE INDEX {table}_project_id_event_id_key ON {table} (project_id, event_id)"))
        .await?;
    execute(&mut tx, &format!("CREATE INDEX {table}_issue_id_occurred_at_idx ON {table} (issue_id, occurred_at)"))
        .await?;
    execute(&mut tx, &format!("ALTER TABLE events ATTACH PARTITION {table} FOR VALUES FROM ('{start}') TO ('{end}')"))
        .await?;
    tx.commit().await
}

/// Drops the partition of a week; its space is free at once.
pub async fn drop(db: &PgPool, week: Week) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    lock(&mut tx).await?;
    // Dropping waits for running queries, and new ones wait for it: better to give up and try again than to hold
    // everybody up behind one long query.
    execute(&mut tx, "SET LOCAL lock_timeout = '2s'").await?;
    execute(&mut tx, &format!("DROP TABLE {}", week.table())).await?;
    tx.commit().await
}

async fn list_on(connection: &mut PgConnection) -> sqlx::Result<Vec<Week>> {
    let tables = sqlx::query_scalar!(
        r#"
        SELECT child.relname::text AS "name!"
        FROM pg_inherits
        JOIN pg_class AS child ON child.oid = pg_inherits.inhrelid
        WHERE pg_inherits.inhparent = 'events'::regclass
        ORDER BY child.relname"#,
    )
    .fetch_all(connection)
    .await?;
    Ok(tables.iter().filter_map(|name| Week::from_table(name)).collect())
}

async fn lock(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", ADVISORY_LOCK).execute(connection).await?;
    Ok(())
}

async fn execute(connection: &mut PgConnection, sql: &str) -> sqlx::Result<()> {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_monday() {
        for (day, monday) in [(16, "20261116"), (22, "20261116"), (23, "20261123")] {
            let time = NaiveDate::from_ymd_opt(2026, 11, day).unwrap().and_time(NaiveTime::MIN).and_utc();
            let week = Week::of(time);
            assert_eq!(week.table(), format!("events_{monday}"));
            assert_eq!(Week::from_table(&week.table()), Some(week));
            assert!(week.start() <= time && time < week.end());
        }
        assert_eq!(Week::from_table("events_default"), None);
    }
}
