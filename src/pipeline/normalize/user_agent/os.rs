//! Which system a header comes from.

use super::Named;
use super::scan::{after, version};

/// Windows by the version of its kernel.
const WINDOWS: &[(&str, &str)] =
    &[("10.0", ">=10"), ("6.3", "8.1"), ("6.2", "8"), ("6.1", "7"), ("6.0", "Vista"), ("5.2", "XP"), ("5.1", "XP")];

/// Tokens of systems, the more special ones first, with what uap-core calls them.
const SYSTEMS: &[(&str, &str)] = &[
    ("Windows Phone OS ", "Windows Phone"),
    ("Windows Phone ", "Windows Phone"),
    ("KAIOS/", "KaiOS"),
    ("Tizen ", "Tizen"),
    ("Tizen/", "Tizen"),
    ("HarmonyOS ", "HarmonyOS"),
    ("OpenHarmony ", "HarmonyOS"),
    ("Android ", "Android"),
    ("Android-", "Android"),
    ("Android", "Android"),
];

/// Systems whose version no header tells.
const UNIXES: &[(&str, &str)] = &[
    ("Ubuntu", "Ubuntu"),
    ("Fedora", "Fedora"),
    ("Debian", "Debian"),
    ("FreeBSD", "FreeBSD"),
    ("OpenBSD", "OpenBSD"),
    ("NetBSD", "NetBSD"),
    ("SunOS", "Solaris"),
    ("Linux", "Linux"),
    ("Windows", "Windows"),
];

pub fn find(header: &str) -> Option<Named> {
    let versioned = |(token, name): &(&str, &str)| Some(((*name).to_owned(), version(after(header, token)?)));
    windows(header)
        .or_else(|| SYSTEMS.iter().find_map(versioned))
        .or_else(|| apple(header))
        .or_else(|| chrome_os(header))
        .or_else(|| UNIXES.iter().find_map(versioned))
}

/// Browsers stopped telling newer versions than 10.
fn windows(header: &str) -> Option<Named> {
    let kernel = after(header, "Windows NT ")?;
    let known = WINDOWS.iter().find(|(number, _)| kernel.starts_with(number));
    Some(("Windows".to_owned(), known.map_or_else(|| version(kernel), |(_, name)| (*name).to_owned())))
}

/// iPhones say that they are like a Mac.
fn apple(header: &str) -> Option<Named> {
    if ["iPhone", "iPad", "iPod"].iter().any(|device| header.contains(device)) {
        let rest = after(header, "iPhone OS ").or_else(|| after(header, "CPU OS ")).unwrap_or_default();
        return Some(("iOS".to_owned(), version(rest)));
    }
    let version = version(after(header, "Mac OS X").map(str::trim_start)?);
    // Frozen, like that of Windows.
    let version = if version == "10.15.7" { ">=10.15.7".to_owned() } else { version };
    Some(("Mac OS X".to_owned(), version))
}

fn chrome_os(header: &str) -> Option<Named> {
    let (_machine, rest) = after(header, "CrOS ")?.split_once(' ')?;
    Some(("Chrome OS".to_owned(), version(rest)))
}
