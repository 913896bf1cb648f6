//! Which migrations a database has, compared with those of this build.

use anyhow::Context;
use sqlx::PgConnection;
use sqlx::migrate::{Migrate, MigrateError};

/// How a database compares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Migrations of this build that it lacks.
    pub missing: usize,
    /// Migrations that this build does not know: a newer version made them.
    pub unknown: usize,
}

pub async fn compare(db: &mut PgConnection) -> anyhow::Result<Schema> {
    let migrator = super::migrator();
    let applied = match db.list_applied_migrations(&migrator.table_name).await {
        Ok(applied) => applied,
        Err(error) if is_undefined_table(&error) => Vec::new(),
        Err(error) => return Err(error).context("the migrations could not be read"),
    };
    let is_applied = |version: i64| applied.iter().any(|migration| migration.version == version);
    let is_known = |version: i64| migrator.iter().any(|migration| migration.version == version);
    Ok(Schema {
        missing: migrator.iter().filter(|migration| !is_applied(migration.version)).count(),
        unknown: applied.iter().filter(|migration| !is_known(migration.version)).count(),
    })
}

fn is_undefined_table(error: &MigrateError) -> bool {
    const UNDEFINED_TABLE: &str = "42P01";
    let MigrateError::Execute(error) = error else { return false };
    error.as_database_error().and_then(|cause| cause.code().map(|code| code == UNDEFINED_TABLE)).unwrap_or(false)
}
