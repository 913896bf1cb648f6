//! What somebody may prove with that it is them, as forms ask for it and bring it.

use crate::app::App;
use crate::services::directory;
use crate::services::sign_in::Proof;
use crate::services::two_factor::security_keys;
use crate::store::users::User;
use crate::volatile::Kept;
use crate::web::error::Result;
use crate::web::pages::posted::Posted;

const PASSWORD: &str = "proof_password";
const CODE: &str = "proof_code";
const KEY: &str = "proof_key";
/// The fields of a proof.
pub const FIELDS: [&str; 3] = [PASSWORD, CODE, KEY];

/// What a form asks for.
pub struct Asked {
    pub password: bool,
    pub code: bool,
    /// The challenge for security keys, as JSON for the browser.
    pub key: Option<String>,
}

impl Asked {
    /// The second factor. The challenge is kept under the id of the session or pending sign-in.
    pub async fn second_factor(app: &App, user: &User, id: &str) -> Result<Self> {
        let challenge = security_keys::begin_authentication(app, user).await?;
        if let Some(challenge) = &challenge {
            app.redis.keep(Kept::KeyChallenge, id, &challenge.state).await?;
        }
        Ok(Self { password: false, code: user.has_two_factor, key: challenge.map(|challenge| challenge.options) })
    }

    /// The password, or the second factor.
    pub async fn any(app: &App, user: &User, id: &str) -> Result<Self> {
        let password = user.password_hash.is_some() || directory::checks_password_of(app, user);
        Ok(Self { password, ..Self::second_factor(app, user, id).await? })
    }
}

/// What came with a form. A challenge counts once.
pub async fn proof_of(app: &App, posted: &Posted, id: &str) -> Result<Option<Proof>> {
    let field = |name| Some(posted.raw(name)).filter(|text| !text.is_empty()).map(str::to_owned);
    if let Some(answer) = field(KEY) {
        let state = app.redis.take_kept(Kept::KeyChallenge, id).await?.unwrap_or_default();
        return Ok(Some(Proof::Key { state, answer }));
    }
    Ok(field(PASSWORD).map(Proof::Password).or_else(|| field(CODE).map(Proof::Code)))
}
