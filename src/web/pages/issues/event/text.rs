//! An event as plain text and as Markdown, for tickets, chats and assistants.

use std::borrow::Cow;
use std::fmt::Write;

use chrono::{DateTime, Utc};

use super::options::Form;
use super::request::{full_url, text_of};
use super::{raw, values};
use crate::protocol::event::Event;
use crate::protocol::interfaces::breadcrumbs::Breadcrumb;
use crate::protocol::timestamp;
use crate::types::json::Json;

const MAX_CRUMBS: usize = 50;

/// What both texts begin with.
pub struct Heading<'a> {
    pub short_id: &'a str,
    pub title: &'a str,
    pub culprit: &'a str,
    /// Address of the event's page.
    pub url: &'a str,
}

/// Plain text.
pub fn plain(heading: &Heading<'_>, event: &Event<'_>) -> String {
    let mut out = format!("{} {}\n", heading.short_id, heading.title);
    if !heading.culprit.is_empty() {
        push(&mut out, format_args!("{}\n", heading.culprit));
    }
    push(&mut out, format_args!("{}\n\n", heading.url));
    for (name, value) in facts(event) {
        push(&mut out, format_args!("{name}: {value}\n"));
    }
    for (title, body) in sections(event) {
        push(&mut out, format_args!("\n{title}\n{}\n{body}\n", "-".repeat(title.len())));
    }
    out
}

/// Markdown; texts of the event stand in fences that they cannot close.
pub fn markdown(heading: &Heading<'_>, event: &Event<'_>) -> String {
    let mut out = format!("# {} {}\n\n", heading.short_id, inline(heading.title));
    if !heading.culprit.is_empty() {
        push(&mut out, format_args!("{}\n\n", code(heading.culprit)));
    }
    push(&mut out, format_args!("<{}>\n\n", heading.url));
    for (name, value) in facts(event) {
        push(&mut out, format_args!("- **{}**: {}\n", inline(&name), code(&value)));
    }
    for (title, body) in sections(event) {
        let fence = fence(&body);
        push(&mut out, format_args!("\n## {title}\n\n{fence}\n{body}\n{fence}\n"));
    }
    out
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("writing to a string cannot fail");
}

fn facts(event: &Event<'_>) -> Vec<(String, String)> {
    let text = |text: &Option<Cow<'_, str>>| text.as_deref().map(str::to_owned);
    let time = event.timestamp.and_then(time_of);
    let known = [
        ("event", text(&event.event_id)),
        ("time", time.map(|at| at.format("%Y-%m-%d %H:%M:%S%.3f UTC").to_string())),
        ("level", text(&event.level)),
        ("release", text(&event.release)),
        ("environment", text(&event.environment)),
        ("transaction", text(&event.transaction)),
        ("user", event.user.as_ref().and_then(|user| user.label()).map(str::to_owned)),
        (
            "request",
            event
                .request
                .as_ref()
                .map(|request| format!("{} {}", request.method.as_deref().unwrap_or("GET"), full_url(request))),
        ),
    ];
    let known = known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let told = ["level", "release", "environment", "transaction", "user", "url"];
    let tags = event.tags.iter().filter(|(key, _)| !told.contains(&&**key));
    known.chain(tags.map(|(key, value)| (key.clone().into_owned(), value.clone().into_owned()))).collect()
}

/// The point in time of a timestamp.
pub fn time_of(seconds: f64) -> Option<DateTime<Utc>> {
    timestamp::parse(&Json::Float(seconds))
}

fn sections(event: &Event<'_>) -> Vec<(&'static str, String)> {
    let message = event.logentry.as_ref().map(|logentry| logentry.text().to_owned()).unwrap_or_default();
    let crumbs = event.breadcrumbs.iter().skip(event.breadcrumbs.len().saturating_sub(MAX_CRUMBS));
    let crumbs: Vec<String> = crumbs.map(crumb).collect();
    let extra = event.extra.map(|extra| {
        extra.iter().map(|(name, value)| format!("{name}: {}", text_of(value))).collect::<Vec<_>>().join("\n")
    });
    [
        ("Message", message),
        ("Stack trace", raw::text(event, Form::Mapped)),
        ("Breadcrumbs", crumbs.join("\n")),
        ("Additional data", values::beginning(&extra.unwrap_or_default(), 20_000)),
    ]
    .into_iter()
    .filter(|(_, body)| !body.is_empty())
    .map(|(title, body)| (title, body.trim_end().to_owned()))
    .collect()
}

fn crumb(crumb: &Breadcrumb<'_>) -> String {
    let at = crumb.timestamp.and_then(timestamp::parse);
    let data = crumb.data.map(|data| Json::Object(data.clone()).to_string()).unwrap_or_default();
    let parts = [
        at.map(|at| at.format("%H:%M:%S").to_string()).unwrap_or_default(),
        crumb.category.as_deref().unwrap_or_default().to_owned(),
        values::beginning(crumb.message.as_deref().unwrap_or_default(), 500),
        values::beginning(&data, 500),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
}

/// One line whose marks mean nothing.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '@' => {
                out.push('\\');
                out.push(character);
            }
            _ => out.push(character),
        }
    }
    out
}

fn code(text: &str) -> String {
    let line = text.replace(['\n', '\r'], " ");
    let ticks = "`".repeat(longest_run(&line, '`') + 1);
    if ticks.len() == 1 { format!("`{line}`") } else { format!("{ticks} {line} {ticks}") }
}

fn fence(body: &str) -> String {
    "`".repeat((longest_run(body, '`') + 1).max(3))
}

fn longest_run(text: &str, mark: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == mark { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::{Heading, markdown, plain};
    use crate::protocol::event::Event;
    use crate::types::json::parse;

    #[test]
    fn no_text_closes_its_fence() {
        let json = parse(
            br#"{"event_id":"ab","level":"error","tags":[["a`b","x``y"]],"logentry":{"formatted":"one\n````\ntwo"},
            "breadcrumbs":[{"timestamp":0,"category":"ui","message":"click"}]}"#,
        )
        .unwrap();
        let event = Event::read(&json);
        let heading = Heading { short_id: "SHOP-1", title: "<b> *x*", culprit: "a in b", url: "https://x.example/1/" };
        let text = markdown(&heading, &event);
        assert!(text.starts_with("# SHOP-1 \\<b\\> \\*x\\*\n"), "{text}");
        assert!(text.contains("\n`````\none\n````\ntwo\n`````\n"), "{text}");
        assert!(text.contains("- **a\\`b**: ``` x``y ```\n"), "{text}");
        assert!(plain(&heading, &event).contains("\nMessage\n-------\none\n"));
    }
}
