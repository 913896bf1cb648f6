//! What deny.toml says of licences and names, checked wherever the tests run; `make check` asks cargo-deny itself.

use std::process::Command;

use regex::Regex;
use serde_json::Value;

#[test]
fn every_dependency_has_an_allowed_licence_and_name() {
    let policy = include_str!("../../deny.toml");
    let allowed = strings(&Regex::new(r"(?s)allow = \[(.*?)\n\]").unwrap().captures(policy).unwrap()[1]);
    let banned: Vec<String> = Regex::new(r#"\{ name = "([^"]+)" \}"#)
        .unwrap()
        .captures_iter(policy)
        .map(|captures| captures[1].to_owned())
        .collect();
    assert!(allowed.len() > 5 && banned.len() > 1, "deny.toml is read");

    let packages = packages();
    assert!(packages.len() > 50, "cargo metadata lists the dependencies");
    let mut broken = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or("none");
        if banned.iter().any(|banned| banned == name) {
            broken.push(format!("{name} is banned"));
        }
        if !is_allowed(licence, &allowed) {
            broken.push(format!("{name}: licence {licence}"));
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn licence_expressions_are_understood() {
    let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"].map(str::to_owned);
    for (licence, expected) in [
        ("MIT", true),
        ("MIT/GPL-3.0", true),
        ("GPL-3.0 OR MIT", true),
        ("MIT AND GPL-3.0", false),
        ("(MIT OR GPL-3.0) AND Unicode-3.0", true),
        ("(GPL-2.0 OR GPL-3.0) AND Unicode-3.0", false),
        ("Apache-2.0 WITH LLVM-exception OR GPL-3.0", true),
        ("none", false),
    ] {
        assert_eq!(is_allowed(licence, &allowed), expected, "{licence}");
    }
}

/// The packages that are built for Linux.
fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--filter-platform=x86_64-unknown-linux-gnu"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let built = |package: &&Value| {
        let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
        nodes.iter().any(|node| node["id"] == package["id"])
    };
    metadata["packages"].as_array().unwrap().iter().filter(built).cloned().collect()
}

/// An SPDX expression: AND binds stronger than OR; `/` is an old OR.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let expression = expression.trim().replace('/', " OR ");
    let split = |operator: &str| split_outside_brackets(&expression, operator);
    let alternatives = split(" OR ");
    if alternatives.len() > 1 {
        return alternatives.iter().any(|part| is_allowed(part, allowed));
    }
    let parts = split(" AND ");
    if parts.len() > 1 {
        return parts.iter().all(|part| is_allowed(part, allowed));
    }
    match expression.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => is_allowed(inner, allowed),
        None => allowed.contains(&expression),
    }
}

fn split_outside_brackets(text: &str, operator: &str) -> Vec<String> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 && at >= start && text[at..].starts_with(operator) => {
                parts.push(text[start..at].to_owned());
                start = at + operator.len();
            }
            _ => {}
        }
    }
    parts.push(text[start..].to_owned());
    parts
}

fn strings(list: &str) -> Vec<String> {
    Regex::new(r#""([^"]+)""#).unwrap().captures_iter(list).map(|captures| captures[1].to_owned()).collect()
}
