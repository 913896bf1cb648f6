//! What services refuse, in the viewer's language, beside the field it is about.

use crate::messages::Messages;
use crate::services::accounts::emails::MAX_EMAILS;
use crate::services::accounts::{self, MAX_PASSWORD, MIN_PASSWORD};
use crate::services::{api_keys, keys, organizations, project_transfer, projects, teams};
use crate::types::organization_settings::OrganizationSettings;
use crate::web::error::{FieldErrors, Result};

/// An error that belongs to a field of a form, or one that belongs to nobody's input.
pub trait Refusal {
    fn field_errors(self, t: Messages) -> Result<FieldErrors>;
}

impl Refusal for accounts::Error {
    fn field_errors(self, t: Messages) -> Result<FieldErrors> {
        Ok(match self {
            Self::EmailTaken => FieldErrors::one("email", t.form_email_taken()),
            Self::InvalidEmail => FieldErrors::one("email", t.form_invalid_email()),
            Self::PasswordLength => FieldErrors::one("password", t.form_password_rule(MAX_PASSWORD, MIN_PASSWORD)),
            Self::EmailUnverified => FieldErrors::one("email", t.account_email_not_verified()),
            Self::EmailIsPrimary => FieldErrors::one("email", t.account_email_keep_primary()),
            Self::TooManyEmails => FieldErrors::one("email", t.account_emails_too_many(MAX_EMAILS)),
            Self::Managed => FieldErrors::one("current", t.account_managed()),
            Self::WrongPassword => FieldErrors::one("current", t.form_wrong_password()),
            other => return Err(other.into()),
        })
    }
}

impl Refusal for organizations::Error {
    fn field_errors(self, t: Messages) -> Result<FieldErrors> {
        Ok(match self {
            Self::Name => FieldErrors::one("name", t.form_name_length(organizations::MAX_NAME)),
            Self::SlugTaken => FieldErrors::one("slug", t.form_slug_taken()),
            Self::Fields(field) => FieldErrors::one(
                field,
                t.organization_field_limit(OrganizationSettings::MAX_FIELD, OrganizationSettings::MAX_FIELDS),
            ),
            Self::OwnTwoFactor => FieldErrors::one("require_2fa", t.organization_own_two_factor()),
            Self::IsDefault => FieldErrors::one("confirm", t.organization_is_default()),
            other @ (Self::RoleAbove | Self::Gone | Self::Database(_)) => return Err(other.into()),
        })
    }
}

impl Refusal for projects::Error {
    fn field_errors(self, t: Messages) -> Result<FieldErrors> {
        Ok(match self {
            Self::Name => FieldErrors::one("name", t.form_name_length(projects::MAX_NAME)),
            Self::SlugTaken => FieldErrors::one("slug", t.form_slug_taken()),
            Self::Platform => FieldErrors::one("platform", t.form_platform()),
            other @ (Self::Gone | Self::Database(_)) => return Err(other.into()),
        })
    }
}

impl Refusal for project_transfer::Error {
    fn field_errors(self, t: Messages) -> Result<FieldErrors> {
        Ok(match self {
            Self::Email => FieldErrors::one("email", t.form_invalid_email()),
            Self::Choice => FieldErrors::one("team", t.transfer_choose()),
            other => return Err(other.into()),
        })
    }
}

impl Refusal for teams::Error {
    fn field_errors(self, t: Messages) -> Result<FieldErrors> {
        Ok(match self {
            Self::Name => FieldErrors::one("name", t.form_name_length(teams::MAX_NAME)),
            Self::SlugTaken => FieldErrors::one("slug", t.form_slug_taken()),
            other @ Self::Database(_) => return Err(other.into()),
        })
    }
}

impl Refusal for api_keys::Error {
    fn field_errors(self, t: Messages) -> Result<FieldErrors> {
        Ok(match self {
            Self::Label => FieldErrors::one("label", t.form_name_length(api_keys::MAX_LABEL)),
            Self::NoScope => FieldErrors::one("scopes", t.apikeys_no_scope()),
            Self::ScopeAbove(scope) => FieldErrors::one("scopes", t.apikeys_scope_above(scope.as_str())),
            Self::Origins => {
                FieldErrors::one("allowed_origins", t.apikeys_origin_limit(api_keys::MAX_ORIGIN, api_keys::MAX_ORIGINS))
            }
            other @ Self::Database(_) => return Err(other.into()),
        })
    }
}

impl Refusal for keys::Error {
    fn field_errors(self, t: Messages) -> Result<FieldErrors> {
        Ok(match self {
            Self::Label => FieldErrors::one("label", t.form_name_length(keys::MAX_LABEL)),
            Self::RateLimit => FieldErrors::one("limit", t.form_rate_limit(keys::MAX_WINDOW)),
            other => return Err(other.into()),
        })
    }
}
