//! What happened before (normalize.md 14.1), oldest first.

use super::Context;
use super::level;
use super::notes::Notes;
use super::path::Path;
use super::timestamp::seconds;
use super::trim::Bag;
use super::values;
use crate::protocol;
use crate::types::json::{Json, Object};
use crate::types::level::Level;

/// The last ones are kept: they lead to the event.
const MAX_CRUMBS: usize = 200;

const DATA: Bag = Bag::new(4096, 5);

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let Some(sent) = event.remove("breadcrumbs") else { return };
    let path = &Path::top("breadcrumbs");
    let Some(mut crumbs) = values::container(sent) else {
        context.notes.invalid(path, &Json::Null, "expected a list of breadcrumbs");
        return;
    };
    crumbs.retain(|crumb| crumb.as_object().is_some_and(|crumb| !crumb.is_empty()));
    crumbs.drain(..crumbs.len().saturating_sub(MAX_CRUMBS));
    let values_path = &path.key("values");
    let mut index = 0;
    crumbs.retain_mut(|crumb| {
        index += 1;
        tidy(crumb, &mut context.notes, &values_path.index(index - 1))
    });
    if !crumbs.is_empty() {
        event.push("breadcrumbs", values::values_object(crumbs));
    }
}

fn tidy(crumb: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    let Json::Object(crumb) = crumb else { return false };
    if let Some(kind) = crumb.remove("ty")
        && !crumb.contains_key("type")
    {
        crumb.push("type", kind);
    }
    crumb.retain(|key, value| {
        let path = &path.key(key);
        match key {
            "timestamp" => timestamp(value, notes, path),
            "type" | "category" => values::text(value, 128, notes, path),
            "level" => named_level(value),
            "message" => values::any_text(value, 8192, notes, path),
            "event_id" => values::text(value, 36, notes, path),
            "data" => DATA.object(value, notes, path) && !value.is_empty(),
            _ => false,
        }
    });
    if crumb.is_empty() {
        return false;
    }
    if !crumb.contains_key("type") {
        crumb.push("type", "default");
    }
    if !crumb.contains_key("level") {
        crumb.push("level", Level::Info.as_str());
    }
    true
}

/// A crumb without a readable time keeps its place in the order.
fn timestamp(value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    let time = protocol::timestamp::parse(value);
    if time.is_none() && !value.is_null() {
        notes.invalid(path, value, "expected a time");
    }
    *value = time.map_or(Json::Null, seconds);
    time.is_some()
}

fn named_level(value: &mut Json<'_>) -> bool {
    let level = level::read(value);
    *value = level.map_or(Json::Null, |level| Json::from(level.as_str()));
    level.is_some()
}
