//! What is kept for a browser until its next step: a challenge, a secret to be confirmed, a text that is shown once.

use redis::{AsyncCommands, RedisResult};

use super::Volatile;

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The text of a new API token.
    NewToken,
    /// The text of a new key of an organization.
    ApiKey,
    /// New recovery codes.
    RecoveryCodes,
    /// Links of invitations, and one-time passwords: lines of an address and a secret.
    MemberSecrets,
    /// The path by which somebody sets a password.
    PasswordLink,
    /// The secret of one-time codes, until a code proves that the app has it.
    TotpSecret,
    /// Name and challenge of a security key that is being registered.
    KeyRegistration,
    /// The challenge for a security key.
    KeyChallenge,
}

impl Kept {
    fn name(self) -> &'static str {
        match self {
            Self::NewToken => "new-token",
            Self::ApiKey => "api-key",
            Self::RecoveryCodes => "recovery-codes",
            Self::MemberSecrets => "member-secrets",
            Self::PasswordLink => "password-link",
            Self::TotpSecret => "totp-secret",
            Self::KeyRegistration => "key-registration",
            Self::KeyChallenge => "key-challenge",
        }
    }
}

impl Volatile {
    /// Keeps something for a session, or a sign-in that is pending, for ten minutes.
    pub async fn keep(&self, kept: Kept, id: &str, text: &str) -> RedisResult<()> {
        self.connection.clone().set_ex(self.kept(kept.name(), id), text, 600).await
    }

    pub async fn kept_text(&self, kept: Kept, id: &str) -> RedisResult<Option<String>> {
        self.connection.clone().get(self.kept(kept.name(), id)).await
    }

    /// Gives it out once.
    pub async fn take_kept(&self, kept: Kept, id: &str) -> RedisResult<Option<String>> {
        self.connection.clone().get_del(self.kept(kept.name(), id)).await
    }
}
