//! Attacks on every route there is, by the two tables of routes.

use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::{Value, json};

use crate::api::access::stage::{SECRET, Stage};
use crate::api::access::table::{Endpoint, Place as ApiPlace};
use crate::pages::access::table::{Page, Place};
use crate::pages::access::{Owned, Walk, spawn};
use crate::support::{Answer, Client};

/// What names one thing of one organization.
const IDS: [&str; 12] = [
    "{issue}",
    "{event}",
    "{short_id}",
    "{team}",
    "{member}",
    "{version}",
    "{file}",
    "{note}",
    "{search}",
    "{tombstone}",
    "{repository}",
    "/keys/{key}",
];

fn names_one(path: &str) -> bool {
    path.contains("{organization}") && IDS.iter().any(|name| path.contains(name))
}

/// The path of acme's thing, inside the attacker's own organization and project.
fn transplanted(path: &str) -> String {
    // Both have a team of this name.
    let path = path.replace("/acme/team/", "/acme/crew-0/").replace("/teams/team/", "/teams/crew-0/");
    path.replace("/acme/", "/other/").replace("/shop-0/", "/site/")
}

fn tells(answer: &Answer) -> bool {
    answer.body.contains(SECRET) || answer.body.contains("shop-0")
}

#[tokio::test]
async fn idor_foreign_ids_under_ones_own_organization() {
    let (app, _) = spawn().await;
    let base = app.project().await;
    let stage = Stage::new(&app, &base, 0).await;
    let attacker = app.project_named("other", "site").await.owner;
    let script = app.script(&attacker, &Scope::ALL).await;
    let mut wrong = Vec::new();
    let endpoints: Vec<Endpoint> = Endpoint::all().into_iter().filter(|endpoint| names_one(&endpoint.path)).collect();
    assert!(endpoints.len() > 80, "{}", endpoints.len());
    for endpoint in endpoints {
        let path = transplanted(&stage.path(&endpoint, None).await).replace("/members/me/", "/members/1/");
        let request = script.request(endpoint.method, &path);
        let request = if endpoint.method == "GET" { request } else { request.json(&json!({})) };
        let answer = script.send(request).await;
        // What a path names by its last part may be made there; it is another thing then, and empty fields make none.
        if !(400..500).contains(&answer.status) || tells(&answer) {
            wrong.push(format!("{} {path}: {} {:.200}", endpoint.method, answer.status, answer.body));
        }
    }
    assert!(wrong.is_empty(), "API: {wrong:#?}");

    let owned = Owned::of(&app, &base).await;
    let walk = Walk { stage, owned: &owned };
    let browser = app.sign_in(&attacker).await;
    let pages: Vec<Page> = Page::all()
        .into_iter()
        .filter(|page| matches!(page.place, Place::Organization | Place::Project) && names_one(page.path))
        .collect();
    assert!(pages.len() > 50, "{}", pages.len());
    for page in pages {
        let path = transplanted(&walk.path(&page, None).await);
        let answer = send(&browser, &page, &path).await;
        if answer.status != 404 || tells(&answer) {
            wrong.push(format!("{} {path}: {} {:.200}", page.method, answer.status, answer.body));
        }
    }
    assert!(wrong.is_empty(), "pages: {wrong:#?}");
}

async fn send(browser: &Client, page: &Page, path: &str) -> Answer {
    if page.method == "GET" { browser.get(path).await } else { browser.post_form(path, &[]).await }
}

/// With the headers that browsers of today send, and of those that send the origin only.
#[tokio::test]
async fn csrf_by_every_form() {
    let (app, root) = spawn().await;
    let base = app.project().await;
    let owned = Owned::of(&app, &base).await;
    let walk = Walk { stage: Stage::new(&app, &base, 0).await, owned: &owned };
    let browser = app.sign_in(&root).await;
    // The program asks itself through the proxies whether it is reached, with a secret.
    let forms = Page::all().into_iter().filter(|page| page.method == "POST" && !page.path.starts_with("/_health/"));
    let (mut wrong, mut count) = (Vec::new(), 0);
    for page in forms {
        let path = walk.path(&page, None).await;
        for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
            let answer = browser.send(browser.request("POST", &path).header(name, value).form(&[("name", "x")])).await;
            count += 1;
            if answer.status != 403 {
                wrong.push(format!("{path} with {name}: {}", answer.status));
            }
        }
    }
    assert!(count > 100 && wrong.is_empty(), "{count}: {wrong:#?}");
}

#[tokio::test]
async fn csrf_by_every_endpoint_with_a_session() {
    let (app, root) = spawn().await;
    let base = app.project().await;
    let stage = Stage::new(&app, &base, 0).await;
    let browser = app.sign_in(&root).await;
    let mut wrong = Vec::new();
    for endpoint in Endpoint::all().into_iter().filter(|endpoint| endpoint.method != "GET") {
        let path = stage.path(&endpoint, None).await;
        let request = browser.request(endpoint.method, &path).header("origin", "https://evil.example");
        let answer = browser.send(request.json(&json!({}))).await;
        // A sign-in by name and password takes no session.
        if answer.status != 403 && endpoint.place() != ApiPlace::Name {
            wrong.push(format!("{} {path}: {} {:.100}", endpoint.method, answer.status, answer.body));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn clickjacking_of_every_page() {
    let (app, root) = spawn().await;
    let base = app.project().await;
    let owned = Owned::of(&app, &base).await;
    let walk = Walk { stage: Stage::new(&app, &base, 0).await, owned: &owned };
    let member = app.member(&base, "member@acme.example", Role::Member, false).await;
    let mut shown = 0;
    for browser in [app.sign_in(&root).await, app.sign_in(&member).await, app.anonymous()] {
        for page in Page::all().into_iter().filter(|page| page.method == "GET") {
            let path = walk.path(&page, None).await;
            let answer = browser.get(&path).await;
            if !answer.header("content-type").starts_with("text/html") {
                continue;
            }
            shown += 1;
            assert_eq!(answer.header("x-frame-options"), "deny", "{path}");
            assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        }
    }
    assert!(shown > 150, "{shown} pages");
}

/// Every field that an endpoint reads, with what it is not.
fn wrong_bodies() -> Vec<Value> {
    const FIELDS: &str = "action active allowedOrigins assignedTo browserKey checksums commit commits configStore \
        data dateReleased dateStarted defaultRole digestsMaxDelay discard email environment expires filters \
        hasSeen ignoreDuration inbox isActive isBookmarked isDefault isPinned isPublic isRequired isSubscribed label \
        language name note options openMembership orgRole owner ownership password passwordNew platform previousCommit \
        primary projects provider query raw rateLimit ref refs repository reprocessing require2FA resolveSounds role \
        safeFields scopes sendInvite sensitiveFields slug sort status statusDetails subjectPrefix team teams text \
        timezone type url username users value version";
    let filled =
        |value: Value| Value::Object(FIELDS.split_whitespace().map(|name| (name.to_owned(), value.clone())).collect());
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!([deep]);
    }
    let mut bodies: Vec<Value> =
        [json!(null), json!(true), json!(-1.5e300), json!("\u{0}"), json!([[]]), json!({"a": {}})]
            .into_iter()
            .map(filled)
            .collect();
    bodies.extend([json!([]), json!("text"), json!(7), json!(null), filled(deep)]);
    bodies
}

#[tokio::test]
async fn json_with_wrong_types() {
    let (app, _) = spawn().await;
    let base = app.project().await;
    let stage = Stage::new(&app, &base, 0).await;
    let script = app.script(&base.owner, &Scope::ALL).await;
    let browser = app.sign_in(&base.owner).await;
    let mut wrong = Vec::new();
    for endpoint in Endpoint::all().into_iter().filter(|endpoint| matches!(endpoint.method, "POST" | "PUT")) {
        let client = if endpoint.place() == ApiPlace::Session { &browser } else { &script };
        let path = stage.path(&endpoint, Some(client)).await;
        let broken = ["{\"name\":", "\u{0}", ""].map(|text| client.request(endpoint.method, &path).body(text));
        let typed = wrong_bodies().into_iter().map(|body| client.request(endpoint.method, &path).json(&body));
        for request in typed.chain(broken.map(|request| request.header("content-type", "application/json"))) {
            let answer = client.send(request).await;
            if answer.status >= 500 {
                wrong.push(format!("{} {path}: {} {:.200}", endpoint.method, answer.status, answer.body));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(script.get("/api/0/organizations/acme/").await.json()["slug"], "acme");
}

/// Nothing reads XML that people send; entities stay what they are.
#[tokio::test]
async fn xxe_finds_no_parser() {
    let (app, _) = spawn().await;
    let base = app.project().await;
    let stage = Stage::new(&app, &base, 0).await;
    let script = app.script(&base.owner, &Scope::ALL).await;
    let xml = r#"<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><name>&x;</name>"#;
    for endpoint in Endpoint::all().into_iter().filter(|endpoint| matches!(endpoint.method, "POST" | "PUT")) {
        let path = stage.path(&endpoint, None).await;
        let request = script.request(endpoint.method, &path).header("content-type", "application/xml").body(xml);
        let answer = script.send(request).await;
        // What reads no body minds none.
        let takes_none = ["/teams/", "/associate/", "/reprocessing/"].iter().any(|part| path.contains(part));
        assert!(
            (answer.status >= 400 || takes_none) && answer.status < 500,
            "{} {path}: {}",
            endpoint.method,
            answer.status
        );
        assert!(!answer.body.contains("root:"), "{} {path}: {}", endpoint.method, answer.body);
    }
}
