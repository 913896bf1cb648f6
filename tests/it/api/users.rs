use picket::types::scope::Scope;
use serde_json::json;

use super::keys_of;
use crate::support::TestApp;

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
