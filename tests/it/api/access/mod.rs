//! Who may use which endpoint: each of the router's, by every role, by each scope alone, and by those who must not.

pub mod stage;
pub mod table;

use std::collections::BTreeSet;

use picket::types::role::Role;
use picket::types::scope::Scope;
use picket::web;
use serde_json::{Value, json};

use self::stage::{SECRET, Stage};
use self::table::{Endpoint, Place};
use crate::support::{Answer, Client, TestApp};

/// axum tells the paths of a router by its `Debug` only; the methods by `Allow`.
#[tokio::test]
async fn the_table_has_every_endpoint_of_the_router() {
    let app = TestApp::spawn().await;
    let router = format!("{:?}", web::router(app.app.clone()));
    let paths: BTreeSet<&str> = router.split('"').filter_map(|text| text.strip_prefix("/api/0")).collect();
    assert!(paths.len() > 100, "{paths:?}");
    let mut served = BTreeSet::new();
    for path in paths.into_iter().filter(|path| !path.contains("{*")) {
        let answer = app.anonymous().send(app.anonymous().request("PROPFIND", &format!("/api/0{path}"))).await;
        assert_eq!(answer.status, 405, "{path}");
        let methods = answer.header("allow").split(',').filter(|method| *method != "HEAD");
        served.extend(methods.map(|method| format!("{method} {path}")));
    }
    let known: BTreeSet<String> =
        Endpoint::all().iter().map(|endpoint| format!("{} {}", endpoint.method, endpoint.path)).collect();
    let missing: Vec<&String> = served.difference(&known).collect();
    let unknown: Vec<&String> = known.difference(&served).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing: {missing:#?}, not there: {unknown:#?}");
}

/// Where everybody may make organizations.
async fn spawn() -> TestApp {
    TestApp::spawn_with(|config| config.system.single_organization = false).await
}

/// What an answer comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Unknown,
    Hidden,
    Refused,
    Allowed,
}

impl Outcome {
    fn of(answer: &Answer) -> Option<Self> {
        match answer.status {
            401 => Some(Self::Unknown),
            404 => Some(Self::Hidden),
            403 => Some(Self::Refused),
            // What is asked is nonsense wherever it would change something, and a release with events is kept.
            200 | 201 | 202 | 204 | 208 | 400 | 415 => Some(Self::Allowed),
            _ => None,
        }
    }
}

/// Nothing that would succeed: a refusal comes before the fields are looked at.
fn body(endpoint: &Endpoint) -> Value {
    // What else there is to change in a project needs more.
    if endpoint.path.ends_with("/{project}/") {
        json!({"isBookmarked": true})
    } else {
        json!({"name": ["no text"], "status": 7, "text": []})
    }
}

async fn call(client: &Client, endpoint: &Endpoint, path: &str) -> Answer {
    let request = client.request(endpoint.method, path);
    let request = if matches!(endpoint.method, "PUT" | "POST") { request.json(&body(endpoint)) } else { request };
    client.send(request).await
}

/// Calls every endpoint, and tells where it went otherwise than expected.
async fn walk(stage: &Stage<'_>, client: &Client, expected: impl Fn(&Endpoint) -> Outcome) -> Vec<String> {
    let mut wrong = Vec::new();
    for endpoint in Endpoint::all() {
        let expected = expected(&endpoint);
        let path = stage.path(&endpoint, (expected == Outcome::Allowed).then_some(client)).await;
        let answer = call(client, &endpoint, &path).await;
        // Without an id there is no file to delete.
        let is_missing = endpoint.method == "DELETE" && path.ends_with("/dsyms/") && expected == Outcome::Allowed;
        let outcome = if is_missing && answer.status == 404 { Some(Outcome::Allowed) } else { Outcome::of(&answer) };
        if outcome != Some(expected) {
            wrong.push(format!(
                "{} {path}: {} instead of {expected:?}: {:.200}",
                endpoint.method, answer.status, answer.body
            ));
        }
        if expected != Outcome::Allowed && answer.body.contains(SECRET) {
            wrong.push(format!("{} {path} tells what it refuses", endpoint.method));
        }
    }
    wrong
}

/// What a role gives by the table; `sees` is whether the actor sees the project.
fn by_role(endpoint: &Endpoint, role: Role, sees: bool) -> Outcome {
    let may = endpoint.scopes.iter().any(|scope| role.scopes().contains(scope));
    // A team gets its projects from its members, and is changed by them.
    let is_for_team = (endpoint.method == "POST" && endpoint.path.ends_with("/{team}/projects/"))
        || (endpoint.method != "GET" && endpoint.path == "/teams/{organization}/{team}/");
    match endpoint.place() {
        Place::Open | Place::Account => Outcome::Allowed,
        Place::Session => Outcome::Refused,
        Place::Name => Outcome::Unknown,
        _ if !may || (is_for_team && !sees) => Outcome::Refused,
        Place::Project if !sees => Outcome::Hidden,
        _ => Outcome::Allowed,
    }
}

#[tokio::test]
async fn every_role_may_what_its_scopes_say() {
    let app = spawn().await;
    let base = app.project().await;
    for (number, (role, in_team)) in [Role::Member, Role::Admin, Role::Manager, Role::Owner]
        .into_iter()
        .flat_map(|role| [(role, true), (role, false)])
        .enumerate()
    {
        let stage = Stage::new(&app, &base, number).await;
        let user = app.member(&base, &format!("m{number}@acme.example"), role, in_team).await;
        let client = app.script(&user, &Scope::ALL).await;
        let wrong = walk(&stage, &client, |endpoint| by_role(endpoint, role, in_team || role.is_global())).await;
        assert!(wrong.is_empty(), "{role:?}, in the team: {in_team}: {wrong:#?}");
    }
    let stage = Stage::new(&app, &base, 100).await;
    let superuser = app.script(&app.user("root@else.example", true).await, &Scope::ALL).await;
    let wrong = walk(&stage, &superuser, |endpoint| match endpoint.place() {
        Place::Session => Outcome::Refused,
        Place::Name => Outcome::Unknown,
        _ => Outcome::Allowed,
    })
    .await;
    assert!(wrong.is_empty(), "a superuser: {wrong:#?}");
}

#[tokio::test]
async fn others_learn_nothing() {
    let app = spawn().await;
    let base = app.project().await;
    let stage = Stage::new(&app, &base, 0).await;
    let anonymous = |endpoint: &Endpoint| match endpoint.place() {
        Place::Open => Outcome::Allowed,
        _ => Outcome::Unknown,
    };
    let wrong = walk(&stage, &app.anonymous(), anonymous).await;
    assert!(wrong.is_empty(), "anonymous: {wrong:#?}");
    let foreign = app.project_named("other", "site").await;
    let stranger = app.script(&foreign.owner, &Scope::ALL).await;
    let wrong = walk(&stage, &stranger, |endpoint| match endpoint.place() {
        Place::Open | Place::Account => Outcome::Allowed,
        Place::Session => Outcome::Refused,
        Place::Name => Outcome::Unknown,
        Place::Organization | Place::Project => Outcome::Hidden,
    })
    .await;
    assert!(wrong.is_empty(), "a stranger: {wrong:#?}");
}

/// The lists of an organization leave out what a member of no team must not see.
#[tokio::test]
async fn lists_hold_what_their_reader_sees() {
    let app = TestApp::spawn().await;
    let base = app.project().await;
    let stage = Stage::new(&app, &base, 0).await;
    let member = app.member(&base, "member@acme.example", Role::Member, true).await;
    let outsider = app.member(&base, "outsider@acme.example", Role::Member, false).await;
    let (member, outsider) = (app.script(&member, &Scope::ALL).await, app.script(&outsider, &Scope::ALL).await);
    let lists = Endpoint::all().into_iter().filter(|endpoint| endpoint.method == "GET");
    let mut told = 0;
    for endpoint in lists.filter(|endpoint| matches!(endpoint.place(), Place::Account | Place::Organization)) {
        let path = stage.path(&endpoint, None).await;
        for word in [SECRET, "shop-0"] {
            told += usize::from(member.get(&path).await.body.contains(word));
            let answer = outsider.get(&path).await;
            // Repositories belong to the organization, not to a project.
            assert!(path.contains("/repos/") || !answer.body.contains(word), "{path}: {}", answer.body);
        }
    }
    assert!(told > 8, "members are told of the project in {told} lists");
}

/// By the owner, so that nothing but the token limits.
#[tokio::test]
async fn each_scope_alone_opens_what_the_table_says() {
    let app = spawn().await;
    let base = app.project().await;
    for (number, scope) in Scope::ALL.into_iter().enumerate() {
        let stage = Stage::new(&app, &base, number).await;
        let client = app.script(&base.owner, &[scope]).await;
        let wrong = walk(&stage, &client, |endpoint| {
            let may = endpoint.place() == Place::Open || endpoint.scopes.contains(&scope);
            match endpoint.place() {
                Place::Name => Outcome::Unknown,
                _ if may => Outcome::Allowed,
                _ => Outcome::Refused,
            }
        })
        .await;
        assert!(wrong.is_empty(), "{scope:?}: {wrong:#?}");
    }
}

#[tokio::test]
async fn a_token_is_worth_no_more_than_its_user() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let member = app.member(&project, "member@acme.example", Role::Member, true).await;
    let script = app.script(&member, &Scope::ALL).await;
    assert_eq!(script.get("/api/0/projects/acme/shop/").await.status, 200);
    assert_eq!(script.delete("/api/0/projects/acme/shop/").await.status, 403);
    assert_eq!(script.put_json("/api/0/projects/acme/shop/", &json!({"name": "x"})).await.status, 403);
    let bookmark = script.put_json("/api/0/projects/acme/shop/", &json!({"isBookmarked": true})).await;
    assert_eq!(bookmark.json()["isBookmarked"], true);

    sqlx::query("UPDATE users SET is_active = FALSE WHERE id = $1")
        .bind(member.id.0)
        .execute(&app.app.db)
        .await
        .expect("an update");
    let refused = script.get("/api/0/projects/acme/shop/").await;
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
}

/// What is assigned or bookmarked can be searched for by anyone; what somebody looked at is their own.
#[tokio::test]
async fn what_others_looked_at_is_theirs() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let lin = app.member(&project, "lin@acme.example", Role::Member, true).await;
    let id: i64 = sqlx::query_scalar("SELECT id FROM members WHERE user_id = $1")
        .bind(lin.id.0)
        .fetch_one(&app.app.db)
        .await
        .expect("a member");
    let (owner, lin) = (app.script(&project.owner, &Scope::ALL).await, app.script(&lin, &Scope::ALL).await);
    for (list, expected) in [("assigned", 200), ("bookmarked", 200), ("viewed", 403)] {
        let path = format!("/api/0/organizations/acme/members/{id}/issues/{list}/");
        assert_eq!(owner.get(&path).await.status, expected, "{path}");
        assert_eq!(lin.get(&path).await.status, 200, "{path}");
        assert_eq!(owner.get(&path.replace(&format!("/{id}/"), "/me/")).await.status, 200, "{path}");
    }
    assert_eq!(owner.get("/api/0/organizations/acme/members/0/issues/viewed/").await.status, 404);
}
