//! Who sends: credentials from headers, the query and the path (ingest.md 2).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_PAD_INDIFFERENT;

use super::dsn::PublicKey;

/// Protocol version of clients that name none.
const CURRENT_VERSION: u16 = 7;

/// Where credentials may stand in a request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sources<'a> {
    /// The `X-Sentry-Auth` header.
    pub sentry_header: Option<&'a str>,
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    pub query: &'a str,
    /// The key in the path of a check-in by URL.
    pub path_key: Option<&'a str>,
    pub user_agent: &'a str,
}

/// What a client says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials<'a> {
    /// `None`: the request carries none; an envelope's header may still.
    pub public_key: Option<PublicKey>,
    /// Legacy; never required, and kept only to be shown.
    pub secret_key: Option<Cow<'a, str>>,
    pub version: u16,
    /// `sentry_client`, else the User-Agent.
    pub client: Cow<'a, str>,
}

/// Why credentials are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    #[error("Unable to find authentication information")]
    Missing,
    #[error("Invalid api key")]
    InvalidKey,
    #[error("multiple authorization payloads detected")]
    Conflicting,
    #[error("Client using unsupported server protocol version ({0})")]
    UnsupportedVersion(String),
}

/// The `sentry_…` pairs found so far. What comes first wins, except within one header.
#[derive(Default)]
struct Pairs<'a> {
    key: Option<PublicKey>,
    secret: Option<Cow<'a, str>>,
    version: Option<Cow<'a, str>>,
    client: Option<Cow<'a, str>>,
}

/// Reads and merges all sources; two different keys are refused.
pub fn read<'a>(sources: &Sources<'a>) -> Result<Credentials<'a>, AuthError> {
    let mut pairs = Pairs::default();
    if let Some(header) = sources.sentry_header {
        let header = after_scheme(header, "sentry").ok_or(AuthError::Missing)?;
        pairs.merge(header_pairs(header)?)?;
    }
    if let Some(header) = sources.authorization {
        if let Some(header) = after_scheme(header, "sentry") {
            pairs.merge(header_pairs(header)?)?;
        } else if let Some(key) = basic_user(header) {
            pairs.merge(Pairs { key: Some(key), ..Pairs::default() })?;
        }
    }
    if sources.query.contains("sentry_") {
        pairs.merge(query_pairs(sources.query)?)?;
    }
    if let Some(key) = sources.path_key {
        let key = PublicKey::parse(key).ok_or(AuthError::InvalidKey)?;
        pairs.merge(Pairs { key: Some(key), ..Pairs::default() })?;
    }
    let version = version(pairs.version.as_deref().unwrap_or_default())?;
    let client = pairs.client.filter(|client| !client.is_empty()).unwrap_or(Cow::Borrowed(sources.user_agent));
    Ok(Credentials { public_key: pairs.key, secret_key: pairs.secret, version, client })
}

impl<'a> Pairs<'a> {
    fn merge(&mut self, other: Pairs<'a>) -> Result<(), AuthError> {
        if self.key.is_some() && other.key.is_some() && self.key != other.key {
            return Err(AuthError::Conflicting);
        }
        self.key = self.key.or(other.key);
        self.secret = self.secret.take().or(other.secret);
        self.version = self.version.take().or(other.version);
        self.client = self.client.take().or(other.client);
        Ok(())
    }

    fn set(&mut self, name: &str, value: Cow<'a, str>) -> Result<(), AuthError> {
        match name {
            "sentry_key" => self.key = Some(PublicKey::parse(&value).ok_or(AuthError::InvalidKey)?),
            "sentry_secret" => self.secret = Some(value),
            "sentry_version" => self.version = Some(value),
            "sentry_client" => self.client = Some(value),
            _ => {}
        }
        Ok(())
    }
}

/// What follows the scheme word of an authorization header, if it is this scheme.
fn after_scheme<'a>(header: &'a str, scheme: &str) -> Option<&'a str> {
    let (word, rest) = header.trim_start().split_once(' ')?;
    word.eq_ignore_ascii_case(scheme).then_some(rest)
}

fn header_pairs(text: &str) -> Result<Pairs<'_>, AuthError> {
    let mut pairs = Pairs::default();
    for (name, value) in text.split(',').filter_map(|piece| piece.split_once('=')) {
        pairs.set(name.trim(), Cow::Borrowed(value.trim()))?;
    }
    if pairs.key.is_none() { Err(AuthError::Missing) } else { Ok(pairs) }
}

fn query_pairs(query: &str) -> Result<Pairs<'_>, AuthError> {
    let mut pairs = Pairs::default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        pairs.set(&name, value)?;
    }
    Ok(pairs)
}

/// The user of a Basic header, if it is a key: other Basic credentials are for a proxy.
fn basic_user(header: &str) -> Option<PublicKey> {
    let decoded = STANDARD_PAD_INDIFFERENT.decode(after_scheme(header, "basic")?.trim()).ok()?;
    let text = std::str::from_utf8(&decoded).ok()?;
    PublicKey::parse(text.split(':').next()?)
}

fn version(text: &str) -> Result<u16, AuthError> {
    if text.is_empty() {
        return Ok(CURRENT_VERSION);
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match text[..digits].parse() {
        Ok(version @ 2..=CURRENT_VERSION) => Ok(version),
        _ => Err(AuthError::UnsupportedVersion(text.chars().take(20).collect())),
    }
}

/// Whether an `Authorization` header carries a DSN, well-formed or not.
pub fn is_dsn_header(header: &str) -> bool {
    after_scheme(header, "dsn").is_some()
}

/// The DSN of an `Authorization: DSN …` header (web API, ingest.md 2.2).
pub fn dsn_header(header: &str) -> Option<super::dsn::Dsn> {
    super::dsn::Dsn::parse(after_scheme(header, "dsn")?)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{AuthError, Sources, read};
    use crate::protocol::dsn::Dsn;

    /// The vectors' expectation: status 200 with credentials, or a refusal.
    fn outcome(case: &Value) -> Value {
        let header = |name: &str| {
            let headers = case["headers"].as_object().unwrap();
            headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str().unwrap())
        };
        let sources = Sources {
            sentry_header: header("x-sentry-auth"),
            authorization: header("authorization"),
            query: case["query"].as_str().unwrap(),
            path_key: None,
            user_agent: header("user-agent").unwrap_or_default(),
        };
        let credentials = match read(&sources) {
            Ok(credentials) => credentials,
            Err(AuthError::UnsupportedVersion(_)) => return serde_json::json!({ "status": 400 }),
            Err(_) => return serde_json::json!({ "status": 401 }),
        };
        let from_envelope = || Some(Dsn::parse(case["envelope_dsn"].as_str()?)?.public_key);
        let Some(key) = credentials.public_key.or_else(from_envelope) else {
            return serde_json::json!({ "status": 401 });
        };
        let mut outcome = serde_json::json!({
            "status": 200, "key": key.to_string(), "version": credentials.version, "client": credentials.client,
        });
        if let Some(secret) = credentials.secret_key {
            outcome["secret"] = secret.into();
        }
        outcome
    }

    #[test]
    fn vectors() {
        let text = include_str!("../../tests/fixtures/vectors/auth_headers.json");
        let file: Value = serde_json::from_str(text).unwrap();
        for case in file["cases"].as_array().unwrap() {
            assert_eq!(outcome(case), case["expect"], "{}", case["id"]);
        }
    }
}
