//! Completion of the search (ui.md 6.8): what may stand in the place of the token that is being typed.

use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};

use super::searches;
use crate::app::App;
use crate::messages::{Messages, grouped};
use crate::services::saved_searches;
use crate::store::completion;
use crate::store::{members, teams};
use crate::types::user_part::UserPart;
use crate::web::error::Result;
use crate::web::extract::needs::EventRead;
use crate::web::extract::{OrganizationAccess, Viewer};

/// Longer tokens are not completed.
const MAX_TOKEN: usize = 200;
/// Entries of a section.
const MAX_ITEMS: usize = 8;

const STATES: [&str; 9] =
    ["unresolved", "resolved", "ignored", "assigned", "unassigned", "regressed", "linked", "unlinked", "muted"];
const LEVELS: [&str; 5] = ["fatal", "error", "warning", "info", "debug"];
const AGES: [&str; 5] = ["-1h", "-24h", "-7d", "-30d", "+30d"];
const NUMBERS: [&str; 4] = [">1", ">10", ">100", ">1000"];
const ATTRIBUTES: [&str; 19] = [
    "is:",
    "assigned:",
    "level:",
    "environment:",
    "release:",
    "firstRelease:",
    "age:",
    "firstSeen:",
    "lastSeen:",
    "timesSeen:",
    "users:",
    "has:",
    "user.email:",
    "user.id:",
    "user.username:",
    "user.ip:",
    "bookmarks:",
    "subscribed:",
    "message:",
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Params {
    token: String,
    /// Slug of the project, where the list is of one.
    project: String,
}

#[derive(Serialize)]
pub struct Section {
    title: &'static str,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    /// What stands in the token's place.
    insert: String,
    note: String,
    /// It stands in the place of the whole query.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    whole: bool,
}

impl Item {
    fn of(insert: String) -> Self {
        Self { insert, note: String::new(), whole: false }
    }
}

/// `GET /organizations/{organization}/issues/complete/`.
pub async fn complete(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<EventRead>,
    Query(params): Query<Params>,
) -> Result<Json<Vec<Section>>> {
    let t = viewer.messages();
    if params.token.chars().count() > MAX_TOKEN || params.token.contains('\0') {
        return Ok(Json(Vec::new()));
    }
    let mut projects = access.projects(&app).await?;
    projects.retain(|project| params.project.is_empty() || project.slug == params.project);
    let ids: Vec<i64> = projects.iter().map(|project| project.id.0).collect();
    let (not, token) = match params.token.strip_prefix('!') {
        Some(rest) => ("!", rest),
        None => ("", params.token.as_str()),
    };
    let sections = if let Some((key, text)) = token.split_once(':') {
        vec![values(&app, &access, (&ids, t), (not, key), text.trim_start_matches('"')).await?]
    } else {
        let of_project = projects.first().map(|project| project.id).filter(|_| !params.project.is_empty());
        let place = (access.organization.id, of_project);
        let saved = saved_searches::list(&app, place, access.actor.user.id).await?;
        vec![attributes(not, token, t), tags(&app, &ids, (not, token), t).await?, saved_section(&saved, token, t)]
    };
    Ok(Json(sections.into_iter().filter(|section| !section.items.is_empty()).collect()))
}

fn attributes(not: &str, token: &str, t: Messages) -> Section {
    let token = token.to_lowercase();
    let fitting = ATTRIBUTES.iter().filter(|key| key.to_lowercase().contains(&token));
    let items = fitting.take(MAX_ITEMS).map(|key| Item::of(format!("{not}{key}"))).collect();
    Section { title: t.search_section_attributes(), items }
}

async fn tags(app: &App, ids: &[i64], (not, token): (&str, &str), t: Messages) -> Result<Section> {
    let keys = completion::list_keys(&app.db, ids, token, limit(MAX_ITEMS + ATTRIBUTES.len())).await?;
    let is_new = |key: &String| !ATTRIBUTES.contains(&format!("{key}:").as_str()) && key != "user";
    let items = keys.iter().filter(|key| is_new(key)).take(MAX_ITEMS);
    Ok(Section {
        title: t.search_section_tags(),
        items: items.map(|key| Item::of(format!("{not}{}:", quoted_key(key)))).collect(),
    })
}

fn saved_section(saved: &[saved_searches::Search], token: &str, t: Messages) -> Section {
    let token = token.to_lowercase();
    let named = saved.iter().map(|search| (searches::name(search, t), search));
    let fitting = named.filter(|(name, _)| name.to_lowercase().contains(&token));
    let items = fitting.take(5).map(|(note, search)| Item { insert: search.query.clone(), note, whole: true });
    Section { title: t.search_section_saved(), items: items.collect() }
}

async fn values(
    app: &App,
    access: &OrganizationAccess<EventRead>,
    (ids, t): (&[i64], Messages),
    (not, key): (&str, &str),
    text: &str,
) -> Result<Section> {
    let lower = text.to_lowercase();
    let listed = |values: &[&str]| -> Vec<Item> {
        let fitting = values.iter().filter(|value| value.contains(lower.as_str()));
        fitting.map(|value| Item::of(format!("{not}{key}:{value}"))).collect()
    };
    let (title, items) = match key.to_lowercase().as_str() {
        "is" => (t.search_section_states(), listed(&STATES)),
        "level" => (t.search_section_states(), listed(&LEVELS)),
        "age" | "firstseen" | "lastseen" | "activesince" | "event.timestamp" | "date" => {
            (t.search_section_times(), listed(&AGES))
        }
        "timesseen" | "users" => (t.search_section_times(), listed(&NUMBERS)),
        "assigned" | "bookmarks" | "subscribed" => {
            let people = people(app, access, key).await?;
            let fitting = people.into_iter().filter(|name| name.to_lowercase().contains(&lower)).take(MAX_ITEMS);
            let items = fitting.map(|name| Item::of(format!("{not}{key}:{}", quoted(&name)))).collect();
            (t.search_section_people(), items)
        }
        "has" => {
            let keys = completion::list_keys(&app.db, ids, text, limit(MAX_ITEMS)).await?;
            (t.search_section_tags(), keys.iter().map(|tag| Item::of(format!("{not}has:{}", quoted(tag)))).collect())
        }
        _ => (t.search_section_values(), tag_values(app, ids, (not, key), text).await?),
    };
    Ok(Section { title, items })
}

async fn people(app: &App, access: &OrganizationAccess<EventRead>, key: &str) -> Result<Vec<String>> {
    let mut names = vec!["me".to_owned()];
    if key.eq_ignore_ascii_case("assigned") {
        names.push("none".to_owned());
        let teams = teams::list(&app.db, access.organization.id).await?;
        names.extend(teams.into_iter().map(|team| format!("#{}", team.slug)));
    }
    let members = members::list(&app.db, access.organization.id).await?;
    names.extend(members.into_iter().filter(|member| member.is_active).map(|member| member.email));
    Ok(names)
}

async fn tag_values(app: &App, ids: &[i64], (not, key): (&str, &str), text: &str) -> Result<Vec<Item>> {
    let tag = if key.eq_ignore_ascii_case("firstRelease") { "release" } else { key.trim_matches('"') };
    let found = match UserPart::of_search_key(tag) {
        Some(part) => completion::list_user_parts(&app.db, ids, part, text, limit(MAX_ITEMS)).await?,
        None => completion::list_values(&app.db, ids, tag, text, limit(MAX_ITEMS)).await?,
    };
    let is_release = tag == "release" && "latest".contains(text);
    let latest = is_release.then(|| Item::of(format!("{not}{key}:latest")));
    let item = |found: completion::ValueCount| {
        let insert = format!("{not}{key}:{}", quoted(&found.value));
        Item { insert, note: grouped(found.events), whole: false }
    };
    Ok(latest.into_iter().chain(found.into_iter().map(item)).collect())
}

fn limit(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// A value so that the query reads it as it stands.
fn quoted(value: &str) -> String {
    let escaped = value.replace('*', r"\*");
    let needs_quotes = value.is_empty() || value.starts_with(['"', ':']) || value.contains(char::is_whitespace);
    if needs_quotes {
        format!("\"{}\"", value.replace('\\', r"\\").replace('"', "\\\"").replace('*', r"\*"))
    } else {
        escaped
    }
}

fn quoted_key(key: &str) -> String {
    let is_plain = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
    if is_plain { key.to_owned() } else { format!("\"{}\"", key.replace('\\', r"\\").replace('"', "\\\"")) }
}
