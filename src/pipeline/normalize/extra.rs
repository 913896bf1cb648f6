//! Whatever else the client wanted to tell, bounded as a whole and per value (normalize.md 16).

use super::Context;
use super::path::Path;
use super::trim::Bag;
use crate::types::json::{Json, Object};

const MAX_SIZE: usize = 262_144;
const MAX_VALUE: usize = 16_384;
const DEPTH: usize = 7;

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let Some(sent) = event.get_mut("extra") else { return };
    let path = &Path::top("extra");
    let Json::Object(extra) = sent else {
        context.notes.invalid(path, sent, "expected an object");
        event.remove("extra");
        return;
    };
    let mut left = MAX_SIZE;
    let mut kept = 0;
    for (key, value) in extra.iter_mut() {
        let cost = key.len() + 1;
        // Less room would cut values that the next run would then find room for.
        if left < cost + MAX_VALUE {
            break;
        }
        left -= cost;
        left -= Bag::of_variables(MAX_VALUE, DEPTH - 1).fit_counting(value, &mut context.notes, &path.key(key));
        kept += 1;
    }
    if kept < extra.len() {
        context.notes.shortened(path, extra.len());
        extra.truncate(kept);
    }
}
