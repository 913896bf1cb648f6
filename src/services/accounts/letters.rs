//! Letters about accounts: links that open something, and notices of what was changed, in case it was somebody else.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::app::App;
use crate::messages::Messages;
use crate::services::audit::Doer;
use crate::services::mail::{self, Button, Letter};
use crate::store::users::User;
use crate::types::language::Language;

/// What a person is told of, since they may not have done it.
#[derive(Clone, Copy, Debug)]
pub enum Notice<'a> {
    PasswordChanged,
    FactorAdded(&'a str),
    FactorRemoved(&'a str),
    CodesRenewed,
    TokenCreated(&'a str),
    EmailAdded(&'a str),
    PrimaryEmailChanged(&'a str),
    AccountClosed {
        until: DateTime<Utc>,
    },
    /// By the browser of this name.
    SignedIn(&'a str),
}

impl Notice<'_> {
    fn kind(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password-changed",
            Self::FactorAdded(_) => "two-factor-added",
            Self::FactorRemoved(_) => "two-factor-removed",
            Self::CodesRenewed => "recovery-codes-renewed",
            Self::TokenCreated(_) => "token-created",
            Self::EmailAdded(_) => "email-added",
            Self::PrimaryEmailChanged(_) => "primary-email-changed",
            Self::AccountClosed { .. } => "account-closed",
            Self::SignedIn(_) => "new-sign-in",
        }
    }

    fn subject(self, t: Messages) -> &'static str {
        match self {
            Self::PasswordChanged => t.letters_password_changed(),
            Self::FactorAdded(_) => t.letters_factor_added(),
            Self::FactorRemoved(_) => t.letters_factor_removed(),
            Self::CodesRenewed => t.letters_codes_renewed(),
            Self::TokenCreated(_) => t.letters_token_created(),
            Self::EmailAdded(_) => t.letters_email_added(),
            Self::PrimaryEmailChanged(_) => t.letters_primary_email(),
            Self::AccountClosed { .. } => t.letters_account_closed(),
            Self::SignedIn(_) => t.letters_signed_in(),
        }
    }

    fn text(self, t: Messages, username: &str) -> String {
        match self {
            Self::PasswordChanged => t.letters_password_changed_text(username),
            Self::FactorAdded(name) => t.letters_factor_added_text(name, username),
            Self::FactorRemoved(name) => t.letters_factor_removed_text(name, username),
            Self::CodesRenewed => t.letters_codes_renewed_text(username),
            Self::TokenCreated(name) => t.letters_token_created_text(name, username),
            Self::EmailAdded(email) => t.letters_email_added_text(email, username),
            Self::PrimaryEmailChanged(email) => t.letters_primary_email_text(email, username),
            Self::AccountClosed { until } => t.letters_account_closed_text(username, t.stamp(until)),
            Self::SignedIn(browser) => t.letters_signed_in_text(browser, username),
        }
    }
}

/// Tells the account's owner what was done, at the address they had before it.
pub async fn notify(
    db: &mut PgConnection,
    app: &App,
    user: &User,
    by: &Doer,
    notice: Notice<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    if user.email.is_empty() {
        return Ok(());
    }
    let t = texts_of(user);
    let place = by.ip.map_or_else(|| by.label.clone(), |ip| ip.to_string());
    let time = t.stamp(now);
    let letter = Letter {
        kind: notice.kind().to_owned(),
        subject: notice.subject(t).to_owned(),
        paragraphs: vec![
            notice.text(t, &user.username),
            t.letters_when_and_where(&place, &time),
            t.letters_not_you().to_owned(),
        ],
        button: Some(button(t.letters_look(), "/settings/account/security/")),
        reason: t.letters_own_account(&user.username),
    };
    mail::send(db, app, t.language, &user.email, &letter, now).await
}

/// A link to set a password with, for somebody who forgot theirs or never had one.
pub async fn password_link(
    db: &mut PgConnection,
    app: &App,
    user: &User,
    path: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let t = texts_of(user);
    let has_password = user.password_hash.is_some();
    let (kind, subject, text) = if has_password {
        ("recover", t.letters_recover(), t.letters_recover_text(&user.username))
    } else {
        ("set-password", t.letters_set_password(), t.letters_set_password_text(&user.username))
    };
    let letter = Letter {
        kind: kind.to_owned(),
        subject: subject.to_owned(),
        paragraphs: vec![text, t.letters_two_days().to_owned(), t.letters_ignore().to_owned()],
        button: Some(button(t.letters_choose_password(), path)),
        reason: t.letters_asked_recover().to_owned(),
    };
    mail::send(db, app, t.language, &user.email, &letter, now).await
}

/// A link that proves that an address is its reader's.
pub async fn confirm_address(
    db: &mut PgConnection,
    app: &App,
    user: &User,
    email: &str,
    path: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let t = texts_of(user);
    let letter = Letter {
        kind: "confirm-address".to_owned(),
        subject: t.letters_confirm().to_owned(),
        paragraphs: vec![
            t.letters_confirm_text(email, &user.username),
            t.letters_two_days().to_owned(),
            t.letters_ignore().to_owned(),
        ],
        button: Some(button(t.letters_confirm_button(), path)),
        reason: t.letters_typed_address().to_owned(),
    };
    mail::send(db, app, t.language, email, &letter, now).await
}

fn button(label: &str, path: &str) -> Button {
    Button { label: label.to_owned(), path: path.to_owned() }
}

fn texts_of(user: &User) -> Messages {
    let language = user.language.as_deref().and_then(Language::parse).unwrap_or_default();
    Messages { language, clock: user.clock().unwrap_or_default() }
}
