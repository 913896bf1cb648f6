//! Talking with an OpenID Connect provider: what it publishes, and a code for a token.
//!
//! The issuer is an administrator's choice and may be anywhere; other hosts that it names have to be public ones. Nothing
//! is followed elsewhere, and answers are small and soon there, or they are none.

use std::path::Path;

use reqwest::{Certificate, Client, RequestBuilder, redirect};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};
use url::Url;

use super::web::{self, Web};
use crate::config::Oidc;

/// Bytes of one answer.
const MAX_BYTES: usize = 1 << 20;

/// Why the provider gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("`{0}` is no https:// address without a query")]
    Issuer(String),
    #[error("{path} cannot be used: {reason}")]
    CaFile { path: String, reason: String },
    #[error("{url}: {reason}")]
    Unreachable { url: String, reason: String },
    #[error("{url} answered {status}: {text}")]
    Status { url: String, status: u16, text: String },
    #[error("{url} answered with something else than expected: {reason}")]
    Malformed { url: String, reason: String },
    #[error("it calls itself {0}")]
    OtherIssuer(String),
}

/// What the provider publishes of itself (OpenID Connect Discovery 1.0, 3).
#[derive(Clone, Debug, Deserialize)]
pub struct Provider {
    pub issuer: String,
    pub authorization_endpoint: Url,
    pub token_endpoint: Url,
    pub jwks_uri: Url,
    pub userinfo_endpoint: Option<Url>,
    #[serde(default)]
    pub token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    pub id_token_signing_alg_values_supported: Vec<String>,
}

/// A key with which tokens are signed (RFC 7517).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Key {
    pub kty: String,
    pub kid: Option<String>,
    #[serde(rename = "use")]
    pub purpose: Option<String>,
    pub alg: Option<String>,
    pub crv: Option<String>,
    pub n: Option<String>,
    pub e: Option<String>,
    pub x: Option<String>,
    pub y: Option<String>,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Json>,
}

/// What a code was worth. Has no `Debug`: it holds secrets.
#[derive(Deserialize)]
pub struct Tokens {
    pub id_token: String,
    pub access_token: Option<String>,
}

/// A code from the provider, and the proof that it was asked for here.
#[derive(Clone, Copy)]
pub struct Code<'a> {
    pub code: &'a str,
    pub redirect_uri: &'a str,
    pub verifier: &'a str,
}

/// A client for one conversation.
pub struct Conversation {
    http: Client,
    web: Web,
}

impl Conversation {
    pub fn new(config: &Oidc) -> Result<Self, Problem> {
        let issuer = issuer(config)?;
        let web = Web::new(&[issuer.host_str().unwrap_or_default().to_owned()]);
        super::choose_cryptography();
        let mut builder = Client::builder()
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .http1_only()
            .timeout(config.timeout)
            .dns_resolver(web.resolver());
        if let Some(file) = &config.ca_file {
            builder = builder.tls_certs_only(certificates(file)?);
        }
        let unusable =
            |error: reqwest::Error| Problem::Unreachable { url: issuer.to_string(), reason: error.to_string() };
        Ok(Self { http: builder.build().map_err(unusable)?, web })
    }

    /// Asks the provider what it is. It has to call itself what the settings call it.
    pub async fn discover(&self, config: &Oidc) -> Result<Provider, Problem> {
        let base = config.issuer.trim_end_matches('/');
        let url = Url::parse(&format!("{base}/.well-known/openid-configuration"));
        let url = url.map_err(|_| Problem::Issuer(config.issuer.clone()))?;
        let provider: Provider = self.ask(&url, self.http.get(url.clone())).await?;
        if provider.issuer != config.issuer && provider.issuer.trim_end_matches('/') != base {
            return Err(Problem::OtherIssuer(provider.issuer));
        }
        Ok(provider)
    }

    /// The keys that are understood; others are left out.
    pub async fn keys(&self, provider: &Provider) -> Result<Vec<Key>, Problem> {
        let keys: Keys = self.ask(&provider.jwks_uri, self.http.get(provider.jwks_uri.clone())).await?;
        Ok(keys.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect())
    }

    pub async fn redeem(&self, provider: &Provider, config: &Oidc, code: Code<'_>) -> Result<Tokens, Problem> {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code.code),
            ("redirect_uri", code.redirect_uri),
            ("code_verifier", code.verifier),
        ];
        let methods = &provider.token_endpoint_auth_methods_supported;
        let is_basic = methods.is_empty() || methods.iter().any(|method| method == "client_secret_basic");
        let request = self.http.post(provider.token_endpoint.clone());
        let request = if !config.client_secret.is_empty() && is_basic {
            // RFC 6749 2.3.1: both are encoded as in forms first.
            let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            request.basic_auth(encoded(&config.client_id), Some(encoded(&config.client_secret)))
        } else {
            form.push(("client_id", &config.client_id));
            if !config.client_secret.is_empty() {
                form.push(("client_secret", &config.client_secret));
            }
            request
        };
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        self.ask(&provider.token_endpoint, request).await
    }

    /// What the provider says of a person beyond the token.
    pub async fn userinfo(&self, url: &Url, access_token: &str) -> Result<Map<String, Json>, Problem> {
        self.ask(url, self.http.get(url.clone()).bearer_auth(access_token)).await
    }

    async fn ask<T: DeserializeOwned>(&self, url: &Url, request: RequestBuilder) -> Result<T, Problem> {
        let unreachable = |reason: String| Problem::Unreachable { url: url.to_string(), reason };
        self.web.check(url).map_err(|error| unreachable(error.to_string()))?;
        let sent = request.header("accept", "application/json").send().await;
        let mut response = sent.map_err(|error| unreachable(web::failed(&error).to_string()))?;
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| unreachable(web::failed(&error).to_string()))? {
            body.extend_from_slice(&piece);
            if body.len() > MAX_BYTES {
                return Err(unreachable(format!("more than {} KiB", MAX_BYTES >> 10)));
            }
        }
        let status = response.status().as_u16();
        if status != 200 {
            return Err(Problem::Status { url: url.to_string(), status, text: reason(&body) });
        }
        serde_json::from_slice(&body)
            .map_err(|error| Problem::Malformed { url: url.to_string(), reason: error.to_string() })
    }
}

/// Plain HTTP is for this machine only: what signs people in is not sent in the clear.
fn issuer(config: &Oidc) -> Result<Url, Problem> {
    let wrong = || Problem::Issuer(config.issuer.clone());
    let url = Url::parse(&config.issuer).map_err(|_| wrong())?;
    let is_local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let is_good = (url.scheme() == "https" || (url.scheme() == "http" && is_local))
        && url.host_str().is_some()
        && url.query().is_none()
        && url.fragment().is_none();
    if is_good { Ok(url) } else { Err(wrong()) }
}

fn certificates(file: &Path) -> Result<Vec<Certificate>, Problem> {
    let problem = |reason: String| Problem::CaFile { path: file.display().to_string(), reason };
    let pem = std::fs::read(file).map_err(|error| problem(error.to_string()))?;
    Certificate::from_pem_bundle(&pem).map_err(|error| problem(error.to_string()))
}

/// OAuth's `error` and its description, bounded; nothing else of an answer, which might hold secrets.
fn reason(body: &[u8]) -> String {
    let json: Json = serde_json::from_slice(body).unwrap_or_default();
    let texts = ["error", "error_description"].iter().filter_map(|name| json.get(*name)?.as_str());
    let text = texts.collect::<Vec<_>>().join(": ");
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}
