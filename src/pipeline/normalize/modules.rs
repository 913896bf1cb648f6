//! Names and versions of the packages the program loaded.

use super::Context;
use super::path::Path;
use super::trim::Bag;
use super::values;
use crate::types::json::{Json, Object};

const BAG: Bag = Bag::new(16_384, 1);

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let Some(sent) = event.remove("modules") else { return };
    let path = &Path::top("modules");
    let Some(pairs) = values::pairs(sent) else {
        context.notes.invalid(path, &Json::Null, "expected an object or pairs");
        return;
    };
    let modules: Object<'_> = pairs
        .into_iter()
        .map(|(name, version)| (name, values::json_text(version).map_or(Json::Null, Json::Str)))
        .collect();
    let mut modules = Json::Object(modules);
    BAG.fit(&mut modules, &mut context.notes, path);
    if !modules.is_empty() {
        event.push("modules", modules);
    }
}
