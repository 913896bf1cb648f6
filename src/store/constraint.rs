//! Named constraints become errors a caller can tell apart: the database checks, nobody selects first.

/// Turns the violation of one constraint into an error of the caller's.
pub trait OnConstraint<T> {
    /// The result with a violation of `constraint` replaced by `error()`.
    fn on_constraint<E: From<sqlx::Error>>(self, constraint: &str, error: impl FnOnce() -> E) -> Result<T, E>;
}

impl<T> OnConstraint<T> for sqlx::Result<T> {
    fn on_constraint<E: From<sqlx::Error>>(self, constraint: &str, error: impl FnOnce() -> E) -> Result<T, E> {
        self.map_err(|cause| if violated(&cause) == Some(constraint) { error() } else { cause.into() })
    }
}

/// The constraint whose violation the error reports.
pub fn violated(error: &sqlx::Error) -> Option<&str> {
    error.as_database_error().and_then(|cause| cause.constraint())
}
