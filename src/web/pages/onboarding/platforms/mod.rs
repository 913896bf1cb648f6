//! What to install, write and run, per platform. Code only: it reads the same in every language.
//!
//! `__DSN__`, `__LEGACY_DSN__`, `__BASE__`, `__ID__`, `__KEY__` and `__MINIDUMP__` are filled in with the project's own.

mod backend;
mod frontend;
mod legacy;
mod mobile;

use crate::services::projects::Dsn;
use crate::store::project_keys::ProjectKey;
use crate::types::ids::ProjectId;

/// A platform and how to begin with it.
pub struct Platform {
    /// As in URLs and in the column `projects.platform`.
    pub id: &'static str,
    /// The id of the platform whose framework this is; its own id otherwise.
    pub family: &'static str,
    pub name: &'static str,
    /// One or two letters, where there is room for no more.
    pub mark: &'static str,
    /// Empty: nothing to install.
    pub install: &'static str,
    /// Empty: nothing to configure.
    pub start: &'static str,
    pub test: &'static str,
    /// Which files to upload, so that stack traces can be read.
    pub upload: Upload,
}

/// Files that make stack traces readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upload {
    None,
    SourceMaps,
    Symbols,
}

/// The platform to show where a project names none that we know.
pub const OTHER: &str = "other";

/// Every platform, families together.
pub fn all() -> impl Iterator<Item = &'static Platform> {
    [frontend::PLATFORMS, backend::PLATFORMS, mobile::PLATFORMS, legacy::PLATFORMS].into_iter().flatten()
}

/// A platform by its id.
pub fn find(id: &str) -> Option<&'static Platform> {
    all().find(|platform| platform.id == id)
}

/// The platform nearest to what a project says, which may come from another version of the list.
pub fn nearest(id: &str) -> &'static Platform {
    let family = match id.split('-').next().unwrap_or_default() {
        "csharp" => "dotnet",
        "cocoa" | "objc" | "swift" => "apple-ios",
        "c" | "cpp" => "native",
        other => other,
    };
    find(id).or_else(|| find(family)).or_else(|| find(OTHER)).expect("the list has a platform for everything else")
}

/// The platform and its siblings, for the tabs.
pub fn family_of(platform: &Platform) -> Vec<&'static Platform> {
    all().filter(|other| other.family == platform.family).collect()
}

/// A snippet with the project's addresses in it.
pub fn fill(snippet: &str, url_prefix: &str, dsn: &Dsn, key: &ProjectKey, id: ProjectId) -> String {
    snippet
        .replace("__DSN__", &dsn.public)
        .replace("__LEGACY_DSN__", &dsn.legacy)
        .replace("__MINIDUMP__", &dsn.minidump)
        .replace("__BASE__", url_prefix.trim_end_matches('/'))
        .replace("__KEY__", &key.public_key)
        .replace("__ID__", &id.to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{OTHER, all, find, nearest};

    #[test]
    fn every_platform_is_listed_once_in_a_family_that_exists() {
        let mut seen = HashSet::new();
        for platform in all() {
            assert!(seen.insert(platform.id), "{} occurs twice", platform.id);
            assert!(find(platform.family).is_some(), "{} is of no family", platform.id);
            assert!(!platform.test.is_empty(), "{} says not how to send a test", platform.id);
        }
    }

    #[test]
    fn every_snippet_names_the_address_to_send_to() {
        let addresses = ["__DSN__", "__LEGACY_DSN__", "__BASE__", "__MINIDUMP__"];
        for platform in all() {
            let text = format!("{}{}", platform.start, platform.test);
            assert!(addresses.iter().any(|address| text.contains(address)), "{}", platform.id);
        }
    }

    #[test]
    fn unknown_platforms_lead_to_the_nearest() {
        for (id, expected) in [
            ("python-django", "python-django"),
            ("python-tornado", "python"),
            ("csharp", "dotnet"),
            ("objc", "apple-ios"),
            ("", OTHER),
            ("cobol", OTHER),
        ] {
            assert_eq!(nearest(id).id, expected, "{id}");
        }
    }
}
