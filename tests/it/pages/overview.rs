//! A project at a glance: numbers, chart, what is rising and new, what was shipped.

use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::json;

use crate::support::{Project, TestApp};

const PAGE: &str = "/acme/shop/dashboard/";

/// Titles of the rows of a page, in its order; those of the rising issues come first.
fn titles(page: &str) -> Vec<&str> {
    let after = page.split("<a class=\"title\"").skip(1);
    after.map(|text| text.split('>').nth(1).unwrap().split('<').next().unwrap()).collect()
}

/// Five events of one issue an hour ago, one of another now, one of a third that was first seen before a fortnight.
async fn fill(app: &TestApp, project: &Project) {
    let now = app.app.clock.now().timestamp();
    for (message, age, release) in [
        ("frequent", 3_600, "shop@1.0.0"),
        ("frequent", 3_500, "shop@1.0.0"),
        ("frequent", 3_400, "shop@1.0.0"),
        ("frequent", 3_300, "shop@1.0.0"),
        ("frequent", 60, "shop@2.0.0"),
        ("fresh", 10, "shop@2.0.0"),
        ("old", 20 * 86_400, "shop@1.0.0"),
    ] {
        app.report(project, &json!({"message": message, "timestamp": now - age, "release": release})).await;
    }
}

#[tokio::test]
async fn a_project_is_seen_at_a_glance() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    fill(&app, &project).await;
    let browser = app.sign_in(&project.owner).await;
    let page = browser.get(PAGE).await;
    assert_eq!(page.status, 200);
    assert_eq!(titles(&page.body), ["frequent", "fresh", "fresh", "frequent"], "rising ones, then new ones");
    for number in [">3</a></dd>", ">2</a></dd>", "<dd>7</dd>"] {
        assert!(page.body.contains(number), "unresolved, new, accepted: {number}");
    }
    assert!(page.body.contains("7 accepted, 0 filtered"), "a bar with its numbers");
    assert_eq!(page.body.matches("<line class=\"release-mark\"").count(), 2);
    for link in ["/acme/shop/releases/shop%402.0.0/", "/acme/shop/stats/?statsPeriod=24h", "/settings/acme/teams/"] {
        assert!(page.body.contains(&format!("href=\"{link}\"")), "{link}");
    }
    // The links beside the numbers lead to as many issues.
    for (query, expected) in [("?query=is%3Aunresolved", 3), ("?query=age%3A-24h&sort=new", 2)] {
        assert_eq!(titles(&browser.get(&format!("/acme/shop/{query}")).await.body).len(), expected, "{query}");
    }
    let month = browser.get(&format!("{PAGE}?statsPeriod=30d")).await.body;
    assert_eq!(titles(&month), ["frequent", "fresh", "old", "fresh", "frequent", "old"]);

    let script = app.script(&project.owner, &[Scope::EventWrite]).await;
    let all = "/api/0/projects/acme/shop/issues/?query=frequent";
    assert_eq!(script.put_json(all, &json!({"status": "resolved"})).await.status, 200);
    assert_eq!(titles(&browser.get(PAGE).await.body), ["fresh", "fresh"]);
}

#[tokio::test]
async fn an_overview_without_events_leads_to_the_guide() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let browser = app.sign_in(&project.owner).await;
    let page = browser.get(PAGE).await.body;
    assert!(page.contains("class=\"empty\"") && !page.contains("class=\"outcomes\""));
    assert!(page.contains("href=\"/acme/shop/getting-started/\""));
    // What only was refused is shown: somebody sends, but wrongly.
    let now = app.app.clock.now();
    sqlx::query("INSERT INTO outcomes (project_id, key_id, hour, outcome, reason, category, quantity) VALUES ($1, 0, date_trunc('hour', $2::timestamptz), 'filtered', 'localhost', 'error', 9)")
        .bind(project.project.id.0)
        .bind(now)
        .execute(&app.app.db)
        .await
        .expect("an outcome");
    let page = browser.get(PAGE).await.body;
    assert!(page.contains("class=\"outcomes\"") && page.contains("<dd>9</dd>"));
}

#[tokio::test]
async fn an_overview_is_for_those_who_see_the_project() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    fill(&app, &project).await;
    let outsider = app.member(&project, "out@acme.example", Role::Member, false).await;
    let member = app.member(&project, "in@acme.example", Role::Member, true).await;
    let foreign = app.project_named("other", "site").await;
    assert_eq!(app.sign_in(&member).await.get(PAGE).await.status, 200);
    for user in [&outsider, &foreign.owner] {
        let page = app.sign_in(user).await.get(PAGE).await;
        assert!(page.status == 404 && !page.body.contains("frequent"), "{}", page.status);
    }
    assert!(app.anonymous().get(PAGE).await.location().starts_with("/auth/login/"));
}
