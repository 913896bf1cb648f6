//! Names of releases: which are legal, how they are shown, and their order (inventory.md 4.5, grouping.md 11.3).

use std::cmp::Ordering;

use sentry_release_parser::{Release, Version};

/// Characters of a version; the API of 9.x took 200, the database 250.
pub const MAX_VERSION: usize = 250;
/// Characters of a git hash.
const SHA1: usize = 40;
const SHORT_SHA1: usize = 7;

/// Why a text is no name of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidVersion {
    #[error("A version is required.")]
    Empty,
    #[error("A version has at most {MAX_VERSION} characters.")]
    TooLong,
    #[error("`.`, `..` and `latest` are no versions.")]
    Reserved,
    #[error("A version has no line breaks, tabs or control characters.")]
    ControlCharacter,
}

/// Checks a version, without the blanks around it. Slashes are allowed, since events bring them (`branch/hash`).
pub fn parse_version(text: &str) -> Result<&str, InvalidVersion> {
    let version = text.trim();
    if version.is_empty() {
        return Err(InvalidVersion::Empty);
    }
    if version.chars().count() > MAX_VERSION {
        return Err(InvalidVersion::TooLong);
    }
    if matches!(version, "." | "..") || version.eq_ignore_ascii_case("latest") {
        return Err(InvalidVersion::Reserved);
    }
    if version.contains(char::is_control) {
        return Err(InvalidVersion::ControlCharacter);
    }
    Ok(version)
}

/// A version as the API's `shortVersion` has it: without a package in front (`com.example.app-1.0`), and a git hash cut
/// to seven digits.
pub fn short_version(version: &str) -> &str {
    let version = &version[dotted_prefix(version)..];
    let is_hash = version.len() == SHA1 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash { &version[..SHORT_SHA1] } else { version }
}

/// A version as pages show it: also without `package@`.
pub fn shown_version(version: &str) -> &str {
    match version.split_once('@') {
        Some((package, rest)) if !package.is_empty() && !rest.is_empty() => short_version(rest),
        _ => short_version(version),
    }
}

/// Bytes of `com.example.app-` in front of a version; 0 without.
fn dotted_prefix(version: &str) -> usize {
    let mut at = 0;
    let mut words = 0;
    loop {
        let rest = &version.as_bytes()[at..];
        let letters = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
        if letters == 0 || !rest[0].is_ascii_alphabetic() {
            return 0;
        }
        if rest.get(letters) == Some(&b'.') && rest.get(letters + 1).is_some_and(u8::is_ascii_alphabetic) {
            (at, words) = (at + letters + 1, words + 1);
            continue;
        }
        // The last word ends at its last dash.
        let dash = rest[..letters].iter().rposition(|byte| *byte == b'-').filter(|dash| *dash > 0);
        return dash.filter(|dash| words > 0 && at + dash + 1 < version.len()).map_or(0, |dash| at + dash + 1);
    }
}

/// A version in a form whose order is that of its bytes, so that an index of the database can hold it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionKey {
    /// What stands before the `@`, perhaps nothing; versions of different packages have no order.
    pub package: String,
    /// Empty: the version does not follow the scheme of semantic versions.
    pub bytes: Vec<u8>,
}

const END: u8 = 0;
const NUMBER: u8 = 1;
const TEXT: u8 = 2;
/// Of a version that is no pre-release: after all that are.
const FINAL: u8 = 0xff;

impl VersionKey {
    pub fn of(version: &str) -> Self {
        let Ok(release) = Release::parse(version) else { return Self::default() };
        let package = release.package().unwrap_or_default().to_owned();
        // A single number is no version: it may as well be a hash or a date.
        let plain = || Version::parse(release.version_raw()).ok().filter(|version| version.components() > 1);
        let parsed = if package.is_empty() { plain() } else { release.version().cloned() };
        Self { package, bytes: parsed.map(|version| bytes(&version)).unwrap_or_default() }
    }

    /// The order of two versions of one package.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        let have_order = self.package == other.package && !self.bytes.is_empty() && !other.bytes.is_empty();
        have_order.then(|| self.bytes.cmp(&other.bytes))
    }
}

/// The numbers, then whether it is a pre-release, then the build.
fn bytes(version: &Version<'_>) -> Vec<u8> {
    let (major, minor, patch, revision) = version.quad();
    let mut bytes: Vec<u8> = [major, minor, patch, revision].into_iter().flat_map(u64::to_be_bytes).collect();
    match version.pre() {
        Some(pre) => {
            pre.split('.').for_each(|part| push_part(&mut bytes, part));
            bytes.push(END);
        }
        None => bytes.push(FINAL),
    }
    if let Some(build) = version.build_code() {
        push_part(&mut bytes, build);
    }
    bytes
}

/// Numbers compare as numbers (`rc.9` before `rc.10`) and come before words.
fn push_part(bytes: &mut Vec<u8>, part: &str) {
    if let Ok(number) = part.parse::<u64>() {
        bytes.push(NUMBER);
        bytes.extend(number.to_be_bytes());
    } else {
        bytes.push(TEXT);
        bytes.extend(part.as_bytes());
        bytes.push(END);
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::{InvalidVersion, MAX_VERSION, VersionKey, parse_version, short_version, shown_version};

    #[test]
    fn legal_names_of_releases() {
        for text in ["1.0", " 1.0 ", "frontend@1.0.0+7", "main/ab12", "%2F", "版本 1", "…", &"x".repeat(MAX_VERSION)]
        {
            assert_eq!(parse_version(text), Ok(text.trim()));
        }
        for (text, expected) in [
            ("", InvalidVersion::Empty),
            (" \t", InvalidVersion::Empty),
            (".", InvalidVersion::Reserved),
            ("..", InvalidVersion::Reserved),
            ("Latest", InvalidVersion::Reserved),
            ("1\n2", InvalidVersion::ControlCharacter),
            ("1\t2", InvalidVersion::ControlCharacter),
            ("1\u{c}2", InvalidVersion::ControlCharacter),
            ("1\0", InvalidVersion::ControlCharacter),
            (&"版".repeat(MAX_VERSION + 1), InvalidVersion::TooLong),
        ] {
            assert_eq!(parse_version(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn versions_are_shortened() {
        let hash = "0123456789abcdef0123456789abcdef01234567";
        for (version, short, shown) in [
            ("1.0", "1.0", "1.0"),
            (hash, "0123456", "0123456"),
            ("com.example.app-1.0", "1.0", "1.0"),
            ("com.my-company.app-1.0-rc1", "1.0-rc1", "1.0-rc1"),
            (&format!("org.example.web-{hash}"), "0123456", "0123456"),
            ("example-1.0", "example-1.0", "example-1.0"),
            ("com.example.app-", "com.example.app-", "com.example.app-"),
            ("shop@1.0", "shop@1.0", "1.0"),
            (&format!("shop@{hash}"), &format!("shop@{hash}"), "0123456"),
            ("@scope/shop@1.0", "@scope/shop@1.0", "@scope/shop@1.0"),
            ("shop@", "shop@", "shop@"),
            ("版本.一-1", "版本.一-1", "版本.一-1"),
        ] {
            assert_eq!((short_version(version), shown_version(version)), (short, shown), "{version}");
        }
    }

    #[test]
    fn the_order_of_bytes_is_the_order_of_versions() {
        let ordered = [
            "shop@0.9",
            "shop@1.0.0-1",
            "shop@1.0.0-alpha",
            "shop@1.0.0-alpha.1",
            "shop@1.0.0-alpha.beta",
            "shop@1.0.0-beta",
            "shop@1.0.0-beta.2",
            "shop@1.0.0-beta.11",
            "shop@1.0.0-beta1",
            "shop@1.0.0-rc.1",
            "shop@1.0.0",
            "shop@1.0.0+7",
            "shop@1.0.0+10",
            "shop@1.0.0+abc",
            "shop@1.0.0.1",
            "shop@1.2",
            "shop@1.10",
            "shop@18446744073709551615.0",
        ];
        let keys: Vec<_> = ordered.iter().map(|version| VersionKey::of(version)).collect();
        for pair in keys.windows(2).zip(ordered.windows(2)) {
            assert_eq!(pair.0[0].compare(&pair.0[1]), Some(Ordering::Less), "{:?}", pair.1);
        }
    }

    #[test]
    fn other_names_have_no_order() {
        let hash = "0123456789abcdef0123456789abcdef01234567";
        for version in ["", hash, &format!("shop@{hash}"), "1234567", "main/ab12", "yesterday"] {
            assert!(VersionKey::of(version).bytes.is_empty(), "{version}");
        }
        let key = |version| VersionKey::of(version);
        assert_eq!(key("1.0").compare(&key("1.0.0")), Some(Ordering::Equal));
        assert_eq!(key("shop@1.0").compare(&key("cart@2.0")), None);
        assert_eq!(key("yesterday").compare(&key("today")), None);
    }
}
