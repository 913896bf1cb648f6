//! Whether the process can answer at all; for load balancers. It touches no store.

/// `ok`, as Sentry answers.
pub async fn show() -> &'static str {
    "ok"
}
