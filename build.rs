//! Turns the catalogue in `locales/` into Rust: one method per message, so that a page that names a missing message, or
//! passes the wrong arguments, does not compile.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

const LANGUAGES: [(&str, &str); 2] = [("en", "English"), ("zh", "Chinese")];

fn main() {
    println!("cargo::rerun-if-changed=locales");
    println!("cargo::rerun-if-changed=migrations");
    let mut code = String::from("impl Messages {\n");
    let mut names = BTreeSet::new();
    for file in catalogue_files() {
        let area = file.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).expect("a listed file can be read");
        let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for (key, entry) in &table {
            let name = format!("{area}_{key}");
            assert!(names.insert(name.clone()), "message `{name}` occurs twice");
            write_message(&mut code, &name, entry);
        }
    }
    code.push_str(
        "}\n\n/// Every message id, for the test that finds unused ones.\n#[cfg(test)]\npub const IDS: &[&str] = &[\n",
    );
    for name in &names {
        writeln!(code, "    {name:?},").expect("writing to a string");
    }
    code.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("messages.rs"), code).expect("OUT_DIR can be written");
}

fn catalogue_files() -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(Path::new("locales")).expect("locales/ is there");
    entries
        .map(|entry| entry.expect("locales/ can be read").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect()
}

/// A text, or (for counts) a text for one and a text for other numbers.
struct Forms {
    one: Option<String>,
    other: String,
}

fn write_message(code: &mut String, name: &str, entry: &toml::Value) {
    let forms: Vec<Forms> = LANGUAGES.iter().map(|(language, _)| forms(name, entry, language)).collect();
    let arguments: Vec<BTreeSet<String>> = forms.iter().map(|forms| placeholders(&forms.other)).collect();
    assert!(
        arguments.iter().all(|set| *set == arguments[0]),
        "message `{name}`: its languages take different arguments"
    );
    let plural = forms.iter().any(|forms| forms.one.is_some());
    assert!(!plural || arguments[0].contains("n"), "message `{name}` has plural forms but no {{n}}");

    if arguments[0].is_empty() {
        write!(code, "    pub fn {name}(&self) -> &'static str {{\n        match self.language {{\n").expect("string");
        for ((_, variant), forms) in LANGUAGES.iter().zip(&forms) {
            writeln!(code, "            Language::{variant} => {:?},", forms.other).expect("string");
        }
        code.push_str("        }\n    }\n\n");
        return;
    }
    let parameters: Vec<String> = arguments[0]
        .iter()
        .map(
            |argument| {
                if argument == "n" { "n: i64".to_owned() } else { format!("{argument}: impl std::fmt::Display") }
            },
        )
        .collect();
    write!(code, "    pub fn {name}(&self, {}) -> String {{\n        match self.language {{\n", parameters.join(", "))
        .expect("string");
    for ((_, variant), forms) in LANGUAGES.iter().zip(&forms) {
        if let Some(one) = &forms.one {
            writeln!(code, "            Language::{variant} if n == 1 => {},", format_call(one)).expect("string");
        }
        writeln!(code, "            Language::{variant} => {},", format_call(&forms.other)).expect("string");
    }
    code.push_str("        }\n    }\n\n");
}

fn format_call(text: &str) -> String {
    let text = text.replace("{n}", "{count}");
    let count = if text.contains("{count}") { ", count = crate::web::messages::grouped(n)" } else { "" };
    let uses = placeholders(&text).into_iter().filter(|name| name != "count").map(|name| format!(", {name} = {name}"));
    format!("format!({text:?}{count}{})", uses.collect::<String>())
}

fn forms(name: &str, entry: &toml::Value, language: &str) -> Forms {
    match entry.get(language) {
        Some(toml::Value::String(other)) => Forms { one: None, other: other.clone() },
        Some(toml::Value::Table(forms)) => {
            let text = |form: &str| forms.get(form).and_then(toml::Value::as_str).map(str::to_owned);
            let other = text("other").unwrap_or_else(|| panic!("message `{name}`: no form `other` in {language}"));
            Forms { one: text("one"), other }
        }
        _ => panic!("message `{name}` is missing in {language}"),
    }
}

fn placeholders(text: &str) -> BTreeSet<String> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}
