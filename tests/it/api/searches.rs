//! Saved searches: whose they are, and who may change them.

use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::{Value, json};

use super::{each, keys_of};
use crate::support::{Client, TestApp};

const LIST: &str = "/api/0/projects/acme/shop/searches/";

async fn named(script: &Client, path: &str, name: &str) -> Option<Value> {
    script.get(path).await.json().as_array().unwrap().iter().find(|search| search["name"] == name).cloned()
}

#[tokio::test]
async fn searches_are_made_changed_and_deleted() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let script = app.script(&project.owner, &Scope::ALL).await;
    for list in [LIST, "/api/0/organizations/acme/searches/"] {
        let built_in = script.get(list).await.json();
        let names = ["Unresolved Issues", "Needs Triage", "Assigned To Me", "My Bookmarks", "New Today"];
        assert_eq!(each(&built_in, "name"), names);
        let keys = "dateCreated id isDefault isGlobal isPinned isPrivate isUserDefault name query type";
        assert_eq!(keys_of(&built_in[0]), keys);
        assert_eq!((&built_in[0]["isDefault"], &built_in[0]["isGlobal"]), (&json!(true), &json!(true)));

        let new = json!({"name": " Firefox ", "query": "browser:Fire*", "isDefault": true});
        let made = script.post_json(list, &new).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let made = made.json();
        assert_eq!(
            (&made["name"], &made["isDefault"], &made["isPrivate"]),
            (&json!("Firefox"), &json!(true), &json!(false))
        );
        let path = format!("{list}{}/", made["id"].as_str().unwrap());
        assert_eq!(script.get(&path).await.json(), made);
        assert_eq!(script.get(list).await.json()[0]["isDefault"], json!(false));
        let changed = script.put_json(&path, &json!({"query": "browser:Chrome*", "isUserDefault": true})).await.json();
        assert_eq!((&changed["query"], &changed["isUserDefault"]), (&json!("browser:Chrome*"), &json!(true)));
        for (body, field) in [
            (json!({"name": "Firefox", "query": ""}), "query"),
            (json!({"name": "Firefox", "query": "x"}), "detail"),
            (json!({"name": "x".repeat(129), "query": "x"}), "name"),
            (json!({"name": "y", "query": "is:gone"}), "query"),
            (json!({"query": "x"}), "name"),
        ] {
            let refused = script.post_json(list, &body).await;
            assert_eq!((refused.status, keys_of(&refused.json()).as_str()), (400, field), "{body}: {}", refused.body);
        }
        assert_eq!(script.delete(&path).await.status, 204);
        assert_eq!(script.get(&path).await.status, 404);
        assert_eq!(script.get(list).await.json()[0]["isDefault"], json!(true));
        assert_eq!(script.delete(&format!("{list}1/")).await.status, 400);
    }
}

#[tokio::test]
async fn own_searches_are_ones_own_and_shared_ones_need_the_right() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let owner = app.script(&project.owner, &Scope::ALL).await;
    let member = app.member(&project, "kim@acme.example", Role::Member, true).await;
    let kim = app.script(&member, &Scope::ALL).await;
    let shared = owner.post_json(LIST, &json!({"name": "shared", "query": "is:ignored"})).await.json();
    let shared = format!("{LIST}{}/", shared["id"].as_str().unwrap());
    let own = kim.post_json(LIST, &json!({"name": "own", "query": "is:resolved"})).await;
    assert_eq!(own.status, 201);
    assert_eq!(own.json()["isPrivate"], json!(true));
    let own = format!("{LIST}{}/", own.json()["id"].as_str().unwrap());
    // Another's own may have the same name.
    assert_eq!(owner.post_json(LIST, &json!({"name": "own", "query": "x"})).await.status, 201);
    assert_eq!(named(&owner, LIST, "own").await.unwrap()["query"], json!("x"));
    for refused in [
        kim.put_json(&shared, &json!({"name": "mine now"})).await,
        kim.put_json(&shared, &json!({"isDefault": true})).await,
        kim.put_json(&own, &json!({"isDefault": true})).await,
        kim.delete(&shared).await,
    ] {
        assert_eq!(refused.status, 403, "{}", refused.body);
    }
    let refused = kim.post_json(LIST, &json!({"name": "more", "query": "x", "isDefault": true})).await;
    assert_eq!((refused.status, keys_of(&refused.json()).as_str()), (400, "detail"));
    assert_eq!(kim.put_json(&shared, &json!({"isUserDefault": true})).await.status, 200);
    assert_eq!(named(&owner, LIST, "shared").await.unwrap()["isUserDefault"], json!(false));
    assert_eq!(kim.put_json(&own, &json!({"name": "renamed"})).await.json()["name"], json!("renamed"));
    assert_eq!(owner.get(&own).await.status, 404);
    assert_eq!(owner.delete(&own).await.status, 404);
    assert_eq!(kim.delete(&own).await.status, 204);

    let other = app.project_named("rival", "shop").await;
    let rival = app.script(&other.owner, &Scope::ALL).await;
    let id = shared.trim_end_matches('/').rsplit('/').next().unwrap();
    for path in [
        shared.clone(),
        format!("/api/0/projects/rival/shop/searches/{id}/"),
        format!("/api/0/organizations/rival/searches/{id}/"),
    ] {
        assert!([403, 404].contains(&rival.get(&path).await.status), "{path}");
        assert!([403, 404].contains(&rival.delete(&path).await.status), "{path}");
    }
    assert_eq!(owner.get(&shared).await.status, 200);
}
