//! Addresses of people, for projects that must not store them.

use crate::types::json::{Json, Object};

/// Headers, and variables of CGI, by which proxies tell whom they forward for. Compared without case and separators.
const FORWARDING: &[&str] = &[
    "forwarded",
    "xforwardedfor",
    "xrealip",
    "xclientip",
    "xclusterclientip",
    "clientip",
    "trueclientip",
    "cfconnectingip",
    "fastlyclientip",
    "remoteaddr",
];

const TAGS: &[&str] = &["ip", "ip_address", "client_ip", "user.ip", "user.ip_address", "remote_addr"];

/// Removes the addresses of the user and of the client.
pub fn remove(event: &mut Object<'_>) {
    remove_member(event, "user", "ip_address");
    remove_member(event, "sdk", "client_ip");
    if let Some(request) = event.get_mut("request").and_then(Json::as_object_mut) {
        if let Some(env) = request.get_mut("env").and_then(Json::as_object_mut) {
            env.retain(|name, _| !tells_address(name));
        }
        remove_pairs(request.get_mut("headers"), tells_address);
    }
    remove_pairs(event.get_mut("tags"), |name| TAGS.contains(&name));
    // A bad address is repeated there.
    for entry in event.get_mut("errors").and_then(Json::as_array_mut).into_iter().flatten() {
        if let Some(entry) = entry.as_object_mut().filter(|entry| entry.get_str("name") == Some("user.ip_address")) {
            entry.remove("value");
        }
    }
}

fn remove_member(event: &mut Object<'_>, interface: &str, member: &str) {
    let Some(members) = event.get_mut(interface).and_then(Json::as_object_mut) else { return };
    members.remove(member);
    if members.is_empty() {
        event.remove(interface);
    }
}

fn remove_pairs(pairs: Option<&mut Json<'_>>, is_unwanted: impl Fn(&str) -> bool) {
    if let Some(pairs) = pairs.and_then(Json::as_array_mut) {
        pairs.retain(|pair| !matches!(pair.as_array(), Some([Json::Str(name), _]) if is_unwanted(name)));
    }
}

fn tells_address(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    FORWARDING.contains(&plain.strip_prefix("http").unwrap_or(&plain))
}
