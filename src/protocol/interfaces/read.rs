//! Reading members of a tree by the type they should have; whatever has another type counts as absent.

use std::borrow::Cow;

use crate::types::json::{Json, Object};

/// A member that is a text, a number or a truth value, as text; empty ones are absent.
pub fn text<'a>(json: &'a Json<'_>, key: &str) -> Option<Cow<'a, str>> {
    json.get(key).and_then(scalar).filter(|text| !text.is_empty())
}

/// The text of a scalar.
pub fn scalar<'a>(json: &'a Json<'_>) -> Option<Cow<'a, str>> {
    match json {
        Json::Str(text) => Some(Cow::Borrowed(text)),
        Json::Int(_) | Json::Float(_) | Json::Bool(_) => Some(Cow::Owned(json.to_string())),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// A whole number, also one written as text.
pub fn number(json: &Json<'_>, key: &str) -> Option<i64> {
    let member = json.get(key)?;
    member.as_i64().or_else(|| member.as_str()?.parse().ok())
}

/// Any finite number.
pub fn float(json: &Json<'_>, key: &str) -> Option<f64> {
    json.get(key)?.as_f64().filter(|number| number.is_finite())
}

pub fn flag(json: &Json<'_>, key: &str) -> Option<bool> {
    json.get(key)?.as_bool()
}

/// A member that is an object with members.
pub fn object<'a>(json: &'a Json<'a>, key: &str) -> Option<&'a Object<'a>> {
    json.get(key)?.as_object().filter(|object| !object.is_empty())
}

/// A member that is anything but null.
pub fn any<'a>(json: &'a Json<'a>, key: &str) -> Option<&'a Json<'a>> {
    json.get(key).filter(|value| !value.is_null())
}

/// The items of a list, or of the list under `values` that many interfaces wrap theirs in.
pub fn items<'a>(json: &'a Json<'a>, key: &str) -> &'a [Json<'a>] {
    let Some(member) = json.get(key) else { return &[] };
    let list = member.get("values").unwrap_or(member);
    list.as_array().unwrap_or_default()
}

/// The texts of a list.
pub fn texts<'a>(json: &'a Json<'a>, key: &str) -> Vec<Cow<'a, str>> {
    items(json, key).iter().filter_map(scalar).collect()
}

/// The lines of a list: what is no text is an empty line, so that line numbers stay right.
pub fn lines<'a>(json: &'a Json<'a>, key: &str) -> Vec<&'a str> {
    items(json, key).iter().map(|line| line.as_str().unwrap_or_default()).collect()
}

/// Names with their values: a list of pairs, or an object.
pub fn pairs<'a>(json: &'a Json<'a>, key: &str) -> Vec<(Cow<'a, str>, &'a Json<'a>)> {
    match json.get(key) {
        Some(Json::Array(items)) => items.iter().filter_map(pair).collect(),
        Some(Json::Object(object)) => object.iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect(),
        _ => Vec::new(),
    }
}

fn pair<'a>(json: &'a Json<'a>) -> Option<(Cow<'a, str>, &'a Json<'a>)> {
    match json.as_array()? {
        [name, value] => Some((scalar(name)?, value)),
        _ => None,
    }
}

/// `[start, end)`, as `frames_omitted` and `exc_omitted` write it.
pub fn range(json: &Json<'_>, key: &str) -> Option<(i64, i64)> {
    match json.get(key)?.as_array()? {
        [start, end] => Some((start.as_i64()?, end.as_i64()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{items, number, pairs, range, text};
    use crate::types::json::parse;

    #[test]
    fn members_of_another_type_count_as_absent() {
        let json =
            parse(br#"{"a":1,"b":"","c":{"values":[1]},"d":[["k","v"],["x"],7],"e":[1,"2"],"f":"12","g":{"k":1}}"#)
                .unwrap();
        assert_eq!(text(&json, "a").as_deref(), Some("1"));
        assert_eq!(text(&json, "b"), None);
        assert_eq!(text(&json, "c"), None);
        assert_eq!(items(&json, "c").len(), 1);
        assert_eq!(items(&json, "a").len(), 0);
        assert_eq!(pairs(&json, "d").len(), 1);
        assert_eq!(pairs(&json, "g")[0].0, "k");
        assert_eq!(range(&json, "e"), None);
        assert_eq!(number(&json, "f"), Some(12));
    }
}
