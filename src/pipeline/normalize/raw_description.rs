//! Names and versions out of what systems print about themselves (normalize.md 14.2).

use crate::types::json::Object;

/// .NET Framework by the number in its registry key.
const DOTNET_BUILDS: &[(&str, &str)] = &[
    ("378389", "4.5"),
    ("378675", "4.5.1"),
    ("378758", "4.5.1"),
    ("379893", "4.5.2"),
    ("393295", "4.6"),
    ("393297", "4.6"),
    ("394254", "4.6.1"),
    ("394271", "4.6.1"),
    ("394802", "4.6.2"),
    ("394806", "4.6.2"),
    ("460798", "4.7"),
    ("460805", "4.7"),
    ("461308", "4.7.1"),
    ("461310", "4.7.1"),
    ("461808", "4.7.2"),
    ("461814", "4.7.2"),
    ("528040", "4.8"),
    ("528049", "4.8"),
    ("528209", "4.8"),
    ("528372", "4.8"),
    ("528449", "4.8"),
];

/// Reads `raw_description` of an operating system that has neither name nor version.
pub fn os(members: &mut Object<'_>) {
    let Some(raw) = raw(members) else { return };
    let found = windows(&raw).or_else(|| mac_os(&raw)).or_else(|| uname(&raw));
    for (key, value) in found.into_iter().flatten() {
        if !members.contains_key(key) {
            members.push(key, value);
        }
    }
}

/// The same for a runtime, and the version that hides behind a build of .NET Framework.
pub fn runtime(members: &mut Object<'_>) {
    if let Some(raw) = raw(members)
        && let Some((name, version)) = raw.rsplit_once(' ')
        && let Some(version) = leading_version(version).filter(|found| *found == version && version.contains('.'))
    {
        members.push("name", name.trim().to_owned());
        members.push("version", version.to_owned());
    }
    let is_framework = members.get_str("name").is_some_and(|name| name.starts_with(".NET Framework"));
    let build = members.get("build").map(|build| build.to_string().trim_matches('"').to_owned());
    if let Some(build) = build.filter(|_| is_framework && !members.contains_key("version"))
        && let Some((_, version)) = DOTNET_BUILDS.iter().find(|(number, _)| *number == build)
    {
        members.push("version", *version);
    }
}

type Members = Vec<(&'static str, String)>;

fn raw(members: &Object<'_>) -> Option<String> {
    if members.contains_key("name") || members.contains_key("version") {
        return None;
    }
    let raw = members.get_str("raw_description")?.trim();
    (raw.len() <= 512).then(|| raw.to_owned())
}

/// `Microsoft Windows NT 10.0.16299.0`.
fn windows(raw: &str) -> Option<Members> {
    let rest = raw.strip_prefix("Microsoft ").unwrap_or(raw).strip_prefix("Windows ")?;
    let kernel = leading_version(rest.strip_prefix("NT ").unwrap_or(rest))?;
    let mut parts = kernel.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let (major, minor, build) = (parts.next()?, parts.next()?, parts.next().unwrap_or(0));
    let version = match (major, minor) {
        (10, 0) if build >= 22_000 => "11",
        (10, 0) => "10",
        (6, 3) => "8.1",
        (6, 2) => "8",
        (6, 1) => "7",
        (6, 0) => "Vista",
        (5, 1) => "XP",
        _ => kernel,
    };
    Some(vec![("name", "Windows".to_owned()), ("version", version.to_owned()), ("kernel_version", kernel.to_owned())])
}

/// `Mac OS X 10.14.2 (18C54)`.
fn mac_os(raw: &str) -> Option<Members> {
    let rest = raw.strip_prefix("Mac OS X ").or_else(|| raw.strip_prefix("macOS "))?;
    let version = leading_version(rest)?;
    let mut members = vec![("name", "macOS".to_owned()), ("version", version.to_owned())];
    if let Some(build) = rest[version.len()..].trim().strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        members.push(("build", build.0.to_owned()));
    }
    Some(members)
}

/// `Linux 4.4.0-98-generic …`.
fn uname(raw: &str) -> Option<Members> {
    let (name, rest) = raw.split_once(' ')?;
    let kernel = rest.split_whitespace().next()?;
    leading_version(kernel).filter(|version| version.contains('.'))?;
    Some(vec![("name", name.to_owned()), ("kernel_version", kernel.to_owned())])
}

/// The digits and dots a text begins with, as far as they are a version.
fn leading_version(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let version = text[..end].trim_end_matches('.');
    version.starts_with(|c: char| c.is_ascii_digit()).then_some(version)
}
