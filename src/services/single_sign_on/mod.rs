//! Signing in with an OpenID Connect provider: authorization code with PKCE (RFC 7636, RFC 9700).
//!
//! What is sent to the provider (state, nonce, verifier) is kept for ten minutes, counts once, and belongs to the browser
//! that asked for it.

mod claims;
pub mod token;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngExt as _;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::config::Oidc;
use crate::outbound::oidc::{Code, Conversation, Problem, Provider};
use crate::services::directory::admit::{self, Entrance, Identity};
use crate::services::directory::person::Person;
use crate::store::users::User;
use token::{Claims, Expected, Flaw};

/// Where the provider sends people back to, after the public URL.
pub const CALLBACK: &str = "/auth/sso/callback/";
/// Longest code or state that is looked at.
const MAX_PARAMETER: usize = 4096;

/// Why nobody was signed in. The text is for the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no identity provider")]
    Off,
    #[error(transparent)]
    Provider(#[from] Problem),
    /// Too late, for the second time, or begun in another browser.
    #[error("this sign-in was not begun here, or is over")]
    State,
    #[error("the provider said {0}")]
    Refused(String),
    #[error("the provider's token is not taken: {0}")]
    Token(#[from] Flaw),
    #[error("the provider tells of another person than the token")]
    OtherPerson,
    #[error("only verified addresses of certain domains may enter")]
    Domain,
    #[error(transparent)]
    NotAdmitted(admit::Error),
    #[error(transparent)]
    Redis(#[from] redis::RedisError),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// What is kept while somebody is with the provider.
#[derive(Serialize, Deserialize)]
struct Pending {
    nonce: String,
    verifier: String,
    next: String,
    /// SHA-256 of what the browser keeps.
    browser: String,
}

/// What the provider sends back with the browser.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Returned {
    pub state: String,
    pub code: String,
    pub error: String,
    /// RFC 9207: who it comes from.
    pub iss: Option<String>,
}

/// A text that nobody guesses.
pub fn random() -> String {
    let bytes: [u8; 32] = rand::rng().random();
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn redirect_uri(app: &App) -> String {
    format!("{}{CALLBACK}", app.config.system.url_prefix)
}

/// The provider's page to go to; `browser` is what the browser keeps and brings back.
pub async fn start(app: &App, browser: &str, next: &str) -> Result<String, Error> {
    let config = app.config.oidc.as_ref().ok_or(Error::Off)?;
    let provider = Conversation::new(config)?.discover(config).await?;
    let (state, nonce, verifier) = (random(), random(), random());
    let mut url = provider.authorization_endpoint.clone();
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Problem::Malformed { url: url.into(), reason: "not a web address".to_owned() }.into());
    }
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &config.client_id)
        .append_pair("redirect_uri", &redirect_uri(app))
        .append_pair("scope", &config.scopes.join(" "))
        .append_pair("state", &state)
        .append_pair("nonce", &nonce)
        .append_pair("code_challenge", &hash(&verifier))
        .append_pair("code_challenge_method", "S256");
    let pending = Pending { nonce, verifier, next: next.to_owned(), browser: hash(browser) };
    let record = serde_json::to_string(&pending).expect("texts can be serialised");
    app.redis.put_single_sign_on(&hash(&state), &record).await?;
    Ok(url.into())
}

/// Who came back from the provider, and where they were going.
pub async fn finish(app: &App, browser: Option<&str>, returned: &Returned) -> Result<(Option<User>, String), Error> {
    let config = app.config.oidc.as_ref().ok_or(Error::Off)?;
    let pending = take(app, browser, returned).await?;
    if !returned.error.is_empty() {
        return Err(Error::Refused(returned.error.chars().filter(|c| !c.is_control()).take(200).collect()));
    }
    let conversation = Conversation::new(config)?;
    let provider = conversation.discover(config).await?;
    if returned.iss.as_ref().is_some_and(|issuer| *issuer != provider.issuer) {
        return Err(Flaw::Issuer.into());
    }
    let claims = redeem(app, config, &conversation, &provider, (returned, &pending)).await?;
    let subject = claims.get("sub").and_then(Json::as_str).unwrap_or_default();
    let person = claims::person(config, &claims, subject);
    if !may_enter(config, &person) {
        return Err(Error::Domain);
    }
    let entrance = Entrance {
        label: "SSO",
        identity: Identity::Subject { provider: &provider.issuer, subject },
        membership: &config.membership,
        makes_accounts: config.makes_accounts,
    };
    match admit::admit(app, &person, &entrance).await {
        Ok(user) => Ok((user, pending.next)),
        Err(admit::Error::Database(error)) => Err(error.into()),
        Err(error) => Err(Error::NotAdmitted(error)),
    }
}

/// What was kept for this state, if this browser asked for it. Afterwards it's gone, whoever asked.
async fn take(app: &App, browser: Option<&str>, returned: &Returned) -> Result<Pending, Error> {
    let is_plausible = !returned.state.is_empty() && returned.state.len().max(returned.code.len()) <= MAX_PARAMETER;
    let browser = browser.filter(|_| is_plausible).ok_or(Error::State)?;
    let record = app.redis.take_single_sign_on(&hash(&returned.state)).await?.ok_or(Error::State)?;
    let pending: Pending = serde_json::from_str(&record).map_err(|_| Error::State)?;
    if pending.browser == hash(browser) { Ok(pending) } else { Err(Error::State) }
}

/// The claims of a token that is all it should be, with what the provider adds to it.
async fn redeem(
    app: &App,
    config: &Oidc,
    conversation: &Conversation,
    provider: &Provider,
    (returned, pending): (&Returned, &Pending),
) -> Result<Claims, Error> {
    let redirect_uri = redirect_uri(app);
    let code = Code { code: &returned.code, redirect_uri: &redirect_uri, verifier: &pending.verifier };
    let tokens = conversation.redeem(provider, config, code).await?;
    let keys = conversation.keys(provider).await?;
    let expected = Expected {
        issuer: &provider.issuer,
        client_id: &config.client_id,
        nonce: &pending.nonce,
        now: app.clock.now(),
    };
    let mut claims = token::verify(&tokens.id_token, &keys, &expected)?;
    if let (Some(url), Some(access_token)) = (&provider.userinfo_endpoint, &tokens.access_token) {
        let more = conversation.userinfo(url, access_token).await?;
        if more.get("sub") != claims.get("sub") {
            return Err(Error::OtherPerson);
        }
        // What is signed counts more.
        for (name, value) in more {
            claims.entry(name).or_insert(value);
        }
    }
    Ok(claims)
}

fn may_enter(config: &Oidc, person: &Person) -> bool {
    let domain = person.email.as_deref().and_then(|email| email.rsplit_once('@')).map(|(_, domain)| domain);
    let is_allowed = |domain: &str| config.allowed_domains.iter().any(|allowed| allowed.eq_ignore_ascii_case(domain));
    config.allowed_domains.is_empty() || domain.is_some_and(is_allowed)
}

fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}
