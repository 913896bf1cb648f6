//! The house rules that a compiler does not check: who imports whom, what templates may hold, texts without use.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Who may import whom (ARCHITECTURE.md, "The rooms"). `*`: everything.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("types", &[]),
    ("config", &["types"]),
    ("messages", &["types"]),
    ("protocol", &["types"]),
    ("pipeline", &["types", "protocol"]),
    ("store", &["types", "protocol"]),
    ("volatile", &["types", "config"]),
    ("outbound", &["types", "config"]),
    ("app", &["types", "config", "store", "volatile", "outbound"]),
    ("services", &["types", "config", "messages", "protocol", "pipeline", "store", "volatile", "outbound", "app"]),
    ("jobs", &["types", "app", "services", "store"]),
    ("worker", &["types", "config", "app", "jobs", "services", "pipeline", "protocol", "volatile", "store"]),
    ("cron", &["types", "config", "app", "jobs", "services", "pipeline", "volatile", "store"]),
    (
        "web",
        &[
            "types", "config", "messages", "protocol", "pipeline", "store", "volatile", "outbound", "app", "services",
            "jobs",
        ],
    ),
    ("cli", &["*"]),
];

#[test]
fn rooms_import_only_what_they_may() {
    let import = Regex::new(r"\bcrate::(\w+)").unwrap();
    let mut broken = Vec::new();
    for (path, text) in files("src", "rs") {
        let Some(room) = room(&path) else { continue };
        let allowed = MAY_IMPORT.iter().find(|(name, _)| *name == room);
        let (_, allowed) = allowed.unwrap_or_else(|| panic!("{room} is no room of the table"));
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for other in import.captures_iter(line).map(|captures| captures[1].to_owned()) {
                let known = MAY_IMPORT.iter().any(|(name, _)| *name == other);
                if known && other != room && !allowed.contains(&"*") && !allowed.contains(&other.as_str()) {
                    broken.push(format!("{}: {room} may not import {other}: {}", path.display(), line.trim()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn only_the_store_speaks_sql_and_only_volatile_speaks_redis() {
    let sql = Regex::new(r"\bsqlx::(query|query_as|query_scalar|raw_sql)\b").unwrap();
    let redis = Regex::new(r"\bredis::(cmd|pipe|Script)\b").unwrap();
    // The command line starts and stops a private Redis, which nobody else talks to at that time.
    let exempt = Path::new("src/cli/run/embedded/redis.rs");
    let mut broken = Vec::new();
    for (path, text) in files("src", "rs") {
        let room = room(&path).unwrap_or_default();
        if room != "store" && sql.is_match(&text) {
            broken.push(format!("{}: SQL belongs to the store", path.display()));
        }
        if room != "volatile" && path != exempt && redis.is_match(&text) {
            broken.push(format!("{}: Redis commands belong to volatile", path.display()));
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn files_begin_with_what_they_are_for_and_stay_short() {
    const MAX_LINES: usize = 400;
    let mut broken = Vec::new();
    for (path, text) in files("src", "rs") {
        let is_test = path.ends_with("tests.rs");
        if !is_test && !text.starts_with("//!") {
            broken.push(format!("{}: begins without `//!`", path.display()));
        }
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let lines = code.lines().count();
        if !is_test && lines > MAX_LINES {
            broken.push(format!("{}: {lines} lines without tests, {MAX_LINES} are allowed", path.display()));
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

/// The content security policy forbids inline styles and scripts; a template that has one would silently not work.
#[test]
fn templates_hold_no_inline_style_script_or_unescaped_value() {
    let rules = [
        (r"(?i)\sstyle\s*=", "inline style"),
        (r"(?i)<style\b", "inline style sheet"),
        (r"(?i)<[a-z][^>]*\son[a-z]+\s*=", "inline event handler"),
        (r"(?i)javascript:", "javascript: address"),
        (r"\|\s*safe\b", "unescaped value"),
    ];
    let script = Regex::new(r"(?i)<script\b[^>]*>").unwrap();
    let mut broken = Vec::new();
    for (path, text) in files("templates", "html") {
        // What runs in somebody else's page brings its own look, under a policy of its own; so does mail.
        let is_embedded = path.starts_with("templates/embed");
        let is_mail = path.starts_with("templates/mail");
        let is_free = |pattern: &str| {
            (is_embedded && pattern.contains("<style"))
                || (is_mail && pattern.contains("style") && !pattern.contains("<style"))
        };
        for (pattern, what) in rules.into_iter().filter(|(pattern, _)| !is_free(pattern)) {
            let found = Regex::new(pattern).unwrap().find(&text);
            broken.extend(found.map(|found| format!("{}: {what}: {}", path.display(), found.as_str())));
        }
        let bare = script.find_iter(&text).find(|tag| !tag.as_str().contains(" src="));
        broken.extend(bare.map(|tag| format!("{}: script without src: {}", path.display(), tag.as_str())));
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

/// Without a provider of cryptography a client panics when it is built. Tests do not see it: their own client has one.
#[test]
fn clients_choose_their_cryptography_before_they_are_built() {
    let builders = files("src", "rs").into_iter().filter(|(_, text)| text.contains("Client::builder()"));
    let lacking: Vec<String> = builders
        .filter(|(_, text)| !text.contains("choose_cryptography()"))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(lacking.is_empty(), "{}", lacking.join(", "));
}

#[test]
fn every_message_is_used() {
    let heading = Regex::new(r"(?m)^\[(\w+)\]").unwrap();
    let code: String =
        files("src", "rs").into_iter().chain(files("templates", "")).map(|(_, text)| text + "\n").collect();
    let mut unused = Vec::new();
    for (path, text) in files("locales", "toml") {
        let area = path.file_stem().unwrap().to_string_lossy().into_owned();
        for captures in heading.captures_iter(&text) {
            let name = format!("{area}_{}", &captures[1]);
            // Called, or named as a function in a table.
            let named = Regex::new(&format!(r"::{name}\b")).unwrap();
            let is_used = code.contains(&format!(".{name}(")) || named.is_match(&code);
            if !is_used {
                unused.push(name);
            }
        }
    }
    assert!(unused.is_empty(), "messages without use: {}", unused.join(", "));
}

/// Every file below a folder with this extension (any if empty), with its text.
fn files(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if extension.is_empty() || path.extension().is_some_and(|found| found == extension) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root).unwrap().to_owned(), text));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has no .{extension} files");
    found.sort();
    found
}

/// `src/web/pages/mod.rs` and `src/app.rs` lie in the rooms `web` and `app`; `lib.rs` and `main.rs` in none.
fn room(path: &Path) -> Option<String> {
    let first = path.components().nth(1)?.as_os_str().to_string_lossy().into_owned();
    let room = first.strip_suffix(".rs").unwrap_or(&first);
    (!matches!(room, "lib" | "main")).then(|| room.to_owned())
}
