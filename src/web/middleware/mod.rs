//! What surrounds handlers, per area.

mod cors;
mod drain;
mod failures;
mod guard;
mod page;
mod security_headers;
mod time_limit;

pub use cors::api_cors;
pub use drain::drain;
pub use failures::{api_failures, api_fallback};
pub use guard::{allowed_networks, cross_site};
pub use page::{around_pages, page_fallback};
pub use security_headers::{api_headers, page_headers};
pub use time_limit::time_limit;
