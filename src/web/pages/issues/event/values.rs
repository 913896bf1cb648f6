//! JSON values as people read them: variables, extra data, request bodies, contexts.

use crate::messages::Messages;
use crate::types::json::{Json, Object};
use crate::web::markup::Markup;

/// Members of one container that are shown; the rest is counted.
const MAX_MEMBERS: usize = 50;
/// Levels that fold; what lies deeper is shown as compact JSON.
const MAX_DEPTH: usize = 6;
/// A value whose JSON is at most this long needs no folding.
const SHORT: usize = 80;
/// A longer text folds, unless it has more lines than [`MAX_LINES`].
const LONG_TEXT: usize = 400;
const MAX_LINES: usize = 4;
/// What is shown of a text at all; the JSON view has everything.
const MAX_TEXT: usize = 16_384;

/// What scrubbing leaves in the place of a value.
pub const FILTERED: &str = "[Filtered]";

/// The value, with colours by type, folding where it is long.
pub fn value(json: &Json<'_>, t: Messages) -> Markup {
    let mut out = Markup::new();
    write_value(&mut out, json, t, 0);
    out
}

/// The same with the outermost fold open: for what is the only value of its section.
pub fn opened(json: &Json<'_>, t: Messages) -> Markup {
    let folded = value(json, t);
    folded.with_first("<details class=\"v\">", "<details class=\"v\" open>")
}

/// Names with values as the rows of a table.
pub fn rows<'a>(members: impl Iterator<Item = (&'a str, &'a Json<'a>)>, t: Messages) -> Vec<(&'a str, Markup)> {
    members.map(|(name, json)| (name, value(json, t))).collect()
}

fn write_value(out: &mut Markup, json: &Json<'_>, t: Messages, depth: usize) {
    match json {
        Json::Str(text) => write_text(out, text, t, depth > 0),
        Json::Array(items) if folds(json, depth) => {
            open_fold(out, &t.event_items(length(items.len())), "[", &preview(json));
            for (place, item) in items.iter().take(MAX_MEMBERS).enumerate() {
                write_member(out, &place.to_string(), item, t, depth);
            }
            close_fold(out, items.len(), t);
        }
        Json::Object(object) if folds(json, depth) => {
            open_fold(out, &t.event_members(length(object.len())), "{", &preview(json));
            for (name, item) in object.iter().take(MAX_MEMBERS) {
                write_member(out, name, item, t, depth);
            }
            close_fold(out, object.len(), t);
        }
        Json::Array(_) | Json::Object(_) => write_compact(out, json),
        scalar => write_scalar(out, scalar),
    }
}

/// Short containers stay on one line.
fn folds(json: &Json<'_>, depth: usize) -> bool {
    depth < MAX_DEPTH && !json.is_empty() && (nests(json) || !is_short(json))
}

/// Whether a container holds containers that hold something.
fn nests(json: &Json<'_>) -> bool {
    let holds =
        |item: &Json<'_>| matches!(item, Json::Array(_) | Json::Object(_)) && !item.is_empty() && nested_is_long(item);
    match json {
        Json::Array(items) => items.iter().any(holds),
        Json::Object(object) => object.iter().any(|(_, item)| holds(item)),
        _ => false,
    }
}

fn nested_is_long(json: &Json<'_>) -> bool {
    !is_short(json)
}

/// Whether the value's JSON takes at most [`SHORT`] characters; stops counting there.
fn is_short(json: &Json<'_>) -> bool {
    estimate(json, SHORT + 1) <= SHORT
}

fn estimate(json: &Json<'_>, limit: usize) -> usize {
    let members = |size: usize, item: usize| if size > limit { size } else { size + item };
    match json {
        Json::Null | Json::Bool(_) => 4,
        Json::Int(_) | Json::Float(_) => 6,
        Json::Str(text) => text.len() + 2,
        Json::Array(items) => items
            .iter()
            .take(limit)
            .fold(2, |size, item| if size > limit { size } else { members(size, estimate(item, limit) + 2) }),
        Json::Object(object) => object_estimate(object, limit),
    }
}

fn object_estimate(object: &Object<'_>, limit: usize) -> usize {
    object
        .iter()
        .take(limit)
        .fold(2, |size, (name, item)| if size > limit { size } else { size + name.len() + 4 + estimate(item, limit) })
}

fn open_fold(out: &mut Markup, count: &str, bracket: &'static str, preview: &str) {
    out.raw("<details class=\"v\"><summary><i>");
    out.push(count);
    out.raw("</i> ");
    out.raw(bracket);
    out.push(preview);
    out.raw("</summary><dl>");
}

fn close_fold(out: &mut Markup, members: usize, t: Messages) {
    out.raw("</dl>");
    if members > MAX_MEMBERS {
        out.raw("<p class=\"muted\">");
        out.push(&t.event_more_members(length(members - MAX_MEMBERS)));
        out.raw("</p>");
    }
    out.raw("</details>");
}

/// The beginning of a container's content.
fn preview(json: &Json<'_>) -> String {
    let mut text = String::new();
    write_preview(json, &mut text);
    let cut: String = text.chars().take(60).collect();
    format!("{cut}…")
}

fn write_preview(json: &Json<'_>, out: &mut String) {
    let separate = |out: &mut String, place: usize| {
        if place > 0 {
            out.push_str(", ");
        }
        out.len() < 240
    };
    match json {
        Json::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                if !separate(out, place) {
                    return;
                }
                write_preview(item, out);
            }
        }
        Json::Object(object) => {
            for (place, (name, _)) in object.iter().enumerate() {
                if !separate(out, place) {
                    return;
                }
                out.push_str(&beginning(name, 40));
            }
        }
        Json::Str(text) => out.push_str(&beginning(text, 40)),
        other => out.push_str(&other.to_string()),
    }
}

fn write_member(out: &mut Markup, name: &str, item: &Json<'_>, t: Messages, depth: usize) {
    out.raw("<dt>");
    out.push(name);
    out.raw("</dt><dd>");
    write_value(out, item, t, depth + 1);
    out.raw("</dd>");
}

fn write_scalar(out: &mut Markup, json: &Json<'_>) {
    out.raw(match json {
        Json::Int(_) | Json::Float(_) => "<b class=\"n\">",
        _ => "<b class=\"k\">",
    });
    out.push(&json.to_string());
    out.raw("</b>");
}

/// One line of JSON without colours: short containers, and what is nested too deep.
fn write_compact(out: &mut Markup, json: &Json<'_>) {
    let mut text = json.to_string();
    if text.len() > MAX_TEXT {
        text = beginning(&text, MAX_TEXT);
    }
    out.raw("<code>");
    out.push(&text);
    out.raw("</code>");
}

fn write_text(out: &mut Markup, text: &str, t: Messages, quoted: bool) {
    if text == FILTERED {
        out.raw("<span class=\"chip filtered\" title=\"");
        out.push(t.event_filtered_hint());
        out.raw("\">[Filtered]</span>");
        return;
    }
    let shown = beginning(text, MAX_TEXT);
    let is_long = shown.len() > LONG_TEXT || shown.lines().count() > MAX_LINES;
    if is_long {
        out.raw("<details class=\"v text\"><summary>");
        out.push(&beginning(shown.lines().next().unwrap_or_default(), 120));
        out.raw(" <i>");
        out.push(t.event_show_all());
        out.raw("</i></summary>");
    }
    let mark = if quoted { "\"" } else { "" };
    out.raw("<b class=\"s\">");
    out.push(mark);
    out.push(&shown);
    out.push(mark);
    out.raw("</b>");
    if is_long {
        out.raw("</details>");
    }
}

/// At most `max` characters; an ellipsis says that there were more.
pub fn beginning(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A length as messages count.
pub fn length(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::value;
    use crate::messages::Messages;
    use crate::types::json::parse;
    use crate::types::language::Language;

    fn shown(json: &str) -> String {
        value(&parse(json.as_bytes()).unwrap(), Messages::new(Language::English)).to_string()
    }

    #[test]
    fn values_show_their_type() {
        for (json, html) in [
            ("4711", "<b class=\"n\">4711</b>"),
            ("null", "<b class=\"k\">null</b>"),
            ("\"a<b\"", "<b class=\"s\">a&lt;b</b>"),
            ("{\"a\":[1,2]}", "<code>{&quot;a&quot;:[1,2]}</code>"),
            ("[]", "<code>[]</code>"),
        ] {
            assert_eq!(shown(json), html);
        }
    }

    #[test]
    fn long_values_fold_and_filtered_ones_are_chips() {
        let long = format!("{{\"a\":\"{}\",\"b\":\"[Filtered]\"}}", "x".repeat(100));
        let html = shown(&long);
        assert!(html.starts_with("<details class=\"v\"><summary><i>2 members</i> {a, b…"), "{html}");
        assert!(html.contains("<dt>b</dt><dd><span class=\"chip filtered\""), "{html}");
        assert!(shown("\"1\\n2\\n3\\n4\\n5\"").contains("<details class=\"v text\"><summary>1 <i>"));
    }

    #[test]
    fn endless_depth_and_length_stay_bounded() {
        let deep = format!("{}1{}", "[\"0123456789012345678901234567890123456789\",".repeat(150), "]".repeat(150));
        assert!(shown(&deep).len() < 40_000);
        let wide = format!("[{}1]", "{\"key\":\"value\"},".repeat(20_000));
        assert!(shown(&wide).len() < 20_000);
    }
}
