//! The web API over HTTP. Shapes are checked as exact sets of keys, so that a key that goes missing is noticed.

pub mod access;
mod api_keys;
mod conventions;
mod event_users;
mod events;
mod issue_environments;
mod issues;
mod keys;
mod members;
mod metrics;
mod notes;
mod options;
mod organizations;
mod projects;
mod releases;
mod repositories;
mod search;
mod searches;
mod stats;
mod teams;
mod user_feedback;
mod users;

use serde_json::Value;

/// The keys of an object, sorted, as one text.
fn keys_of(value: &Value) -> String {
    let mut keys: Vec<&str> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys.join(" ")
}

/// The member `key` of every item of a list.
fn each<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    list.as_array().expect("a list").iter().map(|item| item[key].as_str().expect("a text")).collect()
}
