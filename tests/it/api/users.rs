use base64::prelude::*;
use chrono::TimeDelta;
use picket::types::scope::Scope;
use serde_json::json;

use super::keys_of;
use crate::support::{PASSWORD, TestApp};

const USER: &str = "avatar avatarUrl dateJoined email emails has2fa hasPasswordAuth id isActive isManaged isSuperuser \
     lastActive lastLogin name username";

#[tokio::test]
async fn the_index_tells_who_asks() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let anonymous = app.anonymous().get("/api/0/").await;
    assert_eq!(anonymous.json(), json!({"version": "0", "auth": null, "user": null}));

    let script = app.script(&user, &[Scope::ProjectRead, Scope::OrgRead]).await;
    let answer = script.get("/api/0/").await.json();
    assert_eq!(answer["auth"], json!({"scopes": ["project:read", "org:read"]}));
    assert_eq!(keys_of(&answer["user"]), USER);
    assert_eq!((&answer["user"]["id"], &answer["user"]["email"]), (&json!(user.id.to_string()), &json!(user.email)));
    assert!(answer["user"]["dateJoined"].as_str().unwrap().ends_with('Z'));

    let session = app.sign_in(&user).await.get("/api/0/").await.json();
    assert_eq!((&session["auth"], &session["user"]["email"]), (&json!(null), &json!(user.email)));
    assert_eq!(app.token("0123").get("/api/0/").await.status, 401);
}

#[tokio::test]
async fn people_see_their_own_account() {
    let app = TestApp::spawn().await;
    let (user, other) = (app.user("lin@example.com", false).await, app.user("root@example.com", true).await);
    let script = app.script(&user, &[Scope::OrgRead]).await;
    let own = script.get("/api/0/users/me/").await.json();
    let own_keys = format!("authenticators avatar avatarUrl canReset2fa {}", &USER["avatar avatarUrl ".len()..]);
    let mut expected: Vec<&str> =
        own_keys.split(' ').chain(["flags", "identities", "options", "permissions"]).collect();
    expected.sort_unstable();
    assert_eq!(keys_of(&own), expected.join(" "));
    assert_eq!(
        own["options"],
        json!({"language": "en", "stacktraceOrder": 2, "timezone": "UTC", "clock24Hours": true})
    );
    assert_eq!(script.get("/api/0/auth/").await.json(), own);
    assert_eq!(script.get(&format!("/api/0/users/{}/", other.id)).await.status, 403);
    let superuser = app.sign_in(&other).await;
    assert_eq!(superuser.get(&format!("/api/0/users/{}/", user.id)).await.json()["email"], json!(user.email));
    assert_eq!(superuser.get("/api/0/users/999999/").await.status, 404);
}

#[tokio::test]
async fn names_and_passwords_open_a_session() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let basic = |password: &str| format!("Basic {}", BASE64_STANDARD.encode(format!("{}:{password}", user.email)));
    let browser = app.anonymous();
    for (header, status) in [(basic("wrong"), 401), ("Basic !".to_owned(), 401), (basic(PASSWORD), 200)] {
        let request = browser.request("POST", "/api/0/auth/").header("authorization", &header);
        assert_eq!(browser.send(request).await.status, status, "{header}");
    }
    assert_eq!(browser.get("/api/0/auth/").await.json()["username"], "lin@example.com");
    let other = app.sign_in(&user).await;
    let everywhere = browser.request("DELETE", "/api/0/auth/").json(&json!({"all": true}));
    assert_eq!(browser.send(everywhere).await.status, 204);
    assert_eq!((browser.get("/api/0/auth/").await.status, other.get("/api/0/auth/").await.status), (401, 401));
}

#[tokio::test]
async fn dangerous_calls_of_a_session_need_a_fresh_proof() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    app.app.clock.advance(TimeDelta::hours(4));
    let path = "/api/0/users/me/emails/";
    let email = json!({"email": "second@example.com"});
    let refused = browser.post_json(path, &email).await;
    let detail = json!({"code": "sudo-required", "extra": {"username": "lin@example.com"}});
    assert_eq!((refused.status, &refused.json()["detail"]["code"]), (401, &detail["code"]));
    assert_eq!(refused.json()["detail"]["extra"], detail["extra"]);
    assert_eq!(browser.put_json("/api/0/auth/", &json!({"password": "wrong"})).await.status, 401);
    assert_eq!(browser.put_json("/api/0/auth/", &json!({})).await.status, 400);
    assert_eq!(browser.put_json("/api/0/auth/", &json!({"password": PASSWORD})).await.status, 200);
    let added = browser.post_json(path, &email).await;
    assert_eq!(added.json(), json!({"email": "second@example.com", "isPrimary": false, "isVerified": false}));
    assert_eq!(added.status, 201);
    assert_eq!(browser.put_json(path, &email).await.status, 400);
    assert_eq!(browser.post_json("/api/0/users/me/emails/confirm/", &email).await.status, 200);
    assert_eq!(browser.get(path).await.json().as_array().unwrap().len(), 2);
    assert_eq!(browser.send(browser.request("DELETE", path).json(&email)).await.status, 204);
    assert_eq!(browser.send(browser.request("DELETE", path).json(&json!({"email": 7}))).await.status, 400);
}

#[tokio::test]
async fn tokens_are_made_listed_and_revoked() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    let path = "/api/0/api-tokens/";
    for body in [json!({}), json!({"scopes": []}), json!({"scopes": ["org:everything"]}), json!({"scopes": 7})] {
        assert_eq!(browser.post_json(path, &body).await.status, 400, "{body}");
    }
    let made = browser.post_json(path, &json!({"name": "ci", "scopes": ["org:read", "org:read"]})).await;
    assert_eq!((made.status, &made.json()["scopes"]), (201, &json!(["org:read"])));
    let text = made.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(app.token(&text).get("/api/0/organizations/").await.status, 200);
    assert_eq!(browser.get(path).await.json()[0]["token"], json!(null));
    assert_eq!(app.mails("lin@example.com").await.last().unwrap().kind, "token-created");
    let events: Vec<i16> = sqlx::query_scalar("SELECT event FROM audit_entries").fetch_all(&app.app.db).await.unwrap();
    assert_eq!(events, [200]);
    let stranger = app.sign_in(&app.user("mallory@example.com", false).await).await;
    let revoke =
        |client: &crate::support::Client, token: &str| client.request("DELETE", path).json(&json!({"token": token}));
    assert_eq!(stranger.send(revoke(&stranger, &text)).await.status, 400);
    assert_eq!(browser.send(revoke(&browser, "")).await.status, 400);
    assert_eq!(browser.send(revoke(&browser, &text)).await.status, 204);
    assert_eq!(app.token(&text).get("/api/0/organizations/").await.status, 401);
}

#[tokio::test]
async fn superusers_list_and_disable_accounts() {
    let app = TestApp::spawn().await;
    let (lin, root) = (app.user("lin@example.com", false).await, app.user("root@example.com", true).await);
    let (member, superuser) = (app.sign_in(&lin).await, app.sign_in(&root).await);
    assert_eq!(member.get("/api/0/users/").await.status, 403);
    let names = |answer: &crate::support::Answer| -> Vec<String> {
        let users = answer.json();
        users.as_array().unwrap().iter().map(|user| user["username"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&superuser.get("/api/0/users/").await), ["root@example.com", "lin@example.com"]);
    assert_eq!(names(&superuser.get("/api/0/users/?query=LIN").await), ["lin@example.com"]);
    let path = format!("/api/0/users/{}/", lin.id);
    assert_eq!(member.put_json(&format!("/api/0/users/{}/", root.id), &json!({"isActive": false})).await.status, 403);
    assert_eq!(superuser.put_json(&path, &json!({"isActive": false})).await.json()["isActive"], false);
    assert_eq!(member.get("/api/0/auth/").await.status, 401);
    assert_eq!(names(&superuser.get("/api/0/users/?status=disabled").await), ["lin@example.com"]);
    let passwords = json!({"password": PASSWORD, "passwordNew": "new horse", "passwordVerify": "new horse"});
    assert_eq!(superuser.put_json(&format!("{path}password/"), &passwords).await.status, 403);
    assert_eq!(superuser.put_json("/api/0/users/me/password/", &passwords).await.status, 204);
    assert_eq!(superuser.get("/api/0/auth/").await.status, 200);
}
