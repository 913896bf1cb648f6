//! The database: one file per table, with the row type and its queries. The only SQL of the program.

pub mod api_tokens;
pub mod constraint;
pub mod members;
pub mod options;
pub mod organizations;
pub mod project_keys;
pub mod projects;
pub mod teams;
pub mod users;

/// The schema's migrations, embedded; `upgrade` applies them.
pub fn migrator() -> sqlx::migrate::Migrator {
    sqlx::migrate!()
}
