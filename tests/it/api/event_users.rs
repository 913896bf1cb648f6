//! Users of events: as values of the tag `user`, and of a project.

use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::{Value, json};

use super::keys_of;
use crate::support::TestApp;

#[tokio::test]
async fn users_are_told_in_full() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    for user in [
        json!({"id": 7, "email": "ann@acme.test", "username": "ann", "name": "Ann Lee", "ip_address": "10.0.0.1"}),
        json!({"username": "bob", "ip_address": "10.0.0.1"}),
        json!({"id": 8}),
        json!({"ip_address": "10.0.0.2"}),
    ] {
        app.report(&project, &json!({"message": "boom", "user": user})).await;
    }
    let script = app.script(&project.owner, &Scope::ALL).await;
    let issue = script.get("/api/0/projects/acme/shop/issues/?query=").await.json()[0]["id"].clone();
    let path = format!("/api/0/issues/{}/tags/user/", issue.as_str().unwrap());
    let ann = |users: &Value| -> Value {
        let is_ann = |user: &&Value| user["tagValue"] == "id:7";
        users.as_array().unwrap().iter().find(is_ann).expect("the user").clone()
    };
    for values in [
        script.get(&format!("{path}values/")).await.json(),
        script.get(&path).await.json()["topValues"].clone(),
        script.get("/api/0/projects/acme/shop/tags/user/values/").await.json(),
        script.get("/api/0/projects/acme/shop/users/").await.json(),
    ] {
        assert_eq!(values.as_array().unwrap().len(), 4);
        let ann = ann(&values);
        // The md5 of what identifies the user.
        for (member, expected) in [
            ("identifier", "7"),
            ("email", "ann@acme.test"),
            ("username", "ann"),
            ("name", "Ann Lee"),
            ("ipAddress", "10.0.0.1"),
            ("hash", "8f14e45fceea167a5a36dedd4bea2543"),
        ] {
            assert_eq!(ann[member], expected, "{member}");
        }
    }
    let users = script.get("/api/0/projects/acme/shop/users/").await.json();
    assert_eq!(keys_of(&users[0]), "avatarUrl dateCreated email hash id identifier ipAddress name tagValue username");
    let second = users.as_array().unwrap().iter().find(|user| user["tagValue"] == "id:8").unwrap();
    assert_eq!((&second["email"], &second["name"]), (&Value::Null, &json!("8")));
}

#[tokio::test]
async fn users_of_a_project_are_found_by_what_they_are_called() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    for user in [
        json!({"id": 7, "email": "ann@acme.test", "ip_address": "10.0.0.1"}),
        json!({"email": "ann@acme.test"}),
        json!({"username": "bob", "ip_address": "10.0.0.1"}),
    ] {
        app.report(&project, &json!({"message": "boom", "user": user})).await;
    }
    let script = app.script(&project.owner, &Scope::ALL).await;
    for (query, expected) in [
        ("", "email:ann@acme.test id:7 username:bob"),
        ("id:7", "id:7"),
        ("email:ann@acme.test", "email:ann@acme.test id:7"),
        ("username:bob", "username:bob"),
        ("ip:10.0.0.1", "id:7 username:bob"),
        ("ip:10.0.0.9", ""),
        ("email:", ""),
        ("name:Ann", ""),
        ("ann", ""),
        ("email:a%00b", ""),
        ("email:%25", ""),
    ] {
        let answer = script.get(&format!("/api/0/projects/acme/shop/users/?query={query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        let users = answer.json();
        let found: Vec<&str> =
            users.as_array().unwrap().iter().map(|user| user["tagValue"].as_str().unwrap()).collect();
        assert_eq!(found.join(" "), expected, "{query}");
    }
    let pages = script.get("/api/0/projects/acme/shop/users/?per_page=2").await;
    assert_eq!(pages.json().as_array().unwrap().len(), 2);
    let second = script.get("/api/0/projects/acme/shop/users/?per_page=2&cursor=2:1:0").await.json();
    assert_eq!(second[0]["tagValue"], "username:bob");

    let values = script.get("/api/0/projects/acme/shop/tags/user/values/?query=a%00b").await;
    assert_eq!(values.status, 200, "{}", values.body);
    assert_eq!(script.get("/api/0/projects/acme/shop/tags/us%00er/values/").await.status, 404);

    let outsider = app.member(&project, "out@acme.example", Role::Member, false).await;
    let stranger = app.script(&outsider, &Scope::ALL).await;
    assert_eq!(stranger.get("/api/0/projects/acme/shop/users/").await.status, 404);
    assert_eq!(app.anonymous().get("/api/0/projects/acme/shop/users/").await.status, 401);
}
