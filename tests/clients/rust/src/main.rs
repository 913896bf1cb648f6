//! The scenario of `tests/clients/README.md`, sent by the Rust SDK.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use sentry::protocol::{Event, Level, User};
use sentry::{Breadcrumb, ClientOptions};

#[derive(Debug)]
struct StockError;

impl fmt::Display for StockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no stock")
    }
}

impl Error for StockError {}

#[derive(Debug)]
struct PaymentError(StockError);

impl fmt::Display for PaymentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot pay")
    }
}

impl Error for PaymentError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[inline(never)]
fn pay() -> Result<(), PaymentError> {
    Err(PaymentError(StockError))
}

fn main() {
    let dsn = std::env::args().nth(1).expect("a DSN");
    let mut options = ClientOptions::default();
    options.release = Some("shop@1.2.3".into());
    options.environment = Some("staging".into());
    options.attach_stacktrace = true;
    options.before_send = Some(Arc::new(|event: Event<'static>| Some(event)));
    let guard = sentry::init((dsn, options));
    assert!(guard.is_enabled());

    sentry::configure_scope(|scope| {
        scope.set_tag("plan", "pro");
        scope.set_user(Some(User {
            id: Some("42".into()),
            email: Some("lin@example.com".into()),
            ..User::default()
        }));
    });
    sentry::add_breadcrumb(Breadcrumb {
        category: Some("ui".into()),
        message: Some("opened the cart".into()),
        ..Breadcrumb::default()
    });
    if let Err(error) = pay() {
        sentry::capture_error(&error);
    }
    sentry::with_scope(
        |scope| scope.set_fingerprint(Some(&["checkout", "empty"])),
        || sentry::capture_message("the cart is empty", Level::Warning),
    );
}
