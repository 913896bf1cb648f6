//! The files that were loaded, by which symbols and source maps are found.

use super::Context;
use super::path::Path;
use super::trim::Bag;
use crate::types::json::Object;

/// Native programs load hundreds of images.
const BAG: Bag = Bag::new(262_144, 5);

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let Some(mut sent) = event.remove("debug_meta") else { return };
    if BAG.object(&mut sent, &mut context.notes, &Path::top("debug_meta")) && !sent.is_empty() {
        event.push("debug_meta", sent);
    }
}
