//! HTTP: handlers read, call one service, render.

pub mod acting;
pub mod api;
mod arrived;
pub mod assets;
pub mod avatar;
pub mod banner;
mod basic;
pub mod client_ip;
mod cookie;
pub mod csv;
mod damage;
pub mod error;
pub mod extract;
pub mod highlight;
pub mod ingest;
mod issue_cursor;
pub mod layout;
pub mod markdown;
pub mod markup;
pub mod metrics;
mod middleware;
mod new_session;
pub mod numbers;
pub mod pages;
mod qr_code;
mod release_path;
mod render;
mod router;
mod rule_errors;
mod serve;
mod service_errors;
pub mod time;
pub mod visible;

pub use render::{redirect, render};
pub use router::router;
pub use serve::{Listeners, serve};

use crate::app::App;

/// The path of the public URL: empty, or for instance `/errors`. Every link begins with it.
pub fn base_path(app: &App) -> &str {
    let prefix = &app.config.system.url_prefix;
    let after_scheme = prefix.find("://").map_or(0, |at| at + 3);
    prefix[after_scheme..].find('/').map_or("", |at| &prefix[after_scheme + at..]).trim_end_matches('/')
}
