//! How an exception came to the SDK (normalize.md 6.3), and what old native clients sent for it.

use super::notes::Notes;
use super::path::Path;
use super::trim::Bag;
use super::values;
use crate::types::json::{Json, Object};

const DATA: Bag = Bag::new(8192, 5);
const META: Bag = Bag::new(4096, 4);

/// Attributes that mean the same with and without a type.
const TODAY: &[&str] =
    &["description", "help_link", "source", "handled", "synthetic", "is_exception_group", "exception_id", "parent_id"];

/// Brings a mechanism into the form of today.
pub fn tidy(value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    let Json::Object(mechanism) = value else {
        if !value.is_null() {
            notes.invalid(path, value, "expected an object");
        }
        return false;
    };
    if mechanism.is_empty() {
        return false;
    }
    let is_legacy = mechanism.get("type").is_none_or(Json::is_null);
    if is_legacy {
        *mechanism = from_legacy(std::mem::take(mechanism));
    }
    mechanism.retain(|key, value| {
        let path = &path.key(key);
        match key {
            "type" => values::text(value, 128, notes, path),
            "description" => values::text(value, 8192, notes, path),
            "help_link" => values::text(value, 1024, notes, path),
            "source" => values::text(value, 256, notes, path),
            "handled" | "synthetic" | "is_exception_group" => values::flag(value, notes, path),
            "exception_id" | "parent_id" => values::whole(value),
            "data" => DATA.object(value, notes, path),
            "meta" => META.object(value, notes, path),
            _ => false,
        }
    });
    if !mechanism.contains_key("type") {
        mechanism.push("type", "generic");
    }
    true
}

/// `posix_signal` and `mach_exception` move to `meta`, what nobody knows to `data`.
fn from_legacy(legacy: Object<'_>) -> Object<'_> {
    let mut mechanism = Object::new();
    let (mut meta, mut data) = (Vec::new(), Vec::new());
    for (key, value) in legacy.into_members() {
        match (key.as_ref(), value) {
            ("type", _) | (_, Json::Null) => {}
            ("posix_signal", Json::Object(signal)) => {
                meta.push(("signal".into(), renamed(signal, "signal", "number").into()));
            }
            ("mach_exception", Json::Object(exception)) => {
                meta.push(("mach_exception".into(), renamed(exception, "exception_name", "name").into()));
            }
            ("meta", Json::Object(members)) => meta.extend(members.into_members()),
            ("data", Json::Object(members)) => data.extend(members.into_members()),
            (known, value) if TODAY.contains(&known) => mechanism.push(key, value),
            (_, value) => data.push((key, value)),
        }
    }
    mechanism.push("type", "generic");
    for (key, members) in [("meta", meta), ("data", data)] {
        if !members.is_empty() {
            mechanism.push(key, members.into_iter().collect::<Object<'_>>());
        }
    }
    mechanism
}

fn renamed<'a>(object: Object<'a>, old: &str, new: &'static str) -> Object<'a> {
    object.into_members().into_iter().map(|(key, value)| (if key == old { new.into() } else { key }, value)).collect()
}
