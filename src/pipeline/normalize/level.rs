//! How bad the event is (normalize.md 4).

use super::Context;
use super::path::Path;
use crate::types::json::{Json, Object};
use crate::types::level::Level;

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let level = event.get("level").map(|sent| {
        read(sent).unwrap_or_else(|| {
            context.notes.invalid(&Path::top("level"), sent, "unknown level");
            Level::Error
        })
    });
    event.insert("level", level.unwrap_or(Level::Error).as_str());
}

/// Names in any case, and the numbers of old clients.
pub fn read(sent: &Json<'_>) -> Option<Level> {
    match sent {
        Json::Int(number) => Level::from_number(*number),
        Json::Str(text) => {
            let text = text.trim();
            text.parse().map_or_else(|_| Level::parse(text), Level::from_number)
        }
        _ => None,
    }
}
