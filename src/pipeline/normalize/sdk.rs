//! Which client sent the event (normalize.md 5): the payload's word, else that of the request.

use super::Context;
use super::path::Path;
use super::trim::Bag;
use super::values;
use crate::types::json::{Json, Object};

const LIST: Bag = Bag::new(8192, 3);

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let mut sent = event.remove("sdk").unwrap_or_default();
    let path = &Path::top("sdk");
    let mut sdk = match &mut sent {
        Json::Object(sdk) => std::mem::take(sdk),
        Json::Null => Object::new(),
        other => {
            context.notes.invalid(path, other, "expected an object");
            Object::new()
        }
    };
    let notes = &mut context.notes;
    sdk.retain(|key, value| {
        let path = &path.key(key);
        match key {
            "name" | "version" | "client_ip" => values::text(value, 256, notes, path),
            "integrations" | "packages" | "features" => {
                LIST.fit(value, notes, path);
                matches!(value, Json::Array(items) if !items.is_empty())
            }
            "settings" => LIST.object(value, notes, path),
            _ => false,
        }
    });
    if !sdk.contains_key("name") {
        fill_from_client(&mut sdk, &context.receipt.client);
    }
    if !sdk.is_empty() {
        event.push("sdk", sdk);
    }
}

/// Reads `raven-python/6.9.0`. A browser's User-Agent names no SDK.
fn fill_from_client(sdk: &mut Object<'_>, client: &str) {
    let client = client.split_whitespace().next().unwrap_or_default();
    let (name, version) = client.split_once('/').unwrap_or((client, ""));
    if name.is_empty() || name == "Mozilla" {
        return;
    }
    sdk.push("name", name.chars().take(256).collect::<String>());
    if !version.is_empty() && !sdk.contains_key("version") {
        sdk.push("version", version.chars().take(256).collect::<String>());
    }
}
