//! Who was using the program, and from which address (normalize.md 11).

use std::borrow::Cow;
use std::net::IpAddr;

use super::Context;
use super::notes::Notes;
use super::path::Path;
use super::trim::Bag;
use super::values;
use crate::types::json::{Json, Object};

const AUTO: &str = "{{auto}}";

/// Their clients run at the user's, so that the sender's address is the user's.
const CLIENT_PLATFORMS: &[&str] = &["javascript", "cocoa", "objc"];

const GEO: Bag = Bag::new(1024, 2);
const DATA: Bag = Bag::new(8192, 5);

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let path = &Path::top("user");
    let mut user = match event.remove("user") {
        Some(Json::Object(user)) => user,
        Some(other) => {
            context.notes.invalid(path, &other, "expected an object");
            Object::new()
        }
        None => Object::new(),
    };
    collect_unknown(&mut user);
    let client_ip = context.receipt.client_ip.map(|ip| ip.to_canonical().to_string());
    let notes = &mut context.notes;
    user.retain(|key, value| attribute(key, value, client_ip.as_deref(), notes, &path.key(key)));
    resolve_remote_address(event, client_ip.as_deref());
    if !user.contains_key("ip_address")
        && let Some(ip) = remote_address(event).or_else(|| client_ip.filter(|_| sends_users_address(event)))
    {
        user.push("ip_address", ip);
    }
    if !user.is_empty() {
        event.push("user", user);
    }
}

fn attribute(key: &str, value: &mut Json<'_>, client_ip: Option<&str>, notes: &mut Notes, path: &Path<'_>) -> bool {
    match key {
        "id" | "username" | "name" | "segment" => values::text(value, 128, notes, path),
        "email" => values::text(value, 254, notes, path),
        "ip_address" => ip_address(value, client_ip, notes, path),
        "geo" => GEO.object(value, notes, path) && !value.is_empty(),
        _ => DATA.object(value, notes, path) && !value.is_empty(),
    }
}

/// What has no attribute of its own moves into `data`, before what is there under the same name.
fn collect_unknown(user: &mut Object<'_>) {
    let is_known =
        |key: &str| matches!(key, "id" | "username" | "name" | "segment" | "email" | "ip_address" | "geo" | "data");
    if user.iter().all(|(key, _)| is_known(key)) {
        return;
    }
    let (mut known, mut members) = (Object::new(), Vec::new());
    let mut unknown = Vec::new();
    for (key, value) in std::mem::take(user).into_members() {
        match value {
            Json::Object(data) if key == "data" => members = data.into_members(),
            value if is_known(&key) => known.push(key, value),
            value => unknown.push((key, value)),
        }
    }
    // Of repeated keys the last one wins.
    members.extend(unknown);
    known.insert("data", members.into_iter().collect::<Object<'_>>());
    *user = known;
}

fn ip_address(value: &mut Json<'_>, client_ip: Option<&str>, notes: &mut Notes, path: &Path<'_>) -> bool {
    let address = match value.as_str().map(str::trim) {
        Some(AUTO) => client_ip.map(str::to_owned),
        Some("") => return false,
        Some(text) => canonical(text),
        None => None,
    };
    let Some(address) = address else {
        if !value.is_null() && value.as_str() != Some(AUTO) {
            notes.invalid(path, value, "not an IP address");
        }
        return false;
    };
    if value.as_str() != Some(&address) {
        *value = Json::Str(Cow::Owned(address));
    }
    true
}

fn canonical(text: &str) -> Option<String> {
    text.parse().ok().map(|ip: IpAddr| ip.to_canonical().to_string())
}

fn env<'e, 'a>(event: &'e mut Object<'a>) -> Option<&'e mut Object<'a>> {
    event.get_mut("request")?.as_object_mut()?.get_mut("env")?.as_object_mut()
}

fn resolve_remote_address(event: &mut Object<'_>, client_ip: Option<&str>) {
    let Some(env) = env(event) else { return };
    if env.get_str("REMOTE_ADDR") != Some(AUTO) {
        return;
    }
    match client_ip {
        Some(ip) => env.insert("REMOTE_ADDR", ip.to_owned()),
        None => {
            env.remove("REMOTE_ADDR");
        }
    }
}

fn remote_address(event: &mut Object<'_>) -> Option<String> {
    canonical(env(event)?.get_str("REMOTE_ADDR")?.trim())
}

/// Newer SDKs say whether they want it; of the others it is known by the platform.
fn sends_users_address(event: &Object<'_>) -> bool {
    let settings = event.get("sdk").and_then(|sdk| sdk.get("settings"));
    match settings.and_then(|settings| settings.get("infer_ip")).and_then(Json::as_str) {
        Some("never") => false,
        Some("auto") => true,
        _ => event.get_str("platform").is_some_and(|platform| CLIENT_PLATFORMS.contains(&platform)),
    }
}
