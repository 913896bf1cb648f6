//! Those who administer the installation, and the lock of its first run.

use sqlx::PgExecutor;

use crate::types::ids::UserId;

/// Whether anybody does.
pub async fn exists(db: impl PgExecutor<'_>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM users WHERE is_superuser AND is_active) AS "exists!""#)
        .fetch_one(db)
        .await
}

/// First ones first.
pub async fn list(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<UserId>> {
    sqlx::query_scalar!(
        r#"SELECT id AS "id: UserId" FROM users WHERE is_superuser AND is_active ORDER BY id LIMIT 100"#
    )
    .fetch_all(db)
    .await
}

/// Holds their rows until the transaction ends.
pub async fn lock(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<UserId>> {
    sqlx::query_scalar!(
        r#"SELECT id AS "id: UserId" FROM users WHERE is_superuser AND is_active ORDER BY id FOR UPDATE"#
    )
    .fetch_all(db)
    .await
}

/// Makes somebody one of them, or no longer.
pub async fn update(db: impl PgExecutor<'_>, id: UserId, is_superuser: bool) -> sqlx::Result<()> {
    sqlx::query!("UPDATE users SET is_superuser = $2 WHERE id = $1", id.0, is_superuser).execute(db).await?;
    Ok(())
}

/// Holds other first runs back until the transaction ends. The number is the lock's name.
pub async fn lock_first_run(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock(7226101)").execute(db).await?;
    Ok(())
}
