//! The cookies of a signed-in browser, of one that has yet to show its second factor, and of one whose language was
//! chosen before anybody signed in.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::app::App;
use crate::services::secret_token;
use crate::types::hex;
use crate::types::language::Language;
use crate::types::wall_clock::{Tz, parse_zone};

const LANGUAGE: &str = "picket_language";

/// How long a language that was chosen at the door is kept: a year, in seconds.
const LANGUAGE_AGE: u64 = 365 * 24 * 60 * 60;

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
        let is_ours = |value: &&str| value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
        values(headers, self.name()).find(is_ours).map(id_of)
    }

    /// Sets the cookie, until the browser is closed unless it has an age in seconds. `Secure` follows the public URL: on
    /// plain HTTP the browser would never send it back. `Lax`, since with `Strict` links in mails open signed out.
    pub fn set(self, app: &App, value: &str, max_age: Option<u64>) -> HeaderValue {
        set(app, (self.name(), value), "/", max_age)
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

/// The time zone of the browser, which the script of the pages leaves in a cookie.
pub fn browser_zone(headers: &HeaderMap) -> Option<Tz> {
    values(headers, "picket_zone").find_map(parse_zone)
}

/// The language that was chosen in this browser.
pub fn language(headers: &HeaderMap) -> Option<Language> {
    values(headers, LANGUAGE).find_map(Language::parse)
}

pub fn set_language(app: &App, language: Language) -> HeaderValue {
    set(app, (LANGUAGE, language.tag()), "/", Some(LANGUAGE_AGE))
}

/// The values of all cookies of a name: a path may have left one of its own.
pub fn values<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = &'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(move |(found, _)| *found == name).map(|(_, value)| value)
}

/// Sets a cookie of this name and value for the paths below one of ours, `/` for all.
pub fn set(app: &App, (name, value): (&str, &str), below: &str, max_age: Option<u64>) -> HeaderValue {
    let secure = if app.config.system.url_prefix.starts_with("https:") { "; Secure" } else { "" };
    let age = max_age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let base = super::base_path(app);
    let text = format!("{name}={value}; Path={base}{below}; HttpOnly; SameSite=Lax{age}{secure}");
    HeaderValue::from_str(&text).expect("the parts of a cookie are plain ASCII")
}

fn id_of(value: &str) -> String {
    hex::encode(&secret_token::hash(value))
}
