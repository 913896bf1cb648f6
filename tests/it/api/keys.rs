use picket::types::scope::Scope;
use serde_json::json;

use super::{each, keys_of};
use crate::support::TestApp;

#[tokio::test]
async fn a_key_carries_every_address() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let script = app.script(&project.owner, &[Scope::ProjectRead]).await;
    let list = script.get("/api/0/projects/acme/shop/keys/").await.json();
    let key = script.get(&format!("/api/0/projects/acme/shop/keys/{}/", project.key.public_key)).await.json();
    assert_eq!(list, json!([key]));
    assert_eq!(
        keys_of(&key),
        "browserSdk browserSdkVersion dateCreated dsn id isActive label name projectId public rateLimit secret"
    );
    assert_eq!(keys_of(&key["dsn"]), "cdn csp minidump public secret security unreal");
    assert_eq!(key["dsn"]["public"], json!(project.dsn(&app)));
    assert_eq!(key["projectId"], json!(project.project.id.0));
    assert_eq!((&key["id"], &key["public"]), (&json!(project.key.public_key), &json!(project.key.public_key)));
}

#[tokio::test]
async fn keys_are_made_changed_and_deleted() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let script = app.script(&project.owner, &[Scope::ProjectAdmin]).await;
    let path = "/api/0/projects/acme/shop/keys/";
    let made = script.post_json(path, &json!({"name": "Mobile"})).await;
    assert_eq!((made.status, &made.json()["name"]), (201, &json!("Mobile")));
    let own = format!("{path}{}/", made.json()["id"].as_str().unwrap());

    let limited = json!({"name": "Phones", "isActive": false, "rateLimit": {"count": 10, "window": 60}});
    let changed = script.put_json(&own, &limited).await.json();
    assert_eq!((&changed["label"], &changed["isActive"]), (&json!("Phones"), &json!(false)));
    assert_eq!(changed["rateLimit"], json!({"count": 10, "window": 60}));
    assert_eq!(script.put_json(&own, &json!({"isActive": true})).await.json()["rateLimit"]["count"], 10);
    assert_eq!(script.put_json(&own, &json!({"rateLimit": null})).await.json()["rateLimit"], json!(null));
    for wrong in [json!({"rateLimit": {"count": 1, "window": 86_401}}), json!({"rateLimit": 5}), json!({"name": ""})] {
        assert_eq!(script.put_json(&own, &wrong).await.status, 400, "{wrong}");
    }

    script.put_json(&own, &json!({"isActive": false})).await;
    assert_eq!(each(&script.get(&format!("{path}?status=inactive")).await.json(), "name"), ["Phones"]);
    assert_eq!(each(&script.get(&format!("{path}?status=active")).await.json(), "name"), ["Default"]);
    assert_eq!(script.get(&format!("{path}?status=old")).await.status, 400);
    assert_eq!((script.delete(&own).await.status, script.get(&own).await.status), (204, 404));
}

#[tokio::test]
async fn a_key_may_be_brought_along_once() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let script = app.script(&project.owner, &[Scope::ProjectWrite]).await;
    let path = "/api/0/projects/acme/shop/keys/";
    let body = json!({"public": "a".repeat(32), "secret": "b".repeat(32)});
    let made = script.post_json(path, &body).await;
    assert_eq!((made.status, &made.json()["public"], &made.json()["secret"]), (201, &body["public"], &body["secret"]));
    for wrong in [body.clone(), json!({"public": "xyz"})] {
        let refused = script.post_json(path, &wrong).await;
        assert_eq!((refused.status, keys_of(&refused.json()).as_str()), (400, "public"), "{wrong}");
    }
}

#[tokio::test]
async fn keys_of_other_projects_are_not_found() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let other = app.project_named("other", "site").await;
    let script = app.script(&project.owner, &Scope::ALL).await;
    let path = format!("/api/0/projects/acme/shop/keys/{}/", other.key.public_key);
    assert_eq!(script.get(&path).await.status, 404);
    assert_eq!(script.delete(&path).await.status, 404);
}
