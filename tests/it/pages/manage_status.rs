//! What needs a person, projects, and what runs: as administrators see it, and nobody else.

use chrono::TimeDelta;
use picket::types::scope::Scope;
use picket::volatile::heartbeats::Heartbeat;
use serde_json::json;

use crate::support::{Client, TestApp};

async fn beat(app: &TestApp, role: &str) {
    let now = app.app.clock.now();
    let beat = Heartbeat {
        role: role.to_owned(),
        process: format!("{role}-1"),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        at: now,
        started_at: now,
        latency: None,
    };
    app.app.redis.beat(&beat).await.unwrap();
}

/// What the banner says.
async fn banner(client: &Client) -> String {
    let page = client.get("/organizations/").await.body;
    let banner = page.split("class=\"banner\"").nth(1).unwrap_or_default();
    banner.split("<main").next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_worst_of_what_is_wrong_is_told_to_administrators() {
    let app = TestApp::spawn().await;
    let (root, project) = (app.user("root@example.com", true).await, app.project().await);
    let (admin, owner) = (app.sign_in(&root).await, app.sign_in(&project.owner).await);
    // How full this machine is, nobody knows.
    app.app.redis.dismiss_banner(root.id.0, "disk").await.unwrap();
    let store = format!("/api/{}/store/?sentry_key={}", project.project.id, project.key.public_key);
    assert_eq!(app.anonymous().post_json(&store, &json!({"message": "waits"})).await.status, 200);
    let told = banner(&admin).await;
    assert!(told.contains("one event waits") && told.contains("/manage/banner/no-worker/dismiss/"), "{told}");
    assert_eq!(banner(&owner).await, "");
    beat(&app, "worker").await;
    assert!(banner(&admin).await.contains("No scheduler is running"));
    app.app.clock.advance(TimeDelta::seconds(40));
    assert!(banner(&admin).await.contains("has been waiting for 40 s"));
    picket::worker::drain(&app.app).await.unwrap();
    beat(&app, "cron").await;
    let told = banner(&admin).await;
    assert!(told.contains("No mail server is named"), "{told}");
    assert_eq!(admin.post_form("/manage/banner/no-mail/dismiss/", &[]).await.status, 303);
    assert_eq!(banner(&admin).await, "");
}

#[tokio::test]
async fn who_has_switched_mail_off_is_not_told() {
    let app = TestApp::spawn_with(|config| config.mail.backend = picket::config::MailBackend::Off).await;
    let root = app.user("root@example.com", true).await;
    let admin = app.sign_in(&root).await;
    app.app.redis.dismiss_banner(root.id.0, "disk").await.unwrap();
    beat(&app, "worker").await;
    beat(&app, "cron").await;
    assert_eq!(banner(&admin).await, "");
}

#[tokio::test]
async fn projects_are_listed_with_what_they_send() {
    let app = TestApp::spawn().await;
    let admin = app.sign_in(&app.user("root@example.com", true).await).await;
    let none = admin.get("/manage/projects/").await.body;
    assert!(none.contains("There is no project yet"), "{none}");
    let (busy, quiet) = (app.project_named("acme", "shop").await, app.project_named("other", "site").await);
    for message in ["one", "two"] {
        app.report(&busy, &json!({ "message": message })).await;
    }
    let page = admin.get("/manage/projects/").await.body;
    let (first, second) = (page.find("acme/shop").unwrap(), page.find("other/site").unwrap());
    assert!(first < second, "those with most events first");
    assert!(page.contains("2 events in 24 h · issues: 2") && page.contains("0 events in 24 h"), "{page}");
    assert!(page.contains("href=\"/acme/shop/\"") && page.contains("href=\"/settings/acme/projects/shop/\""));
    let found = admin.get("/manage/projects/?query=OTHER").await.body;
    assert!(found.contains("other/site") && !found.contains("acme/shop"));
    for nothing in ["query=%3Cb%3E", "page=7", "page=-3&query=x%00y"] {
        let page = admin.get(&format!("/manage/projects/?{nothing}")).await;
        assert!(page.status == 200 && !page.body.contains("<b>"), "{nothing}: {}", page.body);
    }
    sqlx::query("UPDATE projects SET status = 'pending_deletion' WHERE id = $1")
        .bind(quiet.project.id.0)
        .execute(&app.app.db)
        .await
        .unwrap();
    let page = admin.get("/manage/projects/").await.body;
    assert!(page.contains("being removed") && !page.contains("href=\"/other/site/\""), "{page}");
}

#[tokio::test]
async fn what_runs_is_shown_without_secrets() {
    let app = TestApp::spawn().await;
    let admin = app.sign_in(&app.user("root@example.com", true).await).await;
    app.app.config.set_stored(vec![
        ("mail.password".to_owned(), "hunter2".into()),
        ("system.site-name".to_owned(), "Ours <b>".into()),
    ]);
    let page = admin.get("/manage/status/environment/").await.body;
    for part in ["PostgreSQL", "<dt>Redis</dt>", "Linux", "mail.password", "(hidden)", "Ours &#60;b&#62;", "set here"] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(!page.contains("hunter2"));
    let page = admin.get("/manage/status/packages/").await.body;
    assert!(page.contains("<td class=\"mono\">axum</td>") && !page.contains("fantoccini"), "{page}");
    assert_eq!(admin.get("/manage/status/mail/").await.location(), "/manage/mail/");
    admin.post_form("/manage/checks/database/", &[]).await;
    let page = admin.get("/manage/status/warnings/").await.body;
    for part in ["No worker is running", "/manage/checks/#check-database", "fsync false"] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
}

#[tokio::test]
async fn monitoring_reads_what_the_checks_found() {
    let app = TestApp::spawn().await;
    let (root, project) = (app.user("root@example.com", true).await, app.project().await);
    let admin = app.sign_in(&root).await;
    admin.post_form("/manage/checks/secret-key/", &[]).await;
    admin.post_form("/manage/checks/database/", &[]).await;
    let path = "/api/0/internal/health/";
    assert_eq!(app.anonymous().get(path).await.status, 401);
    let health = admin.get(path).await.json();
    assert_eq!(health["healthy"], json!({"secret-key": true, "database": false}));
    let ids: Vec<&str> =
        health["problems"].as_array().unwrap().iter().map(|problem| problem["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"no-worker") && ids.contains(&"database") && !ids.contains(&"secret-key"), "{ids:?}");
    let check = |id: &str| health["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap().clone();
    assert_eq!((&check("database")["state"], &check("mail")["state"]), (&json!("failed"), &json!(null)));
    assert!(check("database")["seen"].as_str().unwrap().starts_with("PostgreSQL"));
    assert!(check("database")["advice"].as_str().unwrap().contains("fsync on"));
    assert!(check("database")["lastRun"].as_str().unwrap().ends_with('Z'));

    let monitor = app.script(&root, &[Scope::OrgAdmin]).await;
    assert_eq!(monitor.get(path).await.json()["healthy"], health["healthy"]);
    let nothing = json!({"problems": [], "healthy": {}, "checks": []});
    assert_eq!(app.script(&root, &[Scope::OrgWrite]).await.get(path).await.json(), nothing);
    assert_eq!(app.script(&project.owner, &Scope::ALL).await.get(path).await.json(), nothing);
    assert_eq!(app.sign_in(&project.owner).await.get(path).await.json(), nothing);
}
