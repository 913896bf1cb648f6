//! Browser, system and device by the request's User-Agent (normalize.md 14.3), where the client did not tell itself.
//!
//! The names are those of uap-core, the list the field uses, so that events of other trackers compare. Its 1,200
//! patterns cost 35 MiB and 60 ms, more than the rest of the program; the tables here know what makes up nearly all
//! traffic, cost nothing and take a microsecond.

mod browser;
mod device;
mod os;
mod scan;

use self::device::Device;
use super::Context;
use super::contexts::MAX_CONTEXTS;
use crate::types::json::{Json, Object};

/// Longer headers are read up to here.
const MAX_LENGTH: usize = 512;

/// A name and the version, which may be empty.
type Named = (String, String);

pub fn normalize(event: &mut Object<'_>, _context: &mut Context<'_>) {
    let Some(header) = header(event, "User-Agent") else { return };
    let header = &header[..header.floor_char_boundary(MAX_LENGTH)];
    let browser = browser::find(header);
    let os = hinted_os(event).or_else(|| os::find(header));
    let device = device::find(header);
    let hinted_model = header_text(event, "Sec-Ch-Ua-Model");
    // On a server the system that the event tells of is its own.
    let os_alias = if event.get_str("platform") == Some("javascript") { "os" } else { "client_os" };
    if let Some((name, version)) = &browser {
        set(event, "browser", "browser", [("name", Some(name)), ("version", Some(version)), ("", None)]);
    }
    if let Some((name, version)) = &os {
        set(event, os_alias, "os", [("name", Some(name)), ("version", Some(version)), ("", None)]);
    }
    if let Some(Device { family, brand, model }) = &device {
        let model = hinted_model.as_ref().unwrap_or(model);
        set(event, "device", "device", [("family", Some(family)), ("model", Some(model)), ("brand", Some(brand))]);
    }
}

/// A browser and its system in words: `Chrome 120 · Linux`.
pub fn browser_of(header: &str) -> Option<String> {
    let header = &header[..header.floor_char_boundary(MAX_LENGTH)];
    let (name, version) = browser::find(header)?;
    let major = version.split('.').next().unwrap_or_default();
    let browser = format!("{name} {major}");
    let os = os::find(header).map(|(name, _)| format!(" · {name}")).unwrap_or_default();
    Some(format!("{}{os}", browser.trim_end()))
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
fn hinted_os(event: &Object<'_>) -> Option<Named> {
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

#[cfg(test)]
mod tests;
