//! What a key of an organization opens, and what it does not.

use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::{Value, json};

use super::access::stage::{SECRET, Stage};
use super::access::table::{Endpoint, Place};
use super::{each, keys_of};
use crate::support::{Answer, Client, Project, TestApp};

const PATH: &str = "/api/0/organizations/acme/api-keys/";

/// A script with a key.
struct Keyed<'a> {
    client: Client,
    key: &'a str,
}

impl Keyed<'_> {
    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let request = self.client.request(method, path).basic_auth(self.key, Some(""));
        self.client.send(if let Some(body) = body { request.json(&body) } else { request }).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).await
    }
}

async fn key(app: &TestApp, project: &Project, scopes: &[Scope]) -> String {
    let owner = app.script(&project.owner, &Scope::ALL).await;
    let names: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    let path = PATH.replace("acme", &project.organization.slug);
    let body = json!({"label": "ci", "scope_list": names, "allowed_origins": "https://app.example.com"});
    let made = owner.post_json(&path, &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["key"].as_str().expect("the key").to_owned()
}

#[tokio::test]
async fn a_key_sees_its_organization_and_nothing_else() {
    let app = TestApp::spawn_with(|config| config.system.single_organization = false).await;
    let (project, other) = (app.project().await, app.project_named("other", "site").await);
    app.report(&project, &json!({"message": "no cart"})).await;
    app.report(&other, &json!({"message": "theirs"})).await;
    let text = key(&app, &project, &Scope::ALL).await;
    let keyed = Keyed { client: app.anonymous(), key: &text };
    let index = keyed.get("/api/0/").await.json();
    assert_eq!((&index["user"], index["auth"]["scopes"].as_array().unwrap().len()), (&Value::Null, 17));
    for (path, expected) in
        [("/organizations/", "acme"), ("/projects/", "shop"), ("/organizations/acme/projects/", "shop")]
    {
        assert_eq!(each(&keyed.get(&format!("/api/0{path}")).await.json(), "slug"), [expected], "{path}");
    }
    assert_eq!(each(&keyed.get("/api/0/organizations/?show=all").await.json(), "slug"), ["acme"]);
    let issue = keyed.get("/api/0/projects/acme/shop/issues/").await.json()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(keyed.get(&format!("/api/0/issues/{issue}/")).await.status, 200);
    let owner = app.script(&other.owner, &Scope::ALL).await;
    let theirs = owner.get("/api/0/projects/other/site/issues/").await.json()[0]["id"].as_str().unwrap().to_owned();
    for path in ["organizations/other/", "projects/other/site/", "teams/other/team/", &format!("issues/{theirs}/")] {
        assert_eq!(keyed.get(&format!("/api/0/{path}")).await.status, 404, "{path}");
    }

    let release = json!({"version": "1.0", "projects": ["shop"]});
    let made = keyed.call("POST", "/api/0/organizations/acme/releases/", Some(release)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let renamed = keyed.call("PUT", "/api/0/projects/acme/shop/", Some(json!({"name": "Shop 2"}))).await;
    assert_eq!((renamed.status, &renamed.json()["name"]), (200, &json!("Shop 2")));
    let log = owner_log(&app, &project, "project.edit").await;
    assert_eq!(log["actor"], json!({"name": "API key ci"}));
}

async fn owner_log(app: &TestApp, project: &Project, event: &str) -> Value {
    let owner = app.script(&project.owner, &[Scope::OrgWrite]).await;
    owner.get(&format!("/api/0/organizations/acme/audit-logs/?event={event}")).await.json()[0].clone()
}

#[tokio::test]
async fn what_is_a_persons_a_key_cannot_do() {
    let app = TestApp::spawn_with(|config| config.system.single_organization = false).await;
    let project = app.project().await;
    app.report(&project, &json!({"message": "no cart"})).await;
    let text = key(&app, &project, &Scope::ALL).await;
    let keyed = Keyed { client: app.anonymous(), key: &text };
    let issue = keyed.get("/api/0/projects/acme/shop/issues/").await.json()[0]["id"].as_str().unwrap().to_owned();
    let one = format!("/api/0/issues/{issue}/");
    let note = format!("{one}notes/");
    for (method, path, body) in [
        ("PUT", one.as_str(), json!({"status": "resolved"})),
        ("PUT", "/api/0/projects/acme/shop/issues/", json!({"status": "resolved"})),
        ("DELETE", &one, json!({})),
        ("POST", &note, json!({"text": "Look"})),
        ("PUT", "/api/0/projects/acme/shop/", json!({"isBookmarked": true})),
        ("POST", "/api/0/projects/acme/shop/searches/", json!({"name": "a", "query": "b", "isUserDefault": true})),
        ("POST", "/api/0/organizations/", json!({"name": "Mine"})),
        ("DELETE", "/api/0/organizations/acme/", json!({})),
        ("GET", "/api/0/users/me/", json!({})),
        ("GET", "/api/0/api-tokens/", json!({})),
        ("POST", "/api/0/api-tokens/", json!({"scopes": ["org:read"]})),
    ] {
        let answer = keyed.call(method, path, Some(body)).await;
        assert_eq!(answer.status, 403, "{method} {path}: {}", answer.body);
    }
    assert_eq!(keyed.get(&one).await.json()["status"], "unresolved");
}

#[tokio::test]
async fn a_key_may_what_its_scopes_say_and_gives_nobody_more() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let text = key(&app, &project, &[Scope::MemberWrite, Scope::OrgAdmin]).await;
    let keyed = Keyed { client: app.anonymous(), key: &text };
    assert_eq!(keyed.get("/api/0/projects/acme/shop/").await.status, 403);
    for (role, expected) in [("owner", 403), ("manager", 403), ("member", 201)] {
        let body = json!({"email": format!("{role}@new.example"), "role": role});
        let answer = keyed.call("POST", "/api/0/organizations/acme/members/", Some(body)).await;
        assert_eq!(answer.status, expected, "{role}: {}", answer.body);
    }
    let more = keyed.call("POST", PATH, Some(json!({"scope_list": ["event:admin"]}))).await;
    assert_eq!((more.status, keys_of(&more.json()).as_str()), (400, "scope_list"), "{}", more.body);
    let weak = app.script(&project.owner, &[Scope::OrgAdmin]).await;
    let more = weak.post_json(PATH, &json!({"scope_list": ["org:admin", "project:write"]})).await;
    assert_eq!(more.status, 400, "nor does a token give more than it has: {}", more.body);
    let manager = app.member(&project, "manager@acme.example", Role::Manager, true).await;
    assert_eq!(app.script(&manager, &Scope::ALL).await.get(PATH).await.status, 403);
}

#[tokio::test]
async fn keys_are_made_changed_and_revoked_by_the_api() {
    let app = TestApp::spawn().await;
    let (project, other) = (app.project().await, app.project_named("other", "site").await);
    let owner = app.script(&project.owner, &Scope::ALL).await;
    for (wrong, field) in [
        (json!({}), "scope_list"),
        (json!({"scope_list": ["root"]}), "scope_list"),
        (json!({"scope_list": {"a": 1}}), "scope_list"),
        (json!({"scope_list": ["org:read"], "label": [1]}), "label"),
        (json!({"scope_list": ["org:read"], "label": "x".repeat(65)}), "label"),
        (json!({"scope_list": ["org:read"], "allowed_origins": ["x".repeat(201)]}), "allowed_origins"),
    ] {
        let refused = owner.post_json(PATH, &wrong).await;
        assert_eq!((refused.status, keys_of(&refused.json()).as_str()), (400, field), "{wrong}");
    }
    let text = key(&app, &project, &[Scope::OrgRead]).await;
    let list = owner.get(PATH).await;
    assert!(!list.body.contains(&text), "the key is told once");
    let one = format!("{PATH}{}/", list.json()[0]["id"].as_str().unwrap());
    let keys = "allowed_origins dateCreated id key label lastUsed scope_list";
    assert_eq!(keys_of(&owner.get(&one).await.json()), keys);
    let changed = owner.put_json(&one, &json!({"label": "new", "scope_list": ["org:write"]})).await.json();
    assert_eq!((&changed["label"], &changed["scope_list"]), (&json!("new"), &json!(["org:write"])));
    assert_eq!(changed["allowed_origins"], "https://app.example.com", "what was not sent stays");
    let stranger = app.script(&other.owner, &Scope::ALL).await;
    for path in [one.clone(), one.replace("acme", "other")] {
        assert_eq!(stranger.delete(&path).await.status, 404, "{path}");
    }
    assert_eq!(owner.delete(&one).await.status, 204);
    let keyed = Keyed { client: app.anonymous(), key: &text };
    assert_eq!(keyed.get("/api/0/organizations/acme/").await.status, 401);
    let client = app.anonymous();
    for (name, password) in [("", ""), (text.as_str(), "x"), ("wrong", "")] {
        let request = client.request("GET", "/api/0/organizations/").basic_auth(name, Some(password));
        assert_eq!(client.send(request).await.status, 401, "{name}:{password}");
    }
}

#[tokio::test]
async fn pages_use_a_key_from_its_origins_only() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let text = key(&app, &project, &[Scope::OrgRead]).await;
    let client = app.anonymous();
    let from = |origin: &str| {
        client.request("GET", "/api/0/organizations/").basic_auth(&text, Some("")).header("Origin", origin)
    };
    let allowed = client.send(from("https://app.example.com")).await;
    assert_eq!((allowed.status, allowed.header("access-control-allow-origin")), (200, "https://app.example.com"));
    assert_eq!(allowed.header("access-control-allow-credentials"), "", "cookies stay out");
    let refused = client.send(from("https://evil.example")).await;
    assert!(refused.status == 400 && refused.body.contains("origin"), "{}", refused.body);
    let question = client
        .request("OPTIONS", "/api/0/organizations/")
        .header("Origin", "https://app.example.com")
        .header("Access-Control-Request-Method", "GET");
    let answer = client.send(question).await;
    assert_eq!((answer.status, answer.header("access-control-allow-headers")), (204, "Authorization, Content-Type"));
    let browser = app.sign_in(&project.owner).await;
    let request = browser.request("GET", "/api/0/organizations/").header("Origin", "https://evil.example");
    assert_eq!(browser.send(request).await.header("access-control-allow-origin"), "", "nor are sessions read");
}

/// Nothing breaks because nobody stands behind a key, and nothing of another organization is told.
#[tokio::test]
async fn every_endpoint_takes_a_key_for_what_it_is() {
    let app = TestApp::spawn_with(|config| config.system.single_organization = false).await;
    let (base, other) = (app.project().await, app.project_named("other", "site").await);
    let (own, foreign) = (key(&app, &base, &Scope::ALL).await, key(&app, &other, &Scope::ALL).await);
    let stage = Stage::new(&app, &base, 0).await;
    let mut wrong = Vec::new();
    for (key, is_own) in [(&foreign, false), (&own, true)] {
        let keyed = Keyed { client: app.anonymous(), key };
        for endpoint in Endpoint::all() {
            let path = stage.path(&endpoint, None).await;
            let body = (endpoint.method != "GET").then(|| json!({"name": ["no text"], "status": 7, "text": []}));
            let answer = keyed.call(endpoint.method, &path, body).await;
            let is_right = match endpoint.place() {
                Place::Organization | Place::Project if !is_own => matches!(answer.status, 403 | 404),
                _ => answer.status < 500,
            };
            let tells = !is_own && endpoint.place() != Place::Open && answer.body.contains(SECRET);
            if !is_right || tells {
                wrong.push(format!("{} {path}: {} {:.200}", endpoint.method, answer.status, answer.body));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
