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
    code.push_str("}\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("messages.rs"), code).expect("OUT_DIR can be written");
    fs::write(out.join("packages.rs"), packages()).expect("OUT_DIR can be written");
}

/// The libraries that Cargo.toml names, with the versions of Cargo.lock: the administration shows them.
fn packages() -> String {
    let read = |name: &str| -> toml::Table {
        println!("cargo::rerun-if-changed={name}");
        let text = fs::read_to_string(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        text.parse().unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let (manifest, lock) = (read("Cargo.toml"), read("Cargo.lock"));
    let named = manifest["dependencies"].as_table().expect("dependencies are a table");
    let packages: Vec<&toml::Table> =
        lock["package"].as_array().into_iter().flatten().filter_map(toml::Value::as_table).collect();
    let text = |package: &toml::Table, key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let own = packages.iter().find(|package| text(package, "name") == "picket").expect("picket is in its own lock");
    // `name`, or `name version` where there are several.
    let dependencies = own["dependencies"].as_array().into_iter().flatten().filter_map(toml::Value::as_str);
    let mut code = String::from("const PACKAGES: &[(&str, &str)] = &[\n");
    for dependency in dependencies {
        let (name, version) = dependency.split_once(' ').unwrap_or((dependency, ""));
        let found = packages.iter().find(|package| {
            text(package, "name") == name && (version.is_empty() || text(package, "version") == version)
        });
        if let Some(package) = found.filter(|_| named.contains_key(name)) {
            writeln!(code, "    ({name:?}, {:?}),", text(package, "version")).expect("writing to a string");
        }
    }
    code.push_str("];\n");
    code
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
    let same = arguments.iter().all(|set| *set == arguments[0]);
    assert!(same, "message `{name}`: its languages take different arguments");
    let plural = forms.iter().any(|forms| forms.one.is_some());
    assert!(!plural || arguments[0].contains("n"), "message `{name}` has plural forms but no {{n}}");

    let parameters: String = arguments[0].iter().map(|argument| parameter(argument)).collect();
    let result = if arguments[0].is_empty() { "&'static str" } else { "String" };
    writeln!(code, "    pub fn {name}(&self{parameters}) -> {result} {{").expect("writing to a string");
    if arguments[0].contains("n") {
        code.push_str("        let n = n.count();\n");
    }
    code.push_str("        match self.language {\n");
    for ((_, variant), forms) in LANGUAGES.iter().zip(&forms) {
        write_arms(code, variant, forms, !arguments[0].is_empty());
    }
    code.push_str("        }\n    }\n\n");
}

fn parameter(argument: &str) -> String {
    if argument == "n" {
        ", n: impl crate::messages::Count".to_owned()
    } else {
        format!(", {argument}: impl std::fmt::Display")
    }
}

fn write_arms(code: &mut String, variant: &str, forms: &Forms, is_formatted: bool) {
    let text = |text: &str| if is_formatted { format_call(text) } else { format!("{text:?}") };
    if let Some(one) = &forms.one {
        writeln!(code, "            Language::{variant} if n == 1 => {},", text(one)).expect("writing to a string");
    }
    writeln!(code, "            Language::{variant} => {},", text(&forms.other)).expect("writing to a string");
}

/// Arguments are captured by name; counts get their thousands grouped first.
fn format_call(text: &str) -> String {
    if placeholders(text).is_empty() {
        return format!("{text:?}.to_owned()");
    }
    let count = if text.contains("{n}") { "let n = crate::messages::grouped(n); " } else { "" };
    format!("{{ {count}format!({text:?}) }}")
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
