use chrono::DateTime;
use serde_json::Value;
use uuid::Uuid;

use super::{explain, hashes};
use crate::pipeline::normalize::normalize;
use crate::pipeline::{Receipt, in_app, modules};
use crate::types::json::{Json, Object, parse};
use crate::types::project_settings::ProjectSettings;

/// The event as the stages before grouping leave it.
fn prepared(event: &Value) -> Object<'static> {
    let text = event.to_string();
    let Ok(Json::Object(event)) = parse(text.as_bytes()).map(Json::into_owned) else { panic!("no object") };
    let mut event = normalized(event);
    modules::apply(&mut event);
    in_app::apply(&mut event);
    event
}

fn normalized(mut event: Object<'static>) -> Object<'static> {
    normalize(&mut event, &receipt());
    event
}

fn receipt() -> Receipt {
    Receipt {
        event_id: Uuid::nil(),
        received_at: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        client_ip: None,
        client: String::new(),
        user_agent: String::new(),
        sent_at: None,
    }
}

fn hashes_of(event: &Value) -> Vec<String> {
    let event = prepared(event);
    hashes(&event, &ProjectSettings::default()).iter().map(ToString::to_string).collect()
}

#[test]
fn pairs_share_a_group_or_do_not() {
    let file: Value =
        serde_json::from_str(include_str!("../../../tests/fixtures/vectors/grouping_pairs.json")).unwrap();
    let pairs = file["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 104);
    let wrong: Vec<String> = pairs
        .iter()
        .filter(|pair| (hashes_of(&pair["a"])[0] == hashes_of(&pair["b"])[0]) != (pair["expect"] == "same"))
        .map(|pair| format!("{}: {} ({})", pair["id"], pair["expect"], pair["why"]))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_explanation_gives_the_hashes() {
    let file: Value =
        serde_json::from_str(include_str!("../../../tests/fixtures/vectors/grouping_pairs.json")).unwrap();
    for pair in file["pairs"].as_array().unwrap() {
        for event in [&pair["a"], &pair["b"]] {
            let prepared = prepared(event);
            let explained: Vec<String> = explain(&prepared, &ProjectSettings::default())
                .into_iter()
                .filter(|variant| variant.contributes)
                .map(|variant| variant.hash.unwrap())
                .collect();
            assert_eq!(explained, hashes_of(event), "{}", pair["id"]);
        }
    }
}
