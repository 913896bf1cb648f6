//! What SDKs send: clients that are superseded, and clocks that are wrong. A few events of each project are looked at, so
//! that nothing has to be counted as they come in.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use uuid::Uuid;

use super::{Finding, Fix};
use crate::app::App;
use crate::protocol::event::Event;
use crate::store::event_lists;
use crate::store::project_lists::{self, Wanted};
use crate::types::json::{self, Json};

/// Clients that are not maintained any more, and what took their place, as Sentry names them (`DEPRECATED_SDKS` of its
/// settings). They report less, and report some things wrong; what is known of their data stays in
/// `pipeline::normalize`.
const SUPERSEDED: &[(&str, &str)] = &[
    ("raven-js", "@sentry/browser"),
    ("raven-node", "@sentry/node"),
    ("raven-python", "sentry-sdk"),
    ("raven-ruby", "sentry-ruby"),
    ("sentry-raven", "sentry-ruby"),
    ("raven-php", "sentry-php"),
    ("raven-java", "sentry-java"),
    ("sentry-android", "sentry-java"),
    ("raven-go", "sentry-go"),
    ("raven-csharp", "sentry-dotnet"),
    ("sharpraven", "sentry-dotnet"),
    ("raven-objc", "sentry-cocoa"),
    ("raven-swift", "sentry-cocoa"),
    ("sentry-swift", "sentry-cocoa"),
];

/// Projects looked at, and events of each.
const MAX_PROJECTS: i64 = 300;
const EVENTS: i64 = 5;
/// Findings that are told.
const MAX_TOLD: usize = 20;
/// What sent something before counts no more.
const RECENT: TimeDelta = TimeDelta::hours(24);

pub async fn superseded(app: &App) -> anyhow::Result<Finding> {
    let (found, projects) = look(app, |path, json| {
        let sdk = Event::read(json).sdk?;
        let (name, version) = (sdk.name.unwrap_or_default(), sdk.version.unwrap_or_default());
        let successor = successor_of(&name)?;
        Some(format!("{path}: {name:.40} {version:.40} → {successor}"))
    })
    .await?;
    Ok(if found.is_empty() {
        Finding::ok(format!("0 of {projects}"))
    } else {
        Finding::warning(told(&found), Fix::UpdateSdks)
    })
}

/// The projects that got events by a clock that is wrong.
pub async fn clocks(app: &App) -> anyhow::Result<Finding> {
    let (found, projects) = look(app, |path, json| {
        let errors = json.get("errors").and_then(Json::as_array)?.iter();
        let kinds: Vec<&str> = errors.filter_map(|error| error.get("type").and_then(Json::as_str)).collect();
        let kind = kinds.into_iter().find(|kind| matches!(*kind, "clock_drift" | "future_timestamp"))?;
        Some(format!("{path}: {kind}"))
    })
    .await?;
    Ok(if found.is_empty() {
        Finding::ok(format!("0 of {projects}"))
    } else {
        Finding::warning(told(&found), Fix::KeepTimeOfClients)
    })
}

/// What is found in the latest events of the projects that send, and how many projects those are.
async fn look(
    app: &App,
    find: impl Fn(&str, &Json<'_>) -> Option<String>,
) -> anyhow::Result<(BTreeSet<String>, usize)> {
    let since = app.clock.now() - RECENT;
    let wanted = Wanted { query: "", since, offset: 0, limit: MAX_PROJECTS };
    let mut projects = project_lists::search(&app.db, &wanted).await?;
    projects.retain(|project| project.accepted > 0 && !project.is_removed);
    let mut found = BTreeSet::new();
    for project in &projects {
        let places = event_lists::list_recent_of_project(&app.db, project.id, EVENTS).await?;
        let ids: Vec<Uuid> = places.iter().map(|place| place.event_id).collect();
        for event in event_lists::list(&app.db, project.id, &ids).await? {
            let body = event.json()?;
            found.extend(json::parse(&body).ok().and_then(|json| find(&project.path(), &json)));
        }
    }
    Ok((found, projects.len()))
}

/// What took the place of a client: `raven-java:logback` is one of `raven-java`.
fn successor_of(name: &str) -> Option<&'static str> {
    let name = name.split(':').next().unwrap_or_default();
    SUPERSEDED.iter().find(|(old, _)| name.eq_ignore_ascii_case(old)).map(|(_, new)| *new)
}

fn told(found: &BTreeSet<String>) -> String {
    let mut told: Vec<&str> = found.iter().take(MAX_TOLD).map(String::as_str).collect();
    if found.len() > MAX_TOLD {
        told.push("…");
    }
    told.join("; ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{MAX_TOLD, successor_of, told};

    #[test]
    fn superseded_clients_are_known_by_name() {
        for (name, successor) in [
            ("raven-js", Some("@sentry/browser")),
            ("raven-java:logback", Some("sentry-java")),
            ("SharpRaven", Some("sentry-dotnet")),
            ("sentry.javascript.browser", None),
            ("sentry-java", None),
            ("", None),
        ] {
            assert_eq!(successor_of(name), successor, "{name}");
        }
    }

    #[test]
    fn what_is_told_is_bounded() {
        let many: BTreeSet<String> = (0..50).map(|number| format!("acme/p{number}")).collect();
        assert_eq!(told(&many).split("; ").count(), MAX_TOLD + 1);
    }
}
