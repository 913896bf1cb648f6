//! The message of an event (grouping.md 8.6).

use std::borrow::Cow;

use crate::types::json::Object;

use super::parametrize::parametrize;

/// The template as it is where there is one, else the text without what varies.
pub fn leaf<'a>(event: &'a Object<'_>) -> Option<Cow<'a, str>> {
    let entry = event.get("logentry")?.as_object()?;
    let text = |key| entry.get_str(key).filter(|text| !text.trim().is_empty());
    match (text("message"), text("formatted")) {
        (Some(template), Some(formatted)) if template != formatted => Some(Cow::Borrowed(template)),
        (_, Some(text)) | (Some(text), None) => Some(Cow::Owned(parametrize(text))),
        (None, None) => None,
    }
}
