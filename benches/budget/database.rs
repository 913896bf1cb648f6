//! What the database shows of the events that were sent.

use std::thread::sleep;
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};
use tokio::runtime::Runtime;

/// A connection of the measuring side.
pub struct Database {
    runtime: Runtime,
    connection: PgConnection,
}

impl Database {
    pub fn connect(url: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let connection = runtime.block_on(PgConnection::connect(url)).expect("PostgreSQL runs");
        Self { runtime, connection }
    }

    pub fn number(&mut self, sql: &'static str) -> i64 {
        self.runtime.block_on(sqlx::query_scalar(sql).fetch_one(&mut self.connection)).expect(sql)
    }

    pub fn execute(&mut self, sql: &'static str) {
        self.runtime.block_on(sqlx::query(sql).execute(&mut self.connection)).expect(sql);
    }

    pub fn execute_with(&mut self, sql: &'static str, first: i64, second: i64) {
        let query = sqlx::query(sql).bind(first).bind(second);
        self.runtime.block_on(query.execute(&mut self.connection)).expect(sql);
    }

    pub fn numbers(&mut self, sql: &'static str) -> Vec<i64> {
        self.runtime.block_on(sqlx::query_scalar(sql).fetch_all(&mut self.connection)).expect(sql)
    }

    /// Events that are visible: counted in the transaction that stores them, and cheap to ask for.
    pub fn accepted(&mut self) -> i64 {
        self.number("SELECT coalesce(sum(quantity), 0)::bigint FROM outcomes WHERE outcome = 'accepted'")
    }

    /// Waits until so many events are visible.
    pub fn wait_for(&mut self, events: i64, patience: Duration) {
        let begun = Instant::now();
        while self.accepted() < events {
            assert!(begun.elapsed() < patience, "{} of {events} events are visible", self.accepted());
            sleep(Duration::from_millis(20));
        }
    }

    /// Notes how many events are visible until all are.
    pub fn watch(&mut self, events: i64, patience: Duration) -> Vec<(Instant, i64)> {
        let begun = Instant::now();
        let mut seen: Vec<(Instant, i64)> = Vec::new();
        while begun.elapsed() < patience && seen.last().is_none_or(|(_, count)| *count < events) {
            let count = self.accepted();
            if seen.last().is_none_or(|(_, last)| *last < count) {
                seen.push((Instant::now(), count));
            }
            sleep(Duration::from_millis(5));
        }
        seen
    }

    /// Bytes of all tables and indexes.
    pub fn bytes(&mut self) -> i64 {
        self.number("SELECT pg_database_size(current_database())")
    }

    /// The largest tables: where the bytes are.
    pub fn print_sizes(&mut self) {
        let events = self.number("SELECT count(*) FROM events");
        assert_eq!(events, self.accepted(), "each accepted event is stored once");
        let bytes = self.number("SELECT avg(size)::bigint FROM events");
        let packed = self.number("SELECT avg(octet_length(body))::bigint FROM event_bodies");
        println!("  bodies of {bytes} bytes, packed {packed}");
        let rows: Vec<(String, i64, i64, i64)> = self
            .runtime
            .block_on(
                sqlx::query_as(
                    "SELECT relname::text, pg_table_size(oid), pg_indexes_size(oid), reltuples::bigint FROM pg_class
                    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                    ORDER BY pg_total_relation_size(oid) DESC LIMIT 7",
                )
                .fetch_all(&mut self.connection),
            )
            .expect("PostgreSQL runs");
        for (table, bytes, indexes, rows) in rows {
            println!("  {table:<24} {:>6} bytes/event, indexes {:>5}, {rows} rows", bytes / events, indexes / events);
        }
    }
}
