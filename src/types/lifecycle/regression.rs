//! Whether an event brings a resolved issue back (grouping.md 11.3).

use std::cmp::Ordering;

use chrono::{DateTime, Utc};

use super::Status;
use crate::types::release::VersionKey;

/// A release as far as decisions need it. The date is when it was released, else when it was first seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release<'a> {
    pub version: &'a str,
    pub date: DateTime<Utc>,
}

/// How a resolution is kept in the table `issue_resolutions`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ResolutionKind {
    InRelease,
    InNextRelease,
    InCommit,
}

/// In what an issue was resolved; none at all means "now".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution<'a> {
    /// Fixed in this release: it and later ones must be free of the error.
    InRelease(Release<'a>),
    /// Fixed in whatever follows this release.
    InNextRelease(Release<'a>),
    /// Fixed by a commit that no release contains yet.
    InUnreleasedCommit,
}

/// By what two releases were put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Version,
    Date,
}

impl Comparison {
    /// As histories keep it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Date => "date",
        }
    }
}

/// The decision, and by what comparison if there was one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Regression {
    pub is_regression: bool,
    pub compared_by: Option<Comparison>,
}

/// Decides for an issue with this effective status. `semver` tells whether the project's releases follow semantic
/// versions ([`follows_semver`]). The caller also checks [`super::is_settled`].
pub fn regression(
    status: Status,
    resolution: Option<Resolution<'_>>,
    event_release: Option<Release<'_>>,
    semver: bool,
) -> Regression {
    let without_comparison = |is_regression| Regression { is_regression, compared_by: None };
    if status != Status::Resolved {
        return without_comparison(false);
    }
    let Some(resolution) = resolution else { return without_comparison(true) };
    let Some(release) = event_release else { return without_comparison(false) };
    match resolution {
        Resolution::InUnreleasedCommit => without_comparison(false),
        Resolution::InRelease(fixed) if fixed.version == release.version => without_comparison(true),
        Resolution::InNextRelease(current) if current.version == release.version => without_comparison(false),
        Resolution::InRelease(fixed) => {
            let (order, comparison) = compare_releases(&release, &fixed, semver);
            Regression { is_regression: order.is_ge(), compared_by: Some(comparison) }
        }
        Resolution::InNextRelease(current) => {
            let (order, comparison) = compare_releases(&release, &current, semver);
            Regression { is_regression: order.is_gt(), compared_by: Some(comparison) }
        }
    }
}

/// Orders two releases: by version when the project follows semantic versions and both are versions of one package,
/// else by date.
pub fn compare_releases(left: &Release<'_>, right: &Release<'_>, semver: bool) -> (Ordering, Comparison) {
    let by_version = if semver { compare_versions(left.version, right.version) } else { None };
    match by_version {
        Some(order) => (order, Comparison::Version),
        None => (left.date.cmp(&right.date), Comparison::Date),
    }
}

/// Whether the latest releases of a project (at most ten, newest first) show semantic versions of one package.
pub fn follows_semver(recent: &[&str]) -> bool {
    semver_package(recent).is_some()
}

/// The package of which the latest releases of a project (at most ten, newest first) show semantic versions: three of
/// them, or all if there are fewer. It is empty where versions stand alone (`5.36.2`).
pub fn semver_package(recent: &[&str]) -> Option<String> {
    let packages: Vec<String> = recent.iter().take(10).filter_map(|release| versioned_package(release)).collect();
    let times = |package: &String| packages.iter().filter(|other| *other == package).count();
    let most = packages.iter().max_by_key(|package| times(package))?;
    (times(most) >= recent.len().min(3)).then(|| most.clone())
}

fn versioned_package(release: &str) -> Option<String> {
    let key = VersionKey::of(release);
    (!key.bytes.is_empty()).then_some(key.package)
}

/// Precedence of semantic versions, then of build numbers. None: not versions of one package.
fn compare_versions(left: &str, right: &str) -> Option<Ordering> {
    VersionKey::of(left).compare(&VersionKey::of(right))
}
