//! What services refuse, as field errors. Pages that want other words look at the error before `?` does.

use super::error::{Error, FieldErrors};
use crate::services::{
    accounts, api_keys, artifacts, blobs, debug_files, directory, issues, keys, members, notes, organizations,
    ownership, project_transfer, projects, releases, saved_searches, sign_in, teams, tokens, two_factor,
};

/// An error that belongs to one field of the form.
fn field(name: &'static str, error: &impl ToString) -> Error {
    Error::Invalid(FieldErrors::one(name, error.to_string()))
}

impl From<accounts::Error> for Error {
    fn from(error: accounts::Error) -> Self {
        match error {
            accounts::Error::EmailTaken
            | accounts::Error::InvalidEmail
            | accounts::Error::EmailUnverified
            | accounts::Error::EmailIsPrimary
            | accounts::Error::TooManyEmails => field("email", &error),
            accounts::Error::PasswordLength | accounts::Error::WrongPassword => field("password", &error),
            accounts::Error::Managed => Self::Forbidden(&[]),
            accounts::Error::LastOwner(_)
            | accounts::Error::LastSuperuser
            | accounts::Error::OwnAccount
            | accounts::Error::Disabled => Self::Conflict(error.to_string().into()),
            accounts::Error::Wait { seconds } => Self::TooManyRequests { retry_after: seconds },
            accounts::Error::Redis(error) => error.into(),
            accounts::Error::Database(error) => error.into(),
            accounts::Error::Hash(_) => Self::Internal(error.into()),
        }
    }
}

impl From<sign_in::Error> for Error {
    fn from(error: sign_in::Error) -> Self {
        match error {
            sign_in::Error::Wait { seconds } => Self::TooManyRequests { retry_after: seconds },
            sign_in::Error::Closed(_) => Self::Unauthorized,
            sign_in::Error::Directory(error) => error.into(),
            sign_in::Error::TwoFactor(error) => error.into(),
            sign_in::Error::Account(error) => error.into(),
            sign_in::Error::Redis(error) => error.into(),
            sign_in::Error::Database(error) => error.into(),
        }
    }
}

impl From<directory::Error> for Error {
    fn from(error: directory::Error) -> Self {
        match error {
            directory::Error::Unreachable => Self::Unavailable,
            directory::Error::NotAdmitted => Self::Forbidden(&[]),
            directory::Error::Database(error) => error.into(),
        }
    }
}

impl From<two_factor::Error> for Error {
    fn from(error: two_factor::Error) -> Self {
        match error {
            two_factor::Error::WrongCode | two_factor::Error::NoEnrolment => field("code", &error),
            two_factor::Error::Name => field("name", &error),
            two_factor::Error::Taken => Self::Conflict(error.to_string().into()),
            two_factor::Error::NoKeys => Self::bad_request(error.to_string()),
            two_factor::Error::Key(_) => Self::Internal(error.into()),
            two_factor::Error::Database(error) => error.into(),
        }
    }
}

impl From<ownership::Error> for Error {
    fn from(error: ownership::Error) -> Self {
        match error {
            ownership::Error::Rule(_) | ownership::Error::UnknownOwners(_) => field("raw", &error),
            ownership::Error::Database(error) => error.into(),
        }
    }
}

impl From<blobs::Error> for Error {
    fn from(error: blobs::Error) -> Self {
        match error {
            blobs::Error::Database(error) => error.into(),
            blobs::Error::Store(error) if error.kind() == std::io::ErrorKind::NotFound => Self::NotFound,
            blobs::Error::Store(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the file store does not work");
                Self::Unavailable
            }
        }
    }
}

impl From<debug_files::Error> for Error {
    fn from(error: debug_files::Error) -> Self {
        match error {
            debug_files::Error::Archive(artifacts::ArchiveError::Store(error)) => blobs::Error::from(error).into(),
            debug_files::Error::Archive(refused) => Self::bad_request(refused.to_string()),
            debug_files::Error::Content(error) => error.into(),
            debug_files::Error::Database(error) => error.into(),
        }
    }
}

impl From<artifacts::Error> for Error {
    fn from(error: artifacts::Error) -> Self {
        match error {
            artifacts::Error::Exists => Self::Conflict(error.to_string().into()),
            artifacts::Error::NoRelease => Self::NotFound,
            artifacts::Error::TooLarge(_) => Self::PayloadTooLarge(error.to_string().into()),
            artifacts::Error::Content(error) => error.into(),
            artifacts::Error::Database(error) => error.into(),
            refused => Self::bad_request(refused.to_string()),
        }
    }
}

impl From<organizations::Error> for Error {
    fn from(error: organizations::Error) -> Self {
        match error {
            organizations::Error::Name => field("name", &error),
            organizations::Error::SlugTaken => field("slug", &error),
            organizations::Error::Fields("safe_fields") => field("safeFields", &error),
            organizations::Error::Fields(_) => field("sensitiveFields", &error),
            organizations::Error::RoleAbove => field("defaultRole", &error),
            organizations::Error::OwnTwoFactor => field("require2FA", &error),
            organizations::Error::IsDefault => Self::bad_request(error.to_string()),
            organizations::Error::Gone => Self::NotFound,
            organizations::Error::Database(error) => error.into(),
        }
    }
}

impl From<projects::Error> for Error {
    fn from(error: projects::Error) -> Self {
        match error {
            projects::Error::Name => field("name", &error),
            projects::Error::SlugTaken => field("slug", &error),
            projects::Error::Platform => field("platform", &error),
            projects::Error::Gone => Self::NotFound,
            projects::Error::Database(error) => error.into(),
        }
    }
}

impl From<project_transfer::Error> for Error {
    fn from(error: project_transfer::Error) -> Self {
        match error {
            project_transfer::Error::Email => field("email", &error),
            project_transfer::Error::NoOffer => Self::NotFound,
            project_transfer::Error::Choice => field("team", &error),
            project_transfer::Error::Project(error) => error.into(),
            project_transfer::Error::Database(error) => error.into(),
        }
    }
}

impl From<teams::Error> for Error {
    fn from(error: teams::Error) -> Self {
        match error {
            teams::Error::Name => field("name", &error),
            teams::Error::SlugTaken => field("slug", &error),
            teams::Error::Database(error) => error.into(),
        }
    }
}

impl From<issues::Error> for Error {
    fn from(error: issues::Error) -> Self {
        match error {
            issues::Error::NoRelease => field("statusDetails", &error),
            issues::Error::Stale(_) | issues::Error::Gone | issues::Error::Locked => {
                Self::Conflict(error.to_string().into())
            }
            issues::Error::SharingOff
            | issues::Error::MergeTooFew
            | issues::Error::SeveralProjects
            | issues::Error::NoHash
            | issues::Error::AllHashes => Self::bad_request(error.to_string()),
            issues::Error::Database(error) => error.into(),
            issues::Error::Redis(error) => error.into(),
        }
    }
}

impl From<saved_searches::Error> for Error {
    fn from(error: saved_searches::Error) -> Self {
        match error {
            saved_searches::Error::Name => field("name", &error),
            saved_searches::Error::Query(_) => field("query", &error),
            saved_searches::Error::NameUsed | saved_searches::Error::TooMany => Self::bad_request(error.to_string()),
            saved_searches::Error::Database(error) => error.into(),
        }
    }
}

impl From<notes::Error> for Error {
    fn from(error: notes::Error) -> Self {
        match error {
            notes::Error::Empty | notes::Error::TooLong => field("text", &error),
            notes::Error::Duplicate => Self::bad_request(error.to_string()),
            notes::Error::Database(error) => error.into(),
        }
    }
}

impl From<releases::Error> for Error {
    fn from(error: releases::Error) -> Self {
        match error {
            releases::Error::UnknownRepository(_) => field("refs", &error),
            releases::Error::IsFirstRelease | releases::Error::IsResolution | releases::Error::HasEvents => {
                Self::bad_request(error.to_string())
            }
            releases::Error::Database(error) => error.into(),
        }
    }
}

impl From<keys::Error> for Error {
    fn from(error: keys::Error) -> Self {
        match error {
            keys::Error::RateLimit => field("rateLimit", &error),
            keys::Error::Label => field("name", &error),
            keys::Error::Credentials | keys::Error::Taken => field("public", &error),
            keys::Error::Database(error) => error.into(),
        }
    }
}

impl From<api_keys::Error> for Error {
    fn from(error: api_keys::Error) -> Self {
        match error {
            api_keys::Error::Label => field("label", &error),
            api_keys::Error::NoScope | api_keys::Error::ScopeAbove(_) => field("scope_list", &error),
            api_keys::Error::Origins => field("allowed_origins", &error),
            api_keys::Error::Database(error) => error.into(),
        }
    }
}

impl From<tokens::Error> for Error {
    fn from(error: tokens::Error) -> Self {
        match error {
            tokens::Error::NoScope | tokens::Error::UnknownScope(_) => field("scopes", &error),
            tokens::Error::Database(error) => error.into(),
        }
    }
}

impl From<members::Error> for Error {
    fn from(error: members::Error) -> Self {
        match error {
            members::Error::RoleAbove | members::Error::MemberAbove => Self::Forbidden(&[]),
            members::Error::OwnRole | members::Error::LastOwner | members::Error::NotPending => {
                Self::Conflict(error.to_string().into())
            }
            members::Error::Email(_) | members::Error::AlreadyMember(_) => field("email", &error),
            members::Error::UnknownTeam(_) => field("teams", &error),
            members::Error::Linked => field("role", &error),
            members::Error::NoInvitation | members::Error::Expired => Self::NotFound,
            members::Error::Account(error) => error.into(),
            members::Error::Database(error) => error.into(),
        }
    }
}
