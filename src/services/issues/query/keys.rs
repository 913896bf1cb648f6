//! What the keys of a query mean (inventory.md 12). Those nobody knows are tags.

use chrono::{DateTime, Utc};

use super::Expected;
use super::tokens::{Token, Value};
use super::values;
use crate::store::search::{Assigned, Column, Condition, Counter, Moment, Pattern, Person, Term, Version};
use crate::types::ids::UserId;
use crate::types::level::Level;
use crate::types::lifecycle::Status;
use crate::types::short_id;
use crate::types::user_part::UserPart;

/// The term a token stands for; an empty word stands for none.
pub fn term(token: &Token, user_id: UserId, now: DateTime<Utc>) -> Result<Option<Term>, Expected> {
    let Some(key) = &token.key else { return word(&token.value) };
    let (condition, is_contrary) = condition(key, &token.value, user_id, now)?;
    Ok(Some(Term { is_negated: token.is_negated != is_contrary, condition }))
}

fn word(value: &Value) -> Result<Option<Term>, Expected> {
    if !value.is_quoted && matches!(value.text(), Some("AND" | "OR")) {
        return Err(Expected::NoBoolean);
    }
    if value.is_empty() || value.is_anything() {
        return Ok(None);
    }
    Ok(Some(Term { is_negated: false, condition: Condition::Text(part(value)) }))
}

/// The condition, and whether its contrary is meant.
fn condition(key: &str, value: &Value, user_id: UserId, now: DateTime<Utc>) -> Result<(Condition, bool), Expected> {
    let name = key.to_lowercase();
    let name = name.as_str();
    let plain = || value.text().ok_or(Expected::NoWildcard);
    let person = || plain().map(|name| who(name, user_id));
    let number = |counter| {
        let between = value.text().and_then(values::number).ok_or(Expected::Number)?;
        Ok(Condition::Number(counter, between))
    };
    let time = |moment| {
        let between = value.text().and_then(|text| values::time(text, now)).ok_or(Expected::Time)?;
        Ok(Condition::Time(moment, between))
    };
    let condition = match name {
        "is" => return state(plain()?),
        "assigned" | "assignee" | "assigned_to" => return assigned(plain()?, user_id),
        "bookmarks" | "bookmarked_by" => Condition::BookmarkedBy(person()?),
        "subscribed" | "subscribed_by" => Condition::SubscribedBy(person()?),
        "age" | "firstseen" | "first_seen" | "first-seen" => time(Moment::FirstSeen)?,
        "lastseen" | "last_seen" | "last-seen" => time(Moment::LastSeen)?,
        "activesince" | "active_at" | "active-since" | "active_since" => time(Moment::ActiveAt)?,
        "event.timestamp" | "timestamp" | "date" => time(Moment::Event)?,
        "timesseen" | "times_seen" | "times-seen" => number(Counter::Events)?,
        "users" | "users_seen" | "usersseen" | "usercount" => number(Counter::Users)?,
        "firstrelease" | "first_release" | "first-release" => Condition::FirstVersion(version(value)),
        "level" => Condition::Level(Level::parse(plain()?).ok_or(Expected::Level)?),
        "issue" | "issue.id" => issue(plain()?)?,
        "project" | "project.name" => Condition::Project(whole(value)),
        "has" => Condition::HasTag(tag_name(plain()?).to_owned()),
        _ => match text(name, value) {
            Some(condition) => condition,
            None => return tag(key, value),
        },
    };
    if value.is_empty() { Err(Expected::Value) } else { Ok((condition, false)) }
}

/// Keys that look for a text.
fn text(name: &str, value: &Value) -> Option<Condition> {
    Some(match name {
        "message" | "stack.function" | "stack.filename" | "stack.module" | "stack.abs_path" => {
            Condition::Text(part(value))
        }
        "title" => Condition::Column(Column::Title, part(value)),
        "culprit" | "location" => Condition::Column(Column::Culprit, part(value)),
        "error.value" => Condition::Column(Column::ErrorValue, part(value)),
        "error.type" => Condition::Column(Column::ErrorType, whole(value)),
        "platform" => Condition::Column(Column::Platform, whole(value)),
        "issue.type" | "event.type" => Condition::Column(Column::EventType, whole(value)),
        _ => return None,
    })
}

fn state(value: &str) -> Result<(Condition, bool), Expected> {
    Ok(match value.to_lowercase().as_str() {
        "unresolved" => (Condition::Status(Status::Unresolved), false),
        "resolved" => (Condition::Status(Status::Resolved), false),
        "ignored" | "muted" => (Condition::Status(Status::Ignored), false),
        "assigned" => (Condition::Assigned(Assigned::Anybody), false),
        "unassigned" => (Condition::Assigned(Assigned::Anybody), true),
        "regressed" => (Condition::Regressed, false),
        "linked" => (Condition::Linked, false),
        "unlinked" => (Condition::Linked, true),
        _ => return Err(Expected::State),
    })
}

fn assigned(value: &str, user_id: UserId) -> Result<(Condition, bool), Expected> {
    let (assigned, is_contrary) = match value.strip_prefix('#') {
        Some("") => return Err(Expected::Value),
        None if value.is_empty() => return Err(Expected::Value),
        Some(team) => (Assigned::ToTeam(team.to_lowercase()), false),
        None if value == "none" => (Assigned::Anybody, true),
        None => (Assigned::To(who(value, user_id)), false),
    };
    Ok((Condition::Assigned(assigned), is_contrary))
}

fn who(name: &str, user_id: UserId) -> Person {
    if name == "me" { Person::Id(user_id) } else { Person::Named(name.to_lowercase()) }
}

fn version(value: &Value) -> Version {
    if value.text() == Some("latest") { Version::Latest(Vec::new()) } else { Version::Matching(whole(value)) }
}

fn issue(value: &str) -> Result<Condition, Expected> {
    if let Ok(id) = value.parse() {
        return Ok(Condition::Issues(vec![id]));
    }
    let (slug, number) = short_id::parse(value).ok_or(Expected::ShortId)?;
    Ok(Condition::ShortId(slug, number))
}

/// A tag; `key:""` means that it is not there, `key:*` that it is.
fn tag(key: &str, value: &Value) -> Result<(Condition, bool), Expected> {
    let key = tag_name(key);
    if value.is_empty() && !value.is_quoted {
        return Err(Expected::Value);
    }
    if value.is_empty() || value.is_anything() {
        return Ok((Condition::HasTag(key.to_owned()), value.is_empty()));
    }
    let condition = match (key, UserPart::of_search_key(key)) {
        (_, Some(part)) => Condition::User(vec![part], vec![whole(value)]),
        ("user", None) => user(value),
        ("release", None) if value.text() == Some("latest") => Condition::LatestRelease(Vec::new()),
        _ => Condition::Tag(key.to_owned(), vec![whole(value)]),
    };
    Ok((condition, false))
}

/// `id:42` is the id; without a kind, any part of the user.
fn user(value: &Value) -> Condition {
    let Some((part, rest)) = UserPart::split(&value.parts[0]) else {
        return Condition::User(UserPart::ALL.to_vec(), vec![whole(value)]);
    };
    let mut named = value.clone();
    rest.clone_into(&mut named.parts[0]);
    if named.is_anything() {
        return Condition::HasTag(part.search_key().to_owned());
    }
    Condition::User(vec![part], vec![whole(&named)])
}

/// The tag that stands for an attribute. Names of attributes are case-insensitive, those of other tags are not.
fn tag_name(key: &str) -> &str {
    let name = key.to_lowercase();
    let name = name.strip_prefix("sentry:").unwrap_or(&name);
    if let Some(part) = UserPart::of_search_key(name) {
        return part.search_key();
    }
    match name {
        "user" => "user",
        "release" => "release",
        "dist" => "dist",
        "environment" => "environment",
        _ => key,
    }
}

/// The whole text.
fn whole(value: &Value) -> Pattern {
    match value.text() {
        Some(text) => Pattern::Is(text.to_owned()),
        None => Pattern::Like(value.parts.clone()),
    }
}

/// A part of the text; with wildcards the whole of it.
fn part(value: &Value) -> Pattern {
    match value.text() {
        Some(text) => Pattern::Contains(text.to_owned()),
        None => Pattern::Like(value.parts.clone()),
    }
}
