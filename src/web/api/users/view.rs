//! A person as others see them, and as they see themselves.

use md5::{Digest, Md5};
use serde::Serialize;

use crate::store::users::User;
use crate::types::hex;
use crate::types::language::Language;
use crate::web::api::date::Date;

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
    authenticators: [(); 0],
    can_reset2fa: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OptionsView {
    language: &'static str,
    /// 1: oldest call first, 2: newest first.
    stacktrace_order: u8,
    timezone: &'static str,
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
            is_managed: false,
            date_joined: user.created_at.into(),
            last_login: user.last_login_at.map(Date),
            last_active: user.last_login_at.map(Date),
            has2fa: false,
            is_superuser: user.is_superuser,
            avatar: AvatarView::LETTERS,
            emails: vec![EmailView { id: user.id.to_string(), email: user.email.clone(), is_verified: true }],
        }
    }
}

impl OwnUserView {
    pub fn of(user: &User) -> Self {
        let language = user.language.as_deref().and_then(Language::parse).unwrap_or_default();
        Self {
            user: UserView::of(user),
            identities: [],
            options: OptionsView {
                language: language.tag(),
                stacktrace_order: if user.stack_newest_first { 2 } else { 1 },
                timezone: "UTC",
                clock24_hours: true,
            },
            flags: FlagsView { newsletter_consent_prompt: false },
            permissions: [],
            authenticators: [],
            can_reset2fa: false,
        }
    }
}

/// Where clients of the API expect a picture; Picket itself never asks for it.
fn avatar_url(email: &str) -> String {
    let hash = hex::encode(&Md5::digest(email.trim().to_lowercase().as_bytes()));
    format!("https://secure.gravatar.com/avatar/{hash}?s=32&d=mm")
}
