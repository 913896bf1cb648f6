//! Threads (normalize.md 8).

use super::Context;
use super::notes::Notes;
use super::path::Path;
use super::stacktrace;
use super::trim::Bag;
use super::values;
use crate::types::json::{Json, Object};

const MAX_NAME: usize = 256;
const LOCKS: Bag = Bag::new(4096, 4);

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let notes = &mut context.notes;
    let Some(sent) = event.remove("threads") else { return };
    let path = &Path::top("threads");
    let Some(mut threads) = values::container(sent) else {
        notes.invalid(path, &Json::Null, "expected a list of threads");
        return;
    };
    let values_path = &path.key("values");
    let mut index = 0;
    threads.retain_mut(|thread| {
        index += 1;
        tidy(thread, notes, &values_path.index(index - 1))
    });
    if !threads.is_empty() {
        event.push("threads", values::values_object(threads));
    }
}

fn tidy(value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    let Json::Object(thread) = value else { return false };
    thread.retain(|key, value| {
        let path = &path.key(key);
        match key {
            "id" => value.as_i64().is_some() || values::text(value, MAX_NAME, notes, path),
            "name" | "state" => values::text(value, MAX_NAME, notes, path),
            "crashed" | "current" | "main" => value.as_bool().is_some(),
            "held_locks" => LOCKS.object(value, notes, path),
            "stacktrace" | "raw_stacktrace" => stacktrace::tidy(value, notes, path),
            _ => false,
        }
    });
    !thread.is_empty()
}
