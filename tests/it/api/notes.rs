//! Comments through the API (web-api.md 9.3).

use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::json;

use super::{each, keys_of};
use crate::support::TestApp;

#[tokio::test]
async fn comments_are_kept_by_their_authors() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let lin = app.member(&project, "lin@acme.example", Role::Member, true).await;
    app.report(&project, &json!({"message": "m"})).await;
    let issue: i64 = sqlx::query_scalar("SELECT id FROM issues").fetch_one(&app.app.db).await.unwrap();
    let script = app.script(&project.owner, &[Scope::EventRead, Scope::EventWrite]).await;
    let path = format!("/api/0/issues/{issue}/notes/");
    let body = json!({"text": "Look, **all**", "mentions": [format!("user:{}", lin.id), "#team"]});
    let written = script.post_json(&path, &body).await;
    assert_eq!(written.status, 201, "{}", written.body);
    let note = written.json();
    assert_eq!(keys_of(&note), "data dateCreated id type user");
    assert_eq!((&note["type"], &note["data"]["text"]), (&json!("note"), &json!("Look, **all**")));
    let team = format!("team:{}", project.team.id);
    assert_eq!(note["data"]["mentions"], json!([format!("user:{}", lin.id), team]));
    let followers = script.get(&format!("/api/0/issues/{issue}/participants/")).await.json();
    assert_eq!(each(&followers, "email"), ["owner@acme.example", "lin@acme.example"]);

    for (body, field) in [
        (body.clone(), "detail"),
        (json!({}), "text"),
        (json!({"text": ["x"]}), "text"),
        (json!({"text": "x".repeat(10_001)}), "text"),
        (json!({"text": "x", "mentions": ["user:999999"]}), "mentions"),
        (json!({"text": "x", "mentions": {"a": 1}}), "mentions"),
    ] {
        let refused = script.post_json(&path, &body).await;
        assert_eq!(refused.status, 400, "{body}");
        assert!(refused.json().get(field).is_some(), "{body}: {}", refused.body);
    }

    let own = format!("{path}{}/", note["id"].as_str().unwrap());
    let changed = script.put_json(&own, &json!({"text": "Never mind"})).await;
    assert_eq!((changed.status, &changed.json()["data"]), (200, &json!({"text": "Never mind"})));
    let others = app.script(&lin, &Scope::ALL).await;
    assert_eq!(others.put_json(&own, &json!({"text": "mine"})).await.status, 404);
    assert_eq!(others.delete(&own).await.status, 404);
    let reader = app.script(&project.owner, &[Scope::EventRead]).await;
    assert_eq!(reader.get(&path).await.status, 200);
    assert_eq!(reader.post_json(&path, &json!({"text": "x"})).await.status, 403);
    assert_eq!(reader.delete(&own).await.status, 403);
    let outsider = app.member(&project, "out@acme.example", Role::Member, false).await;
    let outsider = app.script(&outsider, &Scope::ALL).await;
    assert_eq!(outsider.get(&path).await.status, 404);
    assert_eq!(outsider.post_json(&path, &json!({"text": "x"})).await.status, 404);

    let alias = format!("/api/0/groups/{issue}/comments/");
    for text in ["two", "three"] {
        assert_eq!(script.post_json(&alias, &json!({"text": text})).await.status, 201);
    }
    let first = script.get(&format!("{alias}?per_page=2")).await;
    assert!(first.header("link").contains("rel=\"next\"; results=\"true\""), "{}", first.header("link"));
    let texts = |list: &serde_json::Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|one| one["data"]["text"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(texts(&first.json()), ["three", "two"]);
    let next = first.header("link").split("rel=\"next\"").next().unwrap().rsplit('<').next().unwrap().to_owned();
    let next = next.split('>').next().unwrap().split_once("/api").unwrap().1.to_owned();
    assert_eq!(texts(&script.get(&format!("/api{next}")).await.json()), ["Never mind"]);

    assert_eq!(script.delete(&own).await.status, 204);
    assert_eq!(script.delete(&own).await.status, 404);
    let list = script.get("/api/0/projects/acme/shop/issues/?query=").await.json();
    assert_eq!(list[0]["numComments"], 2);
}
