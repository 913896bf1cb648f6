//! The tags of an event: those the client set, and those its attributes make (normalize.md 14.4).

use std::borrow::Cow;

use crate::types::json::{Json, Object};
use crate::types::level::Level;

use super::{cut, exceptions, flag};

const MAX_VALUE: usize = 200;

/// Tags in the order they were set.
struct Tags(Vec<(String, String)>);

impl Tags {
    /// Sets a tag, replacing one of that name in its place. Empty values set nothing.
    fn set(&mut self, key: &str, value: &str) {
        let value = cut(value.trim(), MAX_VALUE);
        if value.is_empty() {
            return;
        }
        match self.0.iter_mut().find(|(name, _)| name == key) {
            Some((_, place)) => *place = value.into_owned(),
            None => self.0.push((key.to_owned(), value.into_owned())),
        }
    }

    fn has(&self, key: &str) -> bool {
        self.0.iter().any(|(name, _)| name == key)
    }
}

/// The tags, keys being unique; `user` is what identifies the user.
pub fn tags(event: &Object<'_>, level: Level, user: Option<&str>) -> Vec<(String, String)> {
    let mut tags = Tags(Vec::with_capacity(24));
    add_sent(event, &mut tags);
    tags.set("level", level.as_str());
    for key in ["logger", "environment", "transaction", "server_name", "site"] {
        tags.set(key, event.get_str(key).unwrap_or_default());
    }
    if let Some(release) = event.get_str("release").filter(|release| !release.is_empty()) {
        tags.set("release", release);
        tags.set("dist", event.get_str("dist").unwrap_or_default());
    }
    if let Some(user) = user {
        tags.set("user", user);
    }
    if !tags.has("url") {
        tags.set("url", event.get("request").and_then(|request| request.get("url")?.as_str()).unwrap_or_default());
    }
    for (alias, context) in event.get("contexts").and_then(Json::as_object).into_iter().flat_map(Object::iter) {
        if let Some(context) = context.as_object() {
            add_context(alias, context, &mut tags);
        }
    }
    add_mechanism(event, &mut tags);
    tags.0
}

/// What the client sent: pairs, or an object before normalisation. Of repeated keys the first counts; the names of
/// derived tags are not the client's to set.
fn add_sent(event: &Object<'_>, tags: &mut Tags) {
    let mut add = |key: &str, value: &Json<'_>| {
        let is_reserved = matches!(key, "release" | "dist" | "user" | "environment") || key.starts_with("sentry:");
        if !is_reserved && !tags.has(key) {
            tags.set(key, &scalar(value));
        }
    };
    match event.get("tags") {
        Some(Json::Array(pairs)) => {
            for pair in pairs {
                if let Some([Json::Str(key), value]) = pair.as_array() {
                    add(key, value);
                }
            }
        }
        Some(Json::Object(object)) => object.iter().for_each(|(key, value)| add(key, value)),
        _ => {}
    }
}

pub(super) fn scalar<'a>(value: &'a Json<'_>) -> Cow<'a, str> {
    match value {
        Json::Str(text) => Cow::Borrowed(text),
        Json::Int(_) | Json::Float(_) | Json::Bool(_) => Cow::Owned(value.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => Cow::Borrowed(""),
    }
}

/// The alias names the tags, the type decides which there are.
fn add_context(alias: &str, context: &Object<'_>, tags: &mut Tags) {
    let kind = context.get_str("type").filter(|kind| !kind.is_empty()).unwrap_or(alias);
    let text = |key: &str| context.get(key).map(scalar).unwrap_or_default();
    let named = |part: &str| format!("{alias}.{part}");
    match kind {
        "device" => {
            tags.set(alias, &text("model"));
            tags.set(&named("family"), &text("family"));
        }
        "os" | "browser" | "runtime" | "client_os" => {
            let (name, version) = (text("name"), text("version"));
            if !name.is_empty() && !version.is_empty() {
                // Ruby's version begins with its name.
                let repeats_name = version.strip_prefix(&*name).is_some_and(|rest| rest.starts_with(' '));
                tags.set(alias, &if repeats_name { version.into_owned() } else { format!("{name} {version}") });
            }
            tags.set(&named("name"), &name);
            if let Some(rooted) = flag(context, "rooted").filter(|_| kind == "os") {
                tags.set(&named("rooted"), yes_no(rooted));
            }
        }
        "gpu" => {
            tags.set(&named("name"), &text("name"));
            tags.set(&named("vendor"), &text("vendor_name"));
        }
        "app" => tags.set(&named("device"), &text("device_app_hash")),
        "monitor" => tags.set(&named("id"), &text("id")),
        _ => {}
    }
}

/// How the exceptions were caught: the mechanism of the newest that has one; unhandled if any was (normalize.md 19.2).
fn add_mechanism(event: &Object<'_>, tags: &mut Tags) {
    let mechanisms = || exceptions(event).rev().filter_map(|exception| exception.get("mechanism")?.as_object());
    let kind = mechanisms().find_map(|mechanism| mechanism.get_str("type").filter(|kind| !kind.is_empty()));
    tags.set("mechanism", kind.unwrap_or_default());
    let handled = mechanisms().filter_map(|mechanism| flag(mechanism, "handled")).reduce(|all, one| all && one);
    tags.set("handled", handled.map_or("", yes_no));
}

fn yes_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}
