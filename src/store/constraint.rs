//! Named constraints become errors a caller can tell apart: the database checks, nobody selects first.

/// Turns the violation of one constraint into an error of the caller's.
pub trait OnConstraint<T> {
    /// The result with a violation of `constraint` replaced by `error()`.
    fn on_constraint<E: From<sqlx::Error>>(self, constraint: &str, error: impl FnOnce() -> E) -> Result<T, E>;
}

impl<T> OnConstraint<T> for sqlx::Result<T> {
    fn on_constraint<E: From<sqlx::Error>>(self, constraint: &str, error: impl FnOnce() -> E) -> Result<T, E> {
        self.map_err(|cause| {
            let violated = cause.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
            if violated == Some(constraint) { error() } else { cause.into() }
        })
    }
}
