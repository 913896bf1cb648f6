//! A published client of Sentry's web API, unchanged: `sentry-api` from npm.

use std::collections::BTreeMap;

use picket::services::tokens;
use picket::types::scope::Scope;
use serde_json::{Value, json};

use super::scenario::Scene;
use super::scripts::{node, run};

fn event(message: &str, plan: &str) -> Value {
    json!({ "message": message, "tags": { "plan": plan }, "release": "shop@1.0" })
}

#[tokio::test]
async fn a_client_from_npm_works_unchanged() {
    let scene = Scene::set().await;
    let paid = scene.app.report(&scene.project, &event("paid twice", "pro")).await;
    scene.app.report(&scene.project, &event("cart is empty", "free")).await;
    let (app, owner) = (&scene.app.app, scene.project.owner.id);
    let token = tokens::create(&app.db, owner, "a script", &Scope::ALL, app.clock.now()).await.expect("a token").1;
    let address = scene.app.url("");

    let said = run(&node(), &["node/web_api.mjs", &address, &token]).await;
    let steps: BTreeMap<String, Value> = said
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a step"))
        .map(|step| (step["step"].as_str().expect("its name").to_owned(), step["value"].clone()))
        .collect();
    for (step, expected) in [
        ("organization", json!("acme")),
        ("team", json!("payments")),
        ("project", json!("checkout")),
        ("projects of the team", json!(["checkout"])),
        ("projects", json!(["checkout", "shop"])),
        ("rename", json!("Checkout 2")),
        ("key", json!("ci")),
        ("disable", json!(false)),
        ("keys", json!(1)),
        ("release", json!("shop@2.0")),
        ("file", json!("~/app.js")),
        ("files", json!(["~/app.js"])),
        ("releases", json!(["shop@1.0", "shop@2.0"])),
        ("counted", json!(2)),
        ("issue", json!("paid twice")),
        ("event", json!(paid)),
        ("note", json!("Looking into it")),
        ("resolved", json!(["resolved", true])),
        ("left", json!(["cart is empty"])),
    ] {
        assert_eq!(steps.get(step), Some(&expected), "{step}: {said}");
    }
    assert_eq!(steps["tag"].as_array().map(Vec::len), Some(2), "{said}");
    assert!(steps["refused"].as_str().is_some_and(|text| text.contains("timesSeen")), "{said}");
}
