//! What happened before the event, oldest first; the event itself is the last entry.

use chrono::{DateTime, Utc};

use super::budget::Budget;
use super::excerpt::{Excerpt, Rest};
use super::request::text_of;
use super::values;
use crate::messages::Messages;
use crate::protocol::interfaces::breadcrumbs::Breadcrumb;
use crate::protocol::timestamp;
use crate::types::json::{Json, Object};
use crate::types::level::Level;
use crate::web::markup::Markup;
use crate::web::pages::issues::level_word;

/// The newest entries are shown at once.
const NEWEST: usize = 10;
/// Members of an entry's data that are shown at once.
const SHOWN_DATA: usize = 3;

pub struct BreadcrumbsView<'a> {
    pub earlier: Vec<CrumbView<'a>>,
    pub newest: Vec<CrumbView<'a>>,
    /// Earlier entries that this page has no room for.
    pub rest: Option<Rest>,
    /// Whether the last entry is the last before the event.
    pub reaches_event: bool,
}

pub struct CrumbView<'a> {
    /// Name of the icon.
    pub icon: &'static str,
    pub category: &'a str,
    pub level: Level,
    pub level_word: &'static str,
    pub headline: Markup,
    pub data: Vec<(&'a str, Markup)>,
    pub more_data: Vec<(&'a str, Markup)>,
    pub clock: String,
    /// Seconds before the event, with sign.
    pub before: String,
}

/// The entries that fit; the newest are kept.
pub fn view<'a>(
    crumbs: &'a [Breadcrumb<'a>],
    excerpt: Excerpt,
    event_at: Option<DateTime<Utc>>,
    t: Messages,
    budget: &mut Budget,
) -> BreadcrumbsView<'a> {
    let mut views = Vec::new();
    for crumb in crumbs.iter().rev().skip(excerpt.skip) {
        let view = crumb_view(crumb, event_at, t);
        let data = view.data.iter().chain(&view.more_data);
        let (elements, bytes) = data.fold((9, 500), |(elements, bytes), (name, markup)| {
            (elements + markup.elements() + 3, bytes + markup.len() + name.len() + 60)
        });
        if !budget.take_size(elements + view.headline.elements(), bytes + view.headline.len()) {
            break;
        }
        views.push(view);
    }
    let rest = excerpt.rest(crumbs.len(), views.len());
    views.reverse();
    // On a page of their own nothing folds: who came here wants to read them.
    let shown = if excerpt.is_whole() { NEWEST } else { views.len() };
    let newest = views.split_off(views.len().saturating_sub(shown));
    BreadcrumbsView { earlier: views, newest, rest, reaches_event: excerpt.skip == 0 }
}

fn crumb_view<'a>(crumb: &'a Breadcrumb<'a>, event_at: Option<DateTime<Utc>>, t: Messages) -> CrumbView<'a> {
    let at = crumb.timestamp.and_then(timestamp::parse);
    let kind = crumb.kind.as_deref().unwrap_or("default");
    let category = crumb.category.as_deref().unwrap_or(kind);
    let (headline, told) = headline(crumb, kind, category, t);
    let level = crumb.level.as_deref().and_then(Level::parse).unwrap_or(Level::Info);
    let members = crumb.data.into_iter().flat_map(Object::iter).filter(|(name, _)| !told.contains(name));
    let mut data = values::rows(members.take(40), t);
    let more_data = data.split_off(data.len().min(SHOWN_DATA));
    let milliseconds = at.zip(event_at).map(|(at, event_at)| (at - event_at).num_milliseconds());
    CrumbView {
        icon: icon(kind, category),
        category,
        level,
        level_word: level_word(t, level),
        headline,
        data,
        more_data,
        clock: at.map(|at| t.second(at)).unwrap_or_default(),
        before: milliseconds.map(seconds).unwrap_or_default(),
    }
}

fn seconds(milliseconds: i64) -> String {
    let tenths = milliseconds.unsigned_abs() / 100;
    let sign = if milliseconds > 0 { "+" } else { "−" };
    format!("{sign}{}.{} s", tenths / 10, tenths % 10)
}

/// The line of the entry, and the members of its data that the line tells.
fn headline<'a>(crumb: &Breadcrumb<'_>, kind: &str, category: &str, t: Messages) -> (Markup, &'a [&'static str]) {
    let text = |key: &str| crumb.data?.get(key).map(text_of).filter(|text| !text.is_empty());
    if (kind == "http" || matches!(category, "xhr" | "fetch" | "http" | "requests" | "httplib"))
        && let Some(url) = text("url")
        && crumb.message.is_none()
    {
        let mut line = Markup::element("<b>", &text("method").unwrap_or_else(|| "GET".to_owned()), "</b>");
        line.raw(" ");
        line.push(&values::beginning(&url, 500));
        if let Some(status) = text("status_code") {
            line.push(&format!(" [{status}]"));
        }
        return (line, &["url", "method", "status_code"]);
    }
    if (kind == "navigation" || category == "navigation")
        && let (Some(from), Some(to)) = (text("from"), text("to"))
    {
        let code = |path: &str| Markup::element("<code>", &values::beginning(path, 500), "</code>");
        return (Markup::message(t.event_from_to(code(&from), code(&to))), &["from", "to"]);
    }
    let message = crumb.message.as_deref().unwrap_or_default();
    (values::value(&Json::from(message), t), &[])
}

fn icon(kind: &str, category: &str) -> &'static str {
    let by_category = category.split(['.', ':']).next().unwrap_or_default();
    match (kind, by_category) {
        ("navigation", _) | (_, "navigation") => "navigation",
        ("http", _) | (_, "xhr" | "fetch" | "http") => "http",
        ("query", _) | (_, "query" | "sql" | "redis") => "query",
        ("error", _) | (_, "exception" | "error") => "error",
        ("user", _) | (_, "user" | "auth") => "user",
        ("debug", _) | (_, "console") => "console",
        ("ui", _) | (_, "ui" | "click") => "ui",
        _ => "crumb",
    }
}

#[cfg(test)]
mod tests {
    use super::view;
    use crate::messages::Messages;
    use crate::protocol::interfaces::breadcrumbs::Breadcrumb;
    use crate::types::json::parse;
    use crate::types::language::Language;
    use crate::web::pages::issues::event::budget::Budget;
    use crate::web::pages::issues::event::excerpt::Excerpt;

    #[test]
    fn entries_tell_their_data() {
        let json = parse(
            br#"{"breadcrumbs":{"values":[
            {"type":"http","timestamp":1000,"data":{"url":"https://pay.example/q","method":"POST","status_code":502,"reason":"x"}},
            {"category":"navigation","timestamp":1002.5,"data":{"from":"/a","to":"/<b>"}},
            {"level":"warn","message":"<i>","data":{"a":1,"b":2,"c":3,"d":4}}]}}"#,
        )
        .unwrap();
        let crumbs = Breadcrumb::read_all(&json);
        let at = chrono::DateTime::from_timestamp(1004, 0);
        let shown =
            view(&crumbs, Excerpt::WHOLE, at, Messages::new(Language::English), &mut Budget::new(1_000, 100_000));
        let lines: Vec<String> = shown.newest.iter().map(|crumb| crumb.headline.to_string()).collect();
        assert_eq!(lines[0], "<b>POST</b> https://pay.example/q [502]");
        assert!(lines[1].contains("<code>/a</code>") && lines[1].contains("<code>/&lt;b&gt;</code>"), "{}", lines[1]);
        assert_eq!(
            (shown.newest[0].data.len(), shown.newest[2].data.len(), shown.newest[2].more_data.len()),
            (1, 3, 1)
        );
        assert_eq!((shown.newest[1].before.as_str(), shown.newest[0].clock.as_str()), ("−1.5 s", "00:16:40"));
    }

    #[test]
    fn the_newest_are_kept() {
        let json = format!(r#"{{"breadcrumbs":[{}{{"message":"last"}}]}}"#, r#"{"message":"x"},"#.repeat(199));
        let json = parse(json.as_bytes()).unwrap();
        let crumbs = Breadcrumb::read_all(&json);
        let shown =
            view(&crumbs, Excerpt::WHOLE, None, Messages::new(Language::English), &mut Budget::new(600, 100_000));
        assert_eq!(shown.newest.len(), 10);
        assert!(shown.newest[9].headline.to_string().contains("last"));
        let rest = shown.rest.unwrap();
        assert_eq!(rest.count, 200 - 10 - i64::try_from(shown.earlier.len()).unwrap());
        assert!(rest.count > 100);
    }
}
