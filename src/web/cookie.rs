//! The cookies of a signed-in browser, and of one that has yet to show its second factor.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::app::App;
use crate::services::secret_token;
use crate::types::hex;

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    Session,
    /// Between the password and the second factor.
    Pending,
}

/// A fresh cookie and what it stands for.
pub struct NewCookie {
    /// What the browser keeps: 256 random bits.
    pub value: String,
    /// What we keep.
    pub id: String,
}

impl Cookie {
    fn name(self) -> &'static str {
        match self {
            Self::Session => "picket_session",
            Self::Pending => "picket_pending",
        }
    }

    /// The id that the request's cookie stands for, if it has the shape of one.
    pub fn id(self, headers: &HeaderMap) -> Option<String> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let is_ours = |(name, value): &(&str, &str)| {
            *name == self.name() && value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        pairs.filter(is_ours).map(|(_, value)| id_of(value)).next()
    }

    /// Sets the cookie, until the browser is closed unless it has an age in seconds. `Secure` follows the public URL: on
    /// plain HTTP the browser would never send it back. `Lax`, since with `Strict` links in mails open signed out.
    pub fn set(self, app: &App, value: &str, max_age: Option<u64>) -> HeaderValue {
        let secure = if app.config.system.url_prefix.starts_with("https:") { "; Secure" } else { "" };
        let age = max_age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        let (name, path) = (self.name(), super::base_path(app));
        let text = format!("{name}={value}; Path={path}/; HttpOnly; SameSite=Lax{age}{secure}");
        HeaderValue::from_str(&text).expect("the parts of a cookie are plain ASCII")
    }

    /// Removes the cookie.
    pub fn clear(self, app: &App) -> HeaderValue {
        self.set(app, "", Some(0))
    }
}

impl NewCookie {
    pub fn random() -> Self {
        let value = secret_token::generate();
        Self { id: id_of(&value), value }
    }
}

fn id_of(value: &str) -> String {
    hex::encode(&secret_token::hash(value))
}
