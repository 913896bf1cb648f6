//! The partitions of `events` and `event_bodies`, one per week of receipt.
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

    fn table(self, parent: &str) -> String {
        format!("{parent}_{}", self.0.format("%Y%m%d"))
    }

    fn from_table(name: &str) -> Option<Self> {
        NaiveDate::parse_from_str(name.strip_prefix("events_")?, "%Y%m%d").ok().map(Self)
    }
}

/// The weeks that have partitions, oldest first.
pub async fn list(db: &PgPool) -> sqlx::Result<Vec<Week>> {
    let mut connection = db.acquire().await?;
    list_on(&mut connection).await
}

/// Makes the partitions of a week, unless they are there.
///
/// The tables get their indexes before they are attached: attaching needs a weaker lock than creating them in place, and
/// goes on beside running inserts.
pub async fn create(db: &PgPool, week: Week) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    lock(&mut tx).await?;
    if list_on(&mut tx).await?.contains(&week) {
        return Ok(());
    }
    let (events, bodies) = (week.table("events"), week.table("event_bodies"));
    create_like(&mut tx, "events", &events).await?;
    let unique = format!("CREATE UNIQUE INDEX {events}_project_id_event_id_key ON {events} (project_id, event_id)");
    execute(&mut tx, &unique).await?;
    let by_issue = format!("CREATE INDEX {events}_issue_id_occurred_at_idx ON {events} (issue_id, occurred_at)");
    execute(&mut tx, &by_issue).await?;
    attach(&mut tx, "events", &events, week).await?;
    create_like(&mut tx, "event_bodies", &bodies).await?;
    // In line up to a page: measured smaller than out of line, by the overhead of each piece.
    execute(&mut tx, &format!("ALTER TABLE {bodies} SET (toast_tuple_target = 8160)")).await?;
    execute(&mut tx, &format!("CREATE INDEX {bodies}_event_id_idx ON {bodies} (event_id)")).await?;
    attach(&mut tx, "event_bodies", &bodies, week).await?;
    tx.commit().await
}

async fn create_like(connection: &mut PgConnection, parent: &str, table: &str) -> sqlx::Result<()> {
    execute(connection, &format!("CREATE TABLE {table} (LIKE {parent} INCLUDING DEFAULTS INCLUDING STORAGE)")).await
}

async fn attach(connection: &mut PgConnection, parent: &str, table: &str, week: Week) -> sqlx::Result<()> {
    let (start, end) = (week.start().to_rfc3339(), week.end().to_rfc3339());
    let sql = format!("ALTER TABLE {parent} ATTACH PARTITION {table} FOR VALUES FROM ('{start}') TO ('{end}')");
    execute(connection, &sql).await
}

/// Drops the partitions of a week; their space is free at once.
pub async fn drop(db: &PgPool, week: Week) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    lock(&mut tx).await?;
    // Dropping waits for running queries, and new ones wait for it: better to give up and try again than to hold
    // everybody up behind one long query.
    execute(&mut tx, "SET LOCAL lock_timeout = '2s'").await?;
    execute(&mut tx, &format!("DROP TABLE {}, {}", week.table("events"), week.table("event_bodies"))).await?;
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
            assert_eq!(week.table("events"), format!("events_{monday}"));
            assert_eq!(Week::from_table(&week.table("events")), Some(week));
            assert!(week.start() <= time && time < week.end());
        }
        assert_eq!(Week::from_table("events_default"), None);
    }
}
