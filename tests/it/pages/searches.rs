//! Saved searches and completion in the pages.

use picket::types::role::Role;
use serde_json::{Value, json};

use crate::support::{Client, Project, TestApp};

async fn two_issues() -> (TestApp, Project, Client) {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    for (message, browser) in [("one", "Fire fox"), ("two", "Chrome"), ("two", "Chrome")] {
        let event = json!({"message": message, "tags": {"browser": browser}, "user": {"email": "ann@acme.test"}});
        app.report(&project, &event).await;
    }
    let browser = app.sign_in(&project.owner).await;
    (app, project, browser)
}

async fn number(app: &TestApp, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&app.app.db).await.expect(sql)
}

fn rows(page: &str) -> usize {
    page.matches("data-issue>").count()
}

#[tokio::test]
async fn a_search_is_saved_and_shown_at_first() {
    let (app, project, browser) = two_issues().await;
    assert_eq!(rows(&browser.get("/acme/shop/").await.body), 2);
    let fields = [("name", "Chrome only"), ("query", "browser:Chrome"), ("default", "1")];
    let saved = browser.post_form("/acme/shop/searches/", &fields).await;
    assert_eq!((saved.status, saved.location()), (303, "/acme/shop/?query=browser%3AChrome"));
    let page = browser.get("/acme/shop/").await.body;
    assert_eq!(rows(&page), 1);
    assert!(page.contains("<h1>Chrome only"), "{page}");
    let again = browser.post_form("/acme/shop/searches/", &fields).await;
    assert_eq!(again.status, 303);
    assert!(browser.get("/acme/shop/").await.body.contains("exists already"));
    let wrong = browser.post_form("/acme/shop/searches/", &[("name", "x"), ("query", "is:gone")]).await;
    assert!(browser.get(wrong.location()).await.body.contains("is:gone"));
    assert_eq!(number(&app, "SELECT count(*) FROM saved_searches").await, 1, "neither is saved");

    let manage = "/settings/acme/projects/shop/saved-searches/";
    let page = browser.get(manage).await.body;
    let id = page
        .split("/acme/shop/searches/")
        .find_map(|part| part.split('/').next()?.parse::<i64>().ok().filter(|id| *id > 100))
        .unwrap()
        .to_string();
    let opened = browser.get(&format!("/acme/shop/searches/{id}/")).await;
    assert_eq!((opened.status, opened.location()), (303, "/acme/shop/?query=browser%3AChrome"));
    let opened = browser.get("/organizations/acme/issues/searches/2/").await;
    assert_eq!(opened.location(), "/organizations/acme/issues/?query=is%3Aunresolved%20is%3Aunassigned");
    assert_eq!(browser.get("/acme/shop/searches/999999/").await.status, 404);
    for (action, pinned, shown) in
        [("pin", 1, 1), ("unpin", 0, 1), ("not-mine", 0, 2), ("mine", 0, 1), ("not-mine", 0, 2)]
    {
        assert_eq!(browser.post_form(manage, &[("id", &id), ("action", action)]).await.status, 303, "{action}");
        assert_eq!(number(&app, "SELECT count(*) FROM pinned_searches").await, pinned, "{action}");
        assert_eq!(rows(&browser.get("/acme/shop/").await.body), shown, "{action}");
    }
    assert_eq!(rows(&browser.get("/acme/shop/").await.body), 2);
    let member = app.member(&project, "kim@acme.example", Role::Member, true).await;
    let kim = app.sign_in(&member).await;
    assert!(!kim.get("/acme/shop/").await.body.contains("Chrome only"), "it is the owner's own");
    assert_eq!(kim.post_form(manage, &[("id", &id), ("action", "delete")]).await.status, 404);
    let shared = [("name", "x"), ("query", "x"), ("shared", "1")];
    assert_eq!(kim.post_form("/acme/shop/searches/", &shared).await.status, 403);
    assert_eq!(browser.post_form(manage, &[("id", &id), ("action", "delete")]).await.status, 303);
    assert_eq!(browser.get(&format!("/acme/shop/searches/{id}/")).await.status, 404);
}

#[tokio::test]
async fn searches_are_completed() {
    let (app, project, browser) = two_issues().await;
    let bea = json!({"id": 5, "email": "bea@acme.test", "username": "bea k", "ip_address": "10.1.0.1"});
    app.report(&project, &json!({"message": "one", "user": bea})).await;
    let inserts = async |token: &str| -> Vec<String> {
        let token: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
        let answer = browser.get(&format!("/organizations/acme/issues/complete/?project=shop&token={token}")).await;
        assert_eq!(answer.status, 200);
        let items = answer.json();
        let items = items.as_array().unwrap().iter().flat_map(|section| section["items"].as_array().unwrap().clone());
        items
            .map(|item: Value| format!("{} {}", item["insert"].as_str().unwrap(), item["note"].as_str().unwrap()))
            .collect()
    };
    assert!(inserts("brow").await.contains(&"browser: ".to_owned()));
    assert_eq!(inserts("browser:").await, ["browser:Chrome 2", "browser:\"Fire fox\" 1"]);
    assert_eq!(inserts("!browser:chr").await, ["!browser:Chrome 2"]);
    assert_eq!(inserts("is:un").await, ["is:unresolved ", "is:unassigned ", "is:unlinked "]);
    assert_eq!(inserts("assigned:own").await, ["assigned:owner@acme.example "]);
    assert_eq!(inserts("assigned:#").await, ["assigned:#team "]);
    assert_eq!(inserts("user.email:ann").await, ["user.email:ann@acme.test 3"]);
    assert_eq!(inserts("user.email:ACME").await, ["user.email:ann@acme.test 3", "user.email:bea@acme.test 1"]);
    assert_eq!(inserts("!user.username:be").await, ["!user.username:\"bea k\" 1"]);
    assert_eq!(inserts("user.ip:10.").await, ["user.ip:10.1.0.1 1"]);
    assert_eq!(inserts("user.id:").await, ["user.id:5 1"]);
    assert_eq!(inserts("user.id:id").await, [""; 0]);
    assert_eq!(inserts("has:user.em").await, ["has:user.email "]);
    assert_eq!(inserts("has:bro").await, ["has:browser "]);
    assert!(inserts("triage").await.contains(&"is:unresolved is:unassigned Needs triage".to_owned()));
    assert_eq!(inserts(&"x".repeat(300)).await, [""; 0]);
    assert_eq!(inserts("nothing:%").await, [""; 0]);
}
