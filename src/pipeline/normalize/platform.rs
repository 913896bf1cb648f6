//! What the program runs on (normalize.md 3).

use super::Context;
use crate::types::json::{Json, Object};

/// The platforms of the protocol, then those that newer SDKs report and that must not be flattened.
const PLATFORMS: &[&str] = &[
    "as3",
    "c",
    "cfml",
    "cocoa",
    "csharp",
    "elixir",
    "go",
    "groovy",
    "haskell",
    "java",
    "javascript",
    "native",
    "node",
    "objc",
    "other",
    "perl",
    "php",
    "python",
    "ruby",
    "dart",
    "rust",
    "swift",
    "kotlin",
    "powershell",
    "clojure",
    "nintendo",
    "lua",
    "gdscript",
    "crystal",
    "erlang",
    "scala",
];

pub fn normalize(event: &mut Object<'_>, _context: &mut Context<'_>) {
    let name = event.get("platform").and_then(Json::as_str).unwrap_or_default();
    event.insert("platform", find(name).unwrap_or("other"));
}

/// The canonical name of a platform that is known.
pub fn find(name: &str) -> Option<&'static str> {
    let name = name.trim();
    PLATFORMS.iter().copied().find(|platform| platform.eq_ignore_ascii_case(name))
}
