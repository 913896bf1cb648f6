//! A person as others see them, and as they see themselves.

use md5::{Digest, Md5};
use serde::Serialize;

use crate::app::App;
use crate::services::two_factor::TOTP;
use crate::store::authenticators::{self, Authenticator};
use crate::store::user_emails;
use crate::store::users::User;
use crate::types::hex;
use crate::types::language::Language;
use crate::web::api::date::Date;
use crate::web::error::Result;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the published shape")]
pub struct UserView {
    id: String,
    name: String,
    username: String,
    email: String,
    avatar_url: String,
    is_active: bool,
    has_password_auth: bool,
    is_managed: bool,
    date_joined: Date,
    last_login: Option<Date>,
    last_active: Option<Date>,
    has2fa: bool,
    is_superuser: bool,
    avatar: AvatarView,
    emails: Vec<EmailView>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AvatarView {
    avatar_type: &'static str,
    avatar_uuid: Option<String>,
}

#[derive(Serialize)]
struct EmailView {
    id: String,
    email: String,
    is_verified: bool,
}

/// A second factor.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticatorView {
    id: String,
    /// `totp`, or `u2f` as clients know security keys.
    r#type: &'static str,
    name: String,
    date_created: Date,
    date_used: Option<Date>,
}

impl AuthenticatorView {
    pub fn of(factor: &Authenticator) -> Self {
        Self {
            id: factor.id.to_string(),
            r#type: if factor.kind == TOTP { "totp" } else { "u2f" },
            name: factor.name.clone(),
            date_created: factor.created_at.into(),
            date_used: factor.last_used_at.map(Date),
        }
    }
}

/// One's own account.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnUserView {
    #[serde(flatten)]
    user: UserView,
    identities: [(); 0],
    options: OptionsView,
    flags: FlagsView,
    permissions: [(); 0],
    authenticators: Vec<AuthenticatorView>,
    can_reset2fa: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OptionsView {
    language: &'static str,
    /// 1: oldest call first, 2: newest first.
    stacktrace_order: u8,
    timezone: String,
    clock24_hours: bool,
}

#[derive(Serialize)]
struct FlagsView {
    newsletter_consent_prompt: bool,
}

impl AvatarView {
    /// The first letters of a name: the only avatar there is.
    pub const LETTERS: Self = Self { avatar_type: "letter_avatar", avatar_uuid: None };
}

impl UserView {
    pub fn of(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            name: user.display_name().to_owned(),
            username: user.username.clone(),
            email: user.email.clone(),
            avatar_url: avatar_url(&user.email),
            is_active: user.is_active,
            has_password_auth: user.password_hash.is_some(),
            is_managed: user.is_managed,
            date_joined: user.created_at.into(),
            last_login: user.last_login_at.map(Date),
            last_active: user.last_active_at.map(Date),
            has2fa: user.has_two_factor,
            is_superuser: user.is_superuser,
            avatar: AvatarView::LETTERS,
            emails: vec![EmailView { id: user.id.to_string(), email: user.email.clone(), is_verified: true }],
        }
    }
}

impl OwnUserView {
    pub async fn load(app: &App, user: &User) -> Result<Self> {
        let factors = authenticators::list(&app.db, user.id).await?;
        let emails = user_emails::list(&app.db, user.id).await?.into_iter().map(|email| EmailView {
            id: email.id.to_string(),
            email: email.email,
            is_verified: email.is_verified,
        });
        let view = Self::of(user, factors.iter().map(AuthenticatorView::of).collect());
        Ok(Self { user: UserView { emails: emails.collect(), ..view.user }, ..view })
    }

    fn of(user: &User, authenticators: Vec<AuthenticatorView>) -> Self {
        let language = user.language.as_deref().and_then(Language::parse).unwrap_or_default();
        Self {
            user: UserView::of(user),
            identities: [],
            options: OptionsView {
                language: language.tag(),
                stacktrace_order: if user.stack_newest_first { 2 } else { 1 },
                timezone: user.time_zone.clone().unwrap_or_else(|| "UTC".to_owned()),
                clock24_hours: user.clock_24_hours,
            },
            flags: FlagsView { newsletter_consent_prompt: false },
            permissions: [],
            can_reset2fa: !authenticators.is_empty(),
            authenticators,
        }
    }
}

/// Where clients of the API expect a picture; Picket itself never asks for it.
fn avatar_url(email: &str) -> String {
    let hash = hex::encode(&Md5::digest(email.trim().to_lowercase().as_bytes()));
    format!("https://secure.gravatar.com/avatar/{hash}?s=32&d=mm")
}
