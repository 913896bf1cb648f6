//! The session cookie.

use axum::http::{HeaderMap, HeaderValue, header};
use rand::RngExt;

use crate::app::App;
use crate::types::hex;

const NAME: &str = "picket_session";

/// A fresh id of 256 bits.
pub fn new_session_id() -> String {
    let bytes: [u8; 32] = rand::rng().random();
    hex::encode(&bytes)
}

/// The id in the request's cookie, if it has the shape of one.
pub fn session_id(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs
        .filter(|(name, value)| *name == NAME && value.len() == 64 && value.bytes().all(|b| b.is_ascii_hexdigit()))
        .map(|(_, value)| value.to_owned())
        .next()
}

/// Sets the cookie. `Secure` follows the public URL: on plain HTTP the browser would never send it back. `Lax`, since
/// with `Strict` links in mails open signed out.
pub fn set(app: &App, id: &str) -> HeaderValue {
    build(app, id, Some(app.config.web.session_lifetime.as_secs()))
}

/// Removes the cookie.
pub fn clear(app: &App) -> HeaderValue {
    build(app, "", Some(0))
}

fn build(app: &App, value: &str, max_age: Option<u64>) -> HeaderValue {
    let secure = if app.config.system.url_prefix.starts_with("https:") { "; Secure" } else { "" };
    let age = max_age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let path = super::base_path(app);
    let text = format!("{NAME}={value}; Path={path}/; HttpOnly; SameSite=Lax{age}{secure}");
    HeaderValue::from_str(&text).expect("the parts of a cookie are plain ASCII")
}
