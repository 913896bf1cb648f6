//! Security keys and passkeys (WebAuthn): a challenge of ours, signed by a device that asks for a touch.

use webauthn_rs::prelude::{
    CreationChallengeResponse, PublicKeyCredential, RegisterPublicKeyCredential, RequestChallengeResponse, SecurityKey,
    SecurityKeyAuthentication, SecurityKeyRegistration, Url, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

use super::Error;
use crate::app::App;
use crate::store::authenticators::{self, Authenticator};
use crate::store::users::User;

/// As rows call them.
pub const KIND: &str = "security_key";

/// A challenge for the browser, and what is kept of it until the answer, both as JSON.
pub struct Challenge {
    pub options: String,
    pub state: String,
}

/// Whether browsers give out keys for our public URL: it has to have a name, and to be secure or on this machine.
pub fn is_possible(app: &App) -> bool {
    let Ok(url) = Url::parse(&app.config.system.url_prefix) else { return false };
    url.domain().is_some_and(|name| url.scheme() == "https" || name == "localhost")
}

/// Begins to register a key.
pub async fn begin_registration(app: &App, user: &User) -> Result<Challenge, Error> {
    let known = keys(&authenticators::list(&app.db, user.id).await?);
    let known: Vec<_> = known.into_iter().map(|(_, key)| key.cred_id().clone()).collect();
    let id = Uuid::from_u64_pair(0x7069_636b_6574, user.id.0.cast_unsigned());
    let (options, state): (CreationChallengeResponse, SecurityKeyRegistration) = server(app)?
        .start_securitykey_registration(id, &user.username, user.display_name(), Some(known), None, None)
        .map_err(|error| refused(&error))?;
    Ok(Challenge { options: json(&options)?, state: json(&state)? })
}

/// The key that answered, and its JSON.
pub fn finish_registration(app: &App, state: &str, answer: &str) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let state: SecurityKeyRegistration = serde_json::from_str(state).map_err(|_| Error::NoEnrolment)?;
    let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).map_err(|_| Error::WrongCode)?;
    let key = server(app)?.finish_securitykey_registration(&answer, &state).map_err(|error| refused(&error))?;
    let id: &[u8] = key.cred_id().as_ref();
    Ok((id.to_vec(), json(&key)?.into_bytes()))
}

/// Asks for one of the person's keys; `None`: they have none.
pub async fn begin_authentication(app: &App, user: &User) -> Result<Option<Challenge>, Error> {
    if !is_possible(app) {
        return Ok(None);
    }
    let own: Vec<SecurityKey> =
        keys(&authenticators::list(&app.db, user.id).await?).into_iter().map(|(_, key)| key).collect();
    if own.is_empty() {
        return Ok(None);
    }
    let (options, state): (RequestChallengeResponse, SecurityKeyAuthentication) =
        server(app)?.start_securitykey_authentication(&own).map_err(|error| refused(&error))?;
    Ok(Some(Challenge { options: json(&options)?, state: json(&state)? }))
}

/// Whether the answer is that of one of the person's keys to this challenge; notes its use.
pub async fn finish_authentication(app: &App, user: &User, state: &str, answer: &str) -> Result<bool, Error> {
    let Ok(state) = serde_json::from_str::<SecurityKeyAuthentication>(state) else { return Ok(false) };
    let Ok(answer) = serde_json::from_str::<PublicKeyCredential>(answer) else { return Ok(false) };
    let Ok(result) = server(app)?.finish_securitykey_authentication(&answer, &state) else { return Ok(false) };
    for (id, mut key) in keys(&authenticators::list(&app.db, user.id).await?) {
        if key.cred_id() == result.cred_id() {
            // The counter goes up with every use: a copied key falls behind.
            key.update_credential(&result);
            authenticators::update_used(&app.db, id, json(&key)?.as_bytes(), app.clock.now()).await?;
            return Ok(true);
        }
    }
    Ok(false)
}

fn keys(all: &[Authenticator]) -> Vec<(crate::types::ids::AuthenticatorId, SecurityKey)> {
    let keys = all.iter().filter(|factor| factor.kind == KIND);
    keys.filter_map(|factor| Some((factor.id, serde_json::from_slice(&factor.data).ok()?))).collect()
}

fn server(app: &App) -> Result<Webauthn, Error> {
    let url = Url::parse(&app.config.system.url_prefix).map_err(|_| Error::NoKeys)?;
    let name = url.domain().ok_or(Error::NoKeys)?;
    let builder = WebauthnBuilder::new(name, &url).map_err(|error| refused(&error))?;
    // A touch is enough after a password: many keys know no PIN.
    let builder = builder.danger_set_user_presence_only_security_keys(true);
    builder.rp_name(&app.config.system.site_name).build().map_err(|error| refused(&error))
}

fn refused(error: &WebauthnError) -> Error {
    tracing::debug!(%error, "a security key was refused");
    Error::WrongCode
}

fn json(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Key(error.to_string()))
}
