use std::fmt::Write;

use chrono::DateTime;
use uuid::Uuid;

use super::group::rules::Rules;
use super::group::{Component, ComponentValue, Variant, explain};
use super::normalize::security::{ReportQuery, event_from_report};
use super::summarize::Summary;
use super::symbolicate::Gathered;
use super::{Outcome, Receipt, process};
use crate::protocol::security::Kind;
use crate::types::json::{Json, Object, parse};
use crate::types::project_settings::ProjectSettings;

/// Real payloads and what becomes of them.
const EVENTS: [(&str, &str); 12] = [
    ("cocoa-threads", include_str!("../../tests/fixtures/events/cocoa-threads.json")),
    ("csp-report", include_str!("../../tests/fixtures/events/csp-report.json")),
    ("dotnet-aspnetcore", include_str!("../../tests/fixtures/events/dotnet-aspnetcore.json")),
    ("go-wrapped", include_str!("../../tests/fixtures/events/go-wrapped.json")),
    ("java-chained", include_str!("../../tests/fixtures/events/java-chained.json")),
    ("javascript-browser", include_str!("../../tests/fixtures/events/javascript-browser.json")),
    ("message-breadcrumbs", include_str!("../../tests/fixtures/events/message-breadcrumbs.json")),
    ("node-express", include_str!("../../tests/fixtures/events/node-express.json")),
    ("php-laravel", include_str!("../../tests/fixtures/events/php-laravel.json")),
    ("python-chained-locals", include_str!("../../tests/fixtures/events/python-chained-locals.json")),
    ("ruby-rails", include_str!("../../tests/fixtures/events/ruby-rails.json")),
    ("rust-panic", include_str!("../../tests/fixtures/events/rust-panic.json")),
];

/// The payload as ingest hands it on.
fn event(payload: Json<'_>) -> Object<'_> {
    if let Some(kind) = Kind::of(&payload) {
        return event_from_report(kind, &payload, "curl/8", ReportQuery::default()).unwrap();
    }
    let Json::Object(event) = payload else { panic!("no object") };
    event
}

fn receipt() -> Receipt {
    Receipt {
        event_id: Uuid::nil(),
        received_at: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        client_ip: Some([203, 0, 113, 9].into()),
        client: "sentry.test/1".to_owned(),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0".to_owned(),
        sent_at: None,
    }
}

/// What people see of an event: changing any of it regroups or renames issues.
#[test]
fn events_of_real_sdks_are_named_and_grouped_as_ever() {
    let settings = ProjectSettings::default();
    for (name, text) in EVENTS {
        let event = event(parse(text.as_bytes()).unwrap());
        let Outcome::Ready(ready) =
            process(event, &receipt(), (&settings, &Rules::default()), &|_| Gathered::default())
        else {
            panic!("{name} was filtered")
        };
        let Ok(Json::Object(stored)) = parse(&ready.json) else { panic!("{name}") };
        let variants = explain(&stored, &settings);
        let explained: Vec<&str> = variants.iter().filter_map(|variant| variant.hash.as_deref()).collect();
        let hashes: Vec<String> = ready.hashes.iter().map(ToString::to_string).collect();
        assert_eq!(explained, hashes, "{name}: a stored event is explained as it was hashed");
        let text =
            format!("{}\n{}", summary_text(&ready.summary), variants.iter().map(variant_text).collect::<String>());
        insta::with_settings!({ snapshot_path => "../../tests/fixtures/grouping", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, text);
        });
    }
}

fn summary_text(summary: &Summary) -> String {
    let mut text = format!(
        "type: {}\ntitle: {}\nculprit: {}\nlocation: {}\nlevel: {}\nmetadata: {}\nmessage: {}\n",
        summary.event_type,
        summary.title,
        summary.culprit,
        summary.location.as_deref().unwrap_or("-"),
        summary.level,
        summary.metadata,
        summary.message.escape_debug(),
    );
    for (key, value) in &summary.tags {
        writeln!(text, "tag {key} = {value}").unwrap();
    }
    text
}

fn variant_text(variant: &Variant) -> String {
    let state = variant.hint.map_or_else(String::new, |hint| format!(" ({hint})"));
    let hash = variant.hash.as_deref().unwrap_or("-");
    let mut text = format!("{} [{}] {hash}: {}{state}\n", variant.name, variant.kind, variant.description);
    if let Some(component) = &variant.component {
        write_component(component, 1, &mut text);
    }
    text
}

fn write_component(component: &Component, depth: usize, text: &mut String) {
    let sign = if component.contributes { '+' } else { '-' };
    let hint = component.hint.map_or_else(String::new, |hint| format!(" ({hint})"));
    write!(text, "{}{sign} {}{hint}", "  ".repeat(depth), component.id).unwrap();
    for value in &component.values {
        if let ComponentValue::Text(value) = value {
            write!(text, ": {}", value.escape_debug()).unwrap();
        }
    }
    text.push('\n');
    for value in &component.values {
        if let ComponentValue::Component(child) = value {
            write_component(child, depth + 1, text);
        }
    }
}
