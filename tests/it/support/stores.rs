//! The stores `make test` started; their addresses come by environment.

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

const HINT: &str = "integration tests need PostgreSQL and Redis: run them through `make test`";

pub fn redis_url() -> String {
    setting("PICKET_TEST_REDIS_URL")
}

pub fn database_url() -> String {
    setting("PICKET_TEST_DATABASE_URL")
}

#[expect(clippy::disallowed_methods, reason = "tests have no configuration but what `make test` tells them")]
fn setting(name: &str) -> String {
    std::env::var(name).expect(HINT)
}

/// A pool that sees only a new schema with all migrations applied.
pub async fn fresh_schema(schema: &str) -> PgPool {
    let pool = empty_schema(schema).await;
    let mut migrator = picket::store::migrator();
    migrator.set_locking(false);
    migrator.run(&pool).await.expect("migrations apply");
    pool
}

/// A pool that sees only a new schema without tables.
pub async fn empty_schema(schema: &str) -> PgPool {
    let options: PgConnectOptions = database_url().parse().expect("a PostgreSQL URL");
    let admin =
        PgPoolOptions::new().max_connections(1).connect_with(options.clone()).await.expect("PostgreSQL is running");
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).execute(&admin).await.expect("a new schema");
    admin.close().await;
    let options = options.options([("search_path", schema)]);
    PgPoolOptions::new().max_connections(8).connect_with(options).await.expect("PostgreSQL is running")
}
