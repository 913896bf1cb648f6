//! Small readers that many steps share.
//!
//! Those that take `&mut Json` change the value into its canonical form and say whether it is worth keeping, so that a
//! step is one `retain` over an object with one line per attribute.

use std::borrow::Cow;

use super::notes::Notes;
use super::path::Path;
use crate::types::json::{Json, Object};

/// The text of a scalar: numbers as written, `True` and `False` as Python has it. `None` for null, NaN and containers.
pub fn scalar_text(value: Json<'_>) -> Option<Cow<'_, str>> {
    match value {
        Json::Str(text) => Some(text),
        Json::Bool(true) => Some(Cow::Borrowed("True")),
        Json::Bool(false) => Some(Cow::Borrowed("False")),
        Json::Int(number) => Some(Cow::Owned(number.to_string())),
        Json::Float(number) if number.is_finite() => Some(Cow::Owned(Json::Float(number).to_string())),
        Json::Float(_) | Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// Texts as they are, everything else as compact JSON.
pub fn json_text(value: Json<'_>) -> Option<Cow<'_, str>> {
    match value {
        Json::Null => None,
        Json::Str(text) => Some(text),
        other => Some(Cow::Owned(other.to_string())),
    }
}

/// Cuts a text to `max` characters, the last three being dots. Gives the length it had, if it was longer.
pub fn cut(text: &mut Cow<'_, str>, max: usize) -> Option<usize> {
    if text.len() <= max {
        return None;
    }
    text.char_indices().nth(max)?;
    let end = text.char_indices().nth(max.saturating_sub(3)).map_or(0, |(at, _)| at);
    let length = text.chars().count();
    *text = Cow::Owned(format!("{}...", &text[..end]));
    Some(length)
}

/// Without surrounding white space; borrows on.
pub fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// A text loses the white space around it; other values stay.
pub fn trim(value: &mut Json<'_>) {
    if let Json::Str(text) = value {
        *text = trimmed(std::mem::take(text));
    }
}

/// A scalar becomes a text of at most `max` characters. Nothing remains of null and of an empty text; a container is
/// an error.
pub fn text(value: &mut Json<'_>, max: usize, notes: &mut Notes, path: &Path<'_>) -> bool {
    if matches!(value, Json::Array(_) | Json::Object(_)) {
        notes.invalid(path, value, "expected a text");
        return false;
    }
    bounded(value, scalar_text, max, notes, path)
}

/// Null, an empty text, or a number that is none.
pub fn says_nothing(value: &Json<'_>) -> bool {
    match value {
        Json::Null => true,
        Json::Str(text) => text.is_empty(),
        Json::Float(number) => !number.is_finite(),
        _ => false,
    }
}

/// Any value becomes a text of at most `max` characters, containers as JSON.
pub fn any_text(value: &mut Json<'_>, max: usize, notes: &mut Notes, path: &Path<'_>) -> bool {
    bounded(value, json_text, max, notes, path)
}

fn bounded<'a>(
    value: &mut Json<'a>,
    read: fn(Json<'a>) -> Option<Cow<'a, str>>,
    max: usize,
    notes: &mut Notes,
    path: &Path<'_>,
) -> bool {
    let Some(mut text) = read(value.take()).filter(|text| !text.is_empty()) else { return false };
    if let Some(length) = cut(&mut text, max) {
        notes.cut(path, max, length);
    }
    *value = Json::Str(text);
    true
}

/// A boolean stays; null goes silently, anything else as an error.
pub fn flag(value: &Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    match value {
        Json::Bool(_) => true,
        Json::Null => false,
        _ => {
            notes.invalid(path, value, "expected a boolean");
            false
        }
    }
}

/// Whole numbers from zero, also as digits in a text.
pub fn whole_number(value: &Json<'_>) -> Option<i64> {
    let number = match value {
        Json::Int(number) => *number,
        #[expect(clippy::cast_possible_truncation, reason = "saturates, and nobody counts that far")]
        Json::Float(number) if number.is_finite() => *number as i64,
        Json::Str(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    (number >= 0).then_some(number)
}

/// The value as a whole number, or nothing.
pub fn whole(value: &mut Json<'_>) -> bool {
    let number = whole_number(value);
    *value = number.map_or(Json::Null, Json::Int);
    number.is_some()
}

/// An address in memory as `0x` and lower-case digits.
pub fn address(value: &mut Json<'_>) -> bool {
    let address = match value {
        Json::Int(number) => u64::try_from(*number).ok(),
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
        Json::Float(number) if (0.0..1.8e19).contains(number) => Some(*number as u64),
        Json::Str(text) => match text.trim().strip_prefix("0x").or_else(|| text.trim().strip_prefix("0X")) {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => text.trim().parse().ok(),
        },
        _ => None,
    };
    *value = address.map_or(Json::Null, |address| Json::text(format!("{address:#x}")));
    address.is_some()
}

/// Two whole numbers that mark a gap, or nothing.
pub fn range(value: &mut Json<'_>) -> bool {
    match value {
        Json::Array(ends) => ends.len() == 2 && ends.iter_mut().all(whole),
        _ => false,
    }
}

/// The elements of `[…]` or `{values: […]}`; `None` for anything else.
pub fn container(value: Json<'_>) -> Option<Vec<Json<'_>>> {
    match value {
        Json::Array(items) => Some(items),
        Json::Object(mut object) => match object.get_mut("values")?.take() {
            Json::Array(items) => Some(items),
            Json::Null => Some(Vec::new()),
            _ => None,
        },
        _ => None,
    }
}

/// A name and what it stands for.
pub type Pair<'a> = (Cow<'a, str>, Json<'a>);

/// The pairs of an object, a list of pairs, or a list of `{key, value}`; `None` for anything else.
pub fn pairs(value: Json<'_>) -> Option<Vec<Pair<'_>>> {
    match value {
        Json::Object(object) => Some(object.into_members()),
        Json::Array(items) => Some(items.into_iter().filter_map(pair).collect()),
        _ => None,
    }
}

fn pair(item: Json<'_>) -> Option<Pair<'_>> {
    match item {
        Json::Array(mut pair) if pair.len() == 2 => {
            let value = pair.pop()?;
            Some((scalar_text(pair.pop()?)?, value))
        }
        Json::Object(mut pair) => Some((scalar_text(pair.remove("key")?)?, pair.remove("value")?)),
        _ => None,
    }
}

/// `{values: items}` with what else belongs to it.
pub fn values_object(items: Vec<Json<'_>>) -> Object<'_> {
    let mut object = Object::new();
    object.push("values", items);
    object
}
