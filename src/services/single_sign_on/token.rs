//! Whether an ID token is the provider's, for us, for this sign-in, and fresh (OpenID Connect Core 3.1.3.7).
//!
//! Only three ways to sign are taken, each with keys of its own kind: a token never chooses how it is checked.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use ring::signature::UnparsedPublicKey;
use ring::signature::{ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::outbound::oidc::Key;

/// Clocks may differ by so many seconds.
const LEEWAY: i64 = 60;
/// Oldest token that is taken, in seconds.
const MAX_AGE: i64 = 600;
const MAX_BYTES: usize = 64 << 10;
/// Longest name of somebody with the provider (Core 2).
const MAX_SUBJECT: usize = 255;

pub type Claims = Map<String, Json>;

/// What a token has to be.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub now: DateTime<Utc>,
}

/// What is wrong with a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    #[error("it is no signed token")]
    Form,
    #[error("it is signed by {0}, and only RS256, ES256 and EdDSA are taken")]
    Algorithm(String),
    #[error("the provider publishes no key for it")]
    NoKey,
    #[error("its signature is wrong")]
    Signature,
    #[error("its issuer is another")]
    Issuer,
    #[error("it is for another client")]
    Audience,
    #[error("it has expired: compare the clocks")]
    Expired,
    #[error("it was issued long ago or in the future: compare the clocks")]
    Issued,
    #[error("it belongs to another sign-in")]
    Nonce,
    #[error("it names nobody")]
    Subject,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that have to be understood: none is.
    crit: Option<Json>,
}

/// The claims of a token that is all it should be.
pub fn verify(token: &str, keys: &[Key], expected: &Expected<'_>) -> Result<Claims, Flaw> {
    let mut parts = token.split('.');
    let (Some(header), Some(body), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Flaw::Form);
    };
    if token.len() > MAX_BYTES {
        return Err(Flaw::Form);
    }
    let head: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| Flaw::Form)?;
    if head.crit.is_some() {
        return Err(Flaw::Form);
    }
    let signed = &token[..header.len() + 1 + body.len()];
    check_signature(&head, keys, signed.as_bytes(), &decoded(signature)?)?;
    let claims: Claims = serde_json::from_slice(&decoded(body)?).map_err(|_| Flaw::Form)?;
    check_claims(&claims, expected)?;
    Ok(claims)
}

fn decoded(part: &str) -> Result<Vec<u8>, Flaw> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Flaw::Form)
}

/// With the key that the token names, or with each that fits where it names none.
fn check_signature(head: &Header, keys: &[Key], signed: &[u8], signature: &[u8]) -> Result<(), Flaw> {
    let kind = match head.alg.as_str() {
        "RS256" => "RSA",
        "ES256" => "EC",
        "EdDSA" => "OKP",
        other => return Err(Flaw::Algorithm(other.chars().take(20).collect())),
    };
    let fits = |key: &&Key| {
        key.kty == kind
            && key.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
            && key.alg.as_deref().is_none_or(|alg| alg == head.alg)
            && (head.kid.is_none() || key.kid == head.kid)
    };
    let fitting: Vec<&Key> = keys.iter().filter(fits).collect();
    if fitting.is_empty() {
        return Err(Flaw::NoKey);
    }
    let is_right = fitting.iter().any(|key| is_signed_by(key, signed, signature).unwrap_or(false));
    if is_right { Ok(()) } else { Err(Flaw::Signature) }
}

fn is_signed_by(key: &Key, signed: &[u8], signature: &[u8]) -> Option<bool> {
    let part = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_deref()?).ok();
    let verified = match (key.kty.as_str(), key.crv.as_deref()) {
        ("RSA", _) => RsaPublicKeyComponents { n: part(&key.n)?, e: part(&key.e)? }.verify(
            &RSA_PKCS1_2048_8192_SHA256,
            signed,
            signature,
        ),
        ("EC", Some("P-256")) => {
            let point = [vec![4], part(&key.x)?, part(&key.y)?].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature)
        }
        ("OKP", Some("Ed25519")) => UnparsedPublicKey::new(&ED25519, part(&key.x)?).verify(signed, signature),
        _ => return None,
    };
    Some(verified.is_ok())
}

fn check_claims(claims: &Claims, expected: &Expected<'_>) -> Result<(), Flaw> {
    let text = |name: &str| claims.get(name).and_then(Json::as_str);
    let time = |name: &str| claims.get(name).and_then(Json::as_f64);
    #[expect(clippy::cast_precision_loss, reason = "seconds have room in a float")]
    let (now, leeway, age) = (expected.now.timestamp() as f64, LEEWAY as f64, MAX_AGE as f64);
    let demand = |holds: bool, flaw: Flaw| if holds { Ok(()) } else { Err(flaw) };
    demand(text("iss") == Some(expected.issuer), Flaw::Issuer)?;
    demand(is_for(claims, expected.client_id), Flaw::Audience)?;
    demand(time("exp").is_some_and(|at| at + leeway > now), Flaw::Expired)?;
    demand(time("nbf").is_none_or(|at| at - leeway <= now), Flaw::Issued)?;
    demand(time("iat").is_some_and(|at| at - leeway <= now && at + age + leeway > now), Flaw::Issued)?;
    demand(text("nonce") == Some(expected.nonce), Flaw::Nonce)?;
    demand(text("sub").is_some_and(|sub| (1..=MAX_SUBJECT).contains(&sub.len()) && !sub.contains('\0')), Flaw::Subject)
}

/// Whether a token is meant for us: among others only if we are who asked for it.
fn is_for(claims: &Claims, client_id: &str) -> bool {
    let audience: Vec<&str> = match claims.get("aud") {
        Some(Json::String(one)) => vec![one],
        Some(Json::Array(all)) => all.iter().filter_map(Json::as_str).collect(),
        _ => vec![],
    };
    let party = claims.get("azp");
    let is_asker = party.is_none_or(|party| party == client_id) && (audience.len() < 2 || party.is_some());
    audience.contains(&client_id) && is_asker
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use chrono::DateTime;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
    use serde_json::{Value as Json, json};

    use super::{Expected, Flaw, verify};
    use crate::outbound::oidc::Key;

    const NOW: i64 = 1_800_000_000;

    fn expected() -> Expected<'static> {
        let now = DateTime::from_timestamp(NOW, 0).unwrap();
        Expected { issuer: "https://id.example", client_id: "picket", nonce: "n", now }
    }

    fn claims() -> Json {
        json!({"iss": "https://id.example", "aud": "picket", "exp": NOW + 300, "iat": NOW, "nonce": "n", "sub": "1"})
    }

    fn unsigned(header: &Json, claims: &Json) -> String {
        let part = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
        format!("{}.{}", part(header), part(claims))
    }

    fn ed25519() -> (Ed25519KeyPair, Key) {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let x = Some(URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()));
        let key = Key { kty: "OKP".into(), crv: Some("Ed25519".into()), kid: Some("a".into()), x, ..Key::default() };
        (pair, key)
    }

    fn signed(claims: &Json) -> String {
        let text = unsigned(&json!({"alg": "EdDSA", "kid": "a"}), claims);
        let signature = ed25519().0.sign(text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    #[test]
    fn a_good_token_is_taken() {
        let claims = verify(&signed(&claims()), &[ed25519().1], &expected()).unwrap();
        assert_eq!(claims["sub"], "1");
    }

    #[test]
    fn es256_is_taken() {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
        let point = pair.public_key().as_ref();
        let part = |bytes: &[u8]| Some(URL_SAFE_NO_PAD.encode(bytes));
        let (x, y) = (part(&point[1..33]), part(&point[33..]));
        let key = Key { kty: "EC".into(), crv: Some("P-256".into()), x, y, ..Key::default() };
        let text = unsigned(&json!({"alg": "ES256"}), &claims());
        let signature = pair.sign(&random, text.as_bytes()).unwrap();
        let token = format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()));
        assert!(verify(&token, &[key], &expected()).is_ok());
    }

    #[test]
    fn every_flaw_is_found() {
        let change = |name: &str, value: Json| {
            let mut claims = claims();
            claims[name] = value;
            signed(&claims)
        };
        for (token, flaw) in [
            (change("iss", json!("https://evil.example")), Flaw::Issuer),
            (change("iss", json!("https://id.example/")), Flaw::Issuer),
            (change("aud", json!("other")), Flaw::Audience),
            (change("aud", json!(["other", "picket"])), Flaw::Audience),
            (change("aud", json!([])), Flaw::Audience),
            (change("azp", json!("other")), Flaw::Audience),
            (change("exp", json!(NOW - 61)), Flaw::Expired),
            (change("exp", Json::Null), Flaw::Expired),
            (change("iat", json!(NOW + 61)), Flaw::Issued),
            (change("iat", json!(NOW - 661)), Flaw::Issued),
            (change("iat", json!("now")), Flaw::Issued),
            (change("nbf", json!(NOW + 61)), Flaw::Issued),
            (change("nonce", json!("m")), Flaw::Nonce),
            (change("nonce", Json::Null), Flaw::Nonce),
            (change("sub", json!("")), Flaw::Subject),
            (change("sub", json!(5)), Flaw::Subject),
            (change("sub", json!("x".repeat(256))), Flaw::Subject),
        ] {
            assert_eq!(verify(&token, &[ed25519().1], &expected()).unwrap_err(), flaw, "{token}");
        }
        let both = {
            let mut c = claims();
            c["aud"] = json!(["x", "picket"]);
            c["azp"] = json!("picket");
            signed(&c)
        };
        assert!(verify(&both, &[ed25519().1], &expected()).is_ok());
    }

    #[test]
    fn a_token_does_not_choose_how_it_is_checked() {
        let (_, key) = ed25519();
        let with = |header: Json, signature: &str| format!("{}.{signature}", unsigned(&header, &claims()));
        let good = signed(&claims());
        let tampered = good.replacen('.', ".e30", 1);
        let other = Key { kid: Some("b".into()), ..key.clone() };
        for (token, flaw) in [
            (with(json!({"alg": "none"}), ""), Flaw::Algorithm("none".into())),
            (with(json!({"alg": "HS256", "kid": "a"}), "AAAA"), Flaw::Algorithm("HS256".into())),
            (with(json!({"alg": "RS256", "kid": "a"}), "AAAA"), Flaw::NoKey),
            (with(json!({"alg": "EdDSA", "kid": "a"}), "AAAA"), Flaw::Signature),
            (with(json!({"alg": "EdDSA", "kid": "a", "crit": ["x"]}), "AAAA"), Flaw::Form),
            (with(json!({"alg": "EdDSA", "kid": "z"}), "AAAA"), Flaw::NoKey),
            (tampered, Flaw::Signature),
            ("a.b".into(), Flaw::Form),
            ("a.b.c.d".into(), Flaw::Form),
            ("...".into(), Flaw::Form),
            (format!("{good}."), Flaw::Form),
        ] {
            assert_eq!(verify(&token, std::slice::from_ref(&key), &expected()).unwrap_err(), flaw, "{token}");
        }
        assert_eq!(verify(&good, &[other], &expected()).unwrap_err(), Flaw::NoKey);
        let encrypting = Key { purpose: Some("enc".into()), ..key };
        assert_eq!(verify(&good, &[encrypting], &expected()).unwrap_err(), Flaw::NoKey);
    }
}
