//! Browser, system and device by the request's User-Agent (normalize.md 14.3), where the client did not tell itself.
//!
//! The rules are those of uap-core (`assets/user_agents.json`). Compiled they take some 15 MiB and 50 ms, so they are
//! compiled when the first header comes, and what was found is remembered by header: a few hundred headers make up
//! almost all traffic.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use ua_parser::{Extractor, Regexes};

use super::Context;
use super::contexts::MAX_CONTEXTS;
use crate::types::json::{Json, Object};

/// Rules of the field, devices reduced to common makers: the full list needs twice the memory.
static RULES: &str = include_str!("../../../assets/user_agents.json");

static EXTRACTOR: LazyLock<Option<Extractor<'static>>> = LazyLock::new(|| {
    let regexes: Regexes<'static> = serde_json::from_str(RULES).ok()?;
    Extractor::try_from(regexes).ok()
});

static REMEMBERED: LazyLock<Mutex<HashMap<String, Arc<Found>>>> = LazyLock::new(Mutex::default);

/// Headers that are remembered; then all are forgotten, which costs little and needs no order of use.
const MAX_REMEMBERED: usize = 1000;

/// Longer headers are read up to here.
const MAX_LENGTH: usize = 512;

/// What a header says.
#[derive(Default)]
struct Found {
    browser: Option<(String, String)>,
    os: Option<(String, String)>,
    device: Option<Device>,
}

struct Device {
    family: String,
    brand: Option<String>,
    model: Option<String>,
}

pub fn normalize(event: &mut Object<'_>, _context: &mut Context<'_>) {
    let Some(header) = header(event, "User-Agent") else { return };
    let found = find(header);
    let hinted_os = hinted_os(event);
    let hinted_model = header_text(event, "Sec-Ch-Ua-Model");
    // On a server the system that the event tells of is its own.
    let os_alias = if event.get_str("platform") == Some("javascript") { "os" } else { "client_os" };
    if let Some((name, version)) = &found.browser {
        set(event, "browser", "browser", [("name", Some(name)), ("version", Some(version)), ("", None)]);
    }
    if let Some((name, version)) = hinted_os.as_ref().or(found.os.as_ref()) {
        set(event, os_alias, "os", [("name", Some(name)), ("version", Some(version)), ("", None)]);
    }
    if let Some(device) = &found.device {
        let model = hinted_model.as_ref().or(device.model.as_ref());
        set(
            event,
            "device",
            "device",
            [("family", Some(&device.family)), ("model", model), ("brand", device.brand.as_ref())],
        );
    }
}

fn header<'e>(event: &'e Object<'_>, name: &str) -> Option<&'e str> {
    let headers = event.get("request")?.get("headers")?.as_array()?;
    headers.iter().find_map(|pair| match pair.as_array() {
        Some([Json::Str(header), Json::Str(value)]) if header == name => Some(value.as_ref()),
        _ => None,
    })
}

/// A hint's text without its quotation marks.
fn header_text(event: &Object<'_>, name: &str) -> Option<String> {
    let text = header(event, name)?.trim().trim_matches('"');
    (!text.is_empty()).then(|| text.chars().take(128).collect())
}

/// The hints tell systems that the frozen User-Agent hides.
fn hinted_os(event: &Object<'_>) -> Option<(String, String)> {
    let name = header_text(event, "Sec-Ch-Ua-Platform")?;
    let version = header_text(event, "Sec-Ch-Ua-Platform-Version")?;
    Some((name, version))
}

/// Adds a context unless the client sent one of that name.
fn set(event: &mut Object<'_>, alias: &'static str, kind: &'static str, members: [(&'static str, Option<&String>); 3]) {
    if !event.contains_key("contexts") {
        event.push("contexts", Object::new());
    }
    let Some(contexts) = event.get_mut("contexts").and_then(Json::as_object_mut) else { return };
    if contexts.contains_key(alias) || contexts.len() >= MAX_CONTEXTS {
        return;
    }
    let mut context = Object::new();
    context.push("type", kind);
    for (key, value) in members {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            context.push(key, value.clone());
        }
    }
    contexts.push(alias, context);
}

fn find(header: &str) -> Arc<Found> {
    let header = &header[..header.floor_char_boundary(MAX_LENGTH)];
    let remembered = || REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = remembered().get(header) {
        return Arc::clone(found);
    }
    let found = Arc::new(read(header));
    let mut memory = remembered();
    if memory.len() >= MAX_REMEMBERED {
        memory.clear();
    }
    memory.insert(header.to_owned(), Arc::clone(&found));
    found
}

fn read(header: &str) -> Found {
    let Some(extractor) = &*EXTRACTOR else { return Found::default() };
    let (browser, os, device) = extractor.extract(header);
    Found {
        browser: browser.map(|found| (found.family.to_string(), version([found.major, found.minor, found.patch]))),
        os: os.map(|found| {
            let version = version([found.major.as_deref(), found.minor.as_deref(), found.patch.as_deref()]);
            let version = at_least(&found.os, version);
            (found.os.into_owned(), version)
        }),
        device: device.map(|found| Device {
            family: found.device.into_owned(),
            brand: found.brand.map(String::from),
            model: found.model.map(String::from),
        }),
    }
}

/// `17.1` of the parts that there are.
fn version(parts: [Option<&str>; 3]) -> String {
    let known: Vec<&str> = parts.into_iter().map_while(|part| part.filter(|part| !part.is_empty())).collect();
    known.join(".")
}

/// Browsers stopped telling newer versions than these.
fn at_least(name: &str, version: String) -> String {
    match (name, version.as_str()) {
        ("Windows", "10") | ("Mac OS X", "10.15.7") => format!(">={version}"),
        _ => version,
    }
}
