//! Issues that are shared with everybody, and issues whose later events are thrown away.

use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::{Value, json};

use crate::support::{Client, Project, TestApp};

fn event() -> Value {
    json!({"platform": "python", "level": "error", "release": "secret@1.0", "environment": "secret",
        "server_name": "secret", "transaction": "app.pay", "user": {"id": "secret", "email": "secret@example.com", "ip_address": "203.0.113.77"},
        "tags": {"customer": "secret"}, "extra": {"a": "secret"}, "contexts": {"device": {"name": "secret"}},
        "request": {"url": "https://shop.example/secret", "cookies": "a=secret", "headers": {"X": "secret"}, "env": {"REMOTE_ADDR": "203.0.113.77"}},
        "breadcrumbs": [{"message": "secret"}], "modules": {"secret": "1"},
        "exception": {"values": [{"type": "KeyError", "value": "no cart", "stacktrace": {"frames": [
            {"filename": "app.py", "function": "pay", "lineno": 3, "in_app": true, "context_line": "pay(cart)", "vars": {"card": "secret"}}]}}]}})
}

async fn reported() -> (TestApp, Project, Client, i64) {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    app.report(&project, &event()).await;
    let browser = app.sign_in(&project.owner).await;
    let id = sqlx::query_scalar("SELECT id FROM issues").fetch_one(&app.app.db).await.expect("an issue");
    (app, project, browser, id)
}

async fn token(app: &TestApp) -> Option<String> {
    let token: Option<uuid::Uuid> =
        sqlx::query_scalar("SELECT token FROM issue_shares").fetch_optional(&app.app.db).await.expect("a query");
    token.map(|token| token.as_simple().to_string())
}

#[tokio::test]
async fn a_public_link_shows_the_error_and_nobody_it_happened_to() {
    let (app, _, browser, id) = reported().await;
    let share = format!("/organizations/acme/issues/{id}/share/");
    let anonymous = app.anonymous();
    assert_ne!(anonymous.post_form(&share, &[("action", "share")]).await.status, 200);
    assert_eq!(token(&app).await, None);
    assert_eq!(browser.post_form(&share, &[("action", "share")]).await.status, 303);
    let first = token(&app).await.expect("a link");
    let path = format!("/share/issue/{first}/");
    assert!(browser.get(&format!("/organizations/acme/issues/{id}/")).await.body.contains(&path));

    for (page, shown) in [(path.clone(), "This issue was shared"), (format!("{path}?lang=zh"), "此问题为公开分享")]
    {
        let answer = anonymous.get(&page).await;
        assert_eq!(answer.status, 200, "{page}");
        assert_eq!(answer.header("x-robots-tag"), "noindex, nofollow");
        for shown in ["KeyError", "no cart", "SHOP-1", "(cart)", "app.py", "name=\"robots\" content=\"noindex", shown] {
            assert!(answer.body.contains(shown), "{page} {shown}: {}", answer.body);
        }
        for hidden in ["secret", "203.0.113.77"] {
            assert!(!answer.body.contains(hidden), "{page}: {}", answer.body);
        }
    }
    for other in ["?stack=raw", "?stack=full&order=oldest", "part/exception/", "json/"] {
        let answer = anonymous.get(&format!("{path}{other}")).await;
        assert_eq!(answer.status, 200, "{other}");
        assert!(answer.body.contains("KeyError") && !answer.body.contains("secret"), "{other}: {}", answer.body);
    }
    let old = anonymous.get(&format!("/share/group/{first}/")).await;
    assert_eq!((old.status, old.location().ends_with(&path)), (301, true));
    let view = anonymous.get(&format!("/api/0/shared/issues/{first}/")).await;
    assert_eq!(view.status, 200, "{}", view.body);
    assert!(!view.body.contains("secret") && !view.body.contains("203.0.113.77"), "{}", view.body);
    assert_eq!(view.json()["project"]["organization"]["slug"], "acme");
    assert!(view.json()["latestEvent"]["eventID"].is_string());

    browser.post_form(&share, &[("action", "share")]).await;
    let second = token(&app).await.expect("a link");
    assert_ne!(first, second);
    assert_eq!(anonymous.get(&path).await.status, 404, "the old one ended");
    browser.post_form(&share, &[("action", "unshare")]).await;
    for gone in [
        format!("/share/issue/{second}/"),
        format!("/api/0/shared/issues/{second}/"),
        "/share/issue/nonsense/".to_owned(),
    ] {
        assert_eq!(anonymous.get(&gone).await.status, 404, "{gone}");
    }
    let activity = browser.get(&format!("/organizations/acme/issues/{id}/activity/")).await.body;
    assert!(activity.contains("shared this") && activity.contains("stopped sharing this"), "{activity}");
    assert_eq!(browser.post_form(&share, &[("action", "nonsense")]).await.status, 400);
}

#[tokio::test]
async fn the_api_makes_and_ends_links() {
    let (app, project, _, id) = reported().await;
    let script = app.script(&project.owner, &Scope::ALL).await;
    let path = format!("/api/0/issues/{id}/");
    let shared = script.put_json(&path, &json!({"isPublic": true})).await.json();
    assert_eq!((&shared["isPublic"], shared["shareId"].as_str()), (&json!(true), token(&app).await.as_deref()));
    let again = script.put_json(&path, &json!({"isPublic": true})).await.json();
    assert_eq!(again["shareId"], shared["shareId"], "it stays");
    let bulk = format!("/api/0/projects/acme/shop/issues/?id={id}");
    assert_eq!(script.put_json(&bulk, &json!({"isPublic": true})).await.json()["shareId"], shared["shareId"]);
    let ended = script.put_json(&path, &json!({"isPublic": false})).await.json();
    assert_eq!((&ended["isPublic"], &ended["shareId"]), (&json!(false), &json!(null)));
    assert_eq!(script.put_json(&path, &json!({"isPublic": "maybe"})).await.status, 400);
}

#[tokio::test]
async fn a_merged_or_deleted_issue_is_not_shared_for_ever() {
    let (app, project, browser, id) = reported().await;
    browser.post_form(&format!("/organizations/acme/issues/{id}/share/"), &[("action", "share")]).await;
    let path = format!("/share/issue/{}/", token(&app).await.expect("a link"));
    let script = app.script(&project.owner, &Scope::ALL).await;
    assert_eq!(app.anonymous().get(&path).await.status, 200);
    assert_eq!(script.delete(&format!("/api/0/issues/{id}/")).await.status, 202);
    assert_eq!(app.anonymous().get(&path).await.status, 404, "at once");
}

#[tokio::test]
async fn a_discarded_issue_goes_and_what_follows_is_counted_and_thrown_away() {
    let (app, project, browser, id) = reported().await;
    let id = id.to_string();
    let fields = [("id", id.as_str()), ("action", "discard"), ("next", "/acme/shop/")];
    let question = browser.post_form("/organizations/acme/issues/", &fields).await;
    assert!(question.body.contains("Delete this issue and discard what follows?"), "{}", question.body);
    let confirmed = [fields.as_slice(), &[("confirm", "1")]].concat();
    assert_eq!(browser.post_form("/organizations/acme/issues/", &confirmed).await.status, 303);
    picket::worker::drain(&app.app).await.expect("jobs run");
    let number = async |sql: &'static str| -> i64 { sqlx::query_scalar(sql).fetch_one(&app.app.db).await.expect(sql) };
    assert_eq!(number("SELECT (SELECT count(*) FROM issues) + (SELECT count(*) FROM events)").await, 0);
    for _ in 0..3 {
        app.report(&project, &event()).await;
    }
    assert_eq!(number("SELECT count(*) FROM issues").await, 0);
    assert_eq!(number("SELECT sum(quantity)::bigint FROM outcomes WHERE reason = 'discarded-hash'").await, 3);

    let settings = "/settings/acme/projects/shop/filters/discarded-groups/";
    let page = browser.get(settings).await.body;
    assert!(page.contains("KeyError: no cart") && page.contains("<td>3"), "{page}");
    let script = app.script(&project.owner, &Scope::ALL).await;
    let list = script.get("/api/0/projects/acme/shop/tombstones/").await.json();
    assert_eq!((&list[0]["level"], &list[0]["culprit"]), (&json!("error"), &json!("app.pay")));
    assert_eq!(list[0]["actor"]["email"], "owner@acme.example");
    let tombstone = list[0]["id"].as_str().expect("an id").to_owned();

    // Those of others are out of reach.
    app.project_named("other", "blog").await;
    let stranger = app.user("stranger@else.example", false).await;
    let stranger = app.sign_in(&stranger).await;
    assert_eq!(stranger.post_form(settings, &[("tombstone", &tombstone)]).await.status, 404);
    let outsider = app.member(&project, "out@acme.example", Role::Member, false).await;
    let outsider = app.script(&outsider, &Scope::ALL).await;
    let path = format!("/api/0/projects/acme/shop/tombstones/{tombstone}/");
    assert_eq!(outsider.delete(&path).await.status, 404);

    assert_eq!(browser.post_form(settings, &[("tombstone", &tombstone)]).await.status, 303);
    assert_eq!(script.delete(&path).await.status, 404);
    app.report(&project, &event()).await;
    assert_eq!(number("SELECT times_seen FROM issues").await, 1, "the next event makes an issue again");
    assert!(browser.get(settings).await.body.contains("Nothing is discarded"));
}

#[tokio::test]
async fn the_api_discards() {
    let (app, project, _, id) = reported().await;
    let writer = app.script(&project.owner, &[Scope::EventWrite]).await;
    let admin = app.script(&project.owner, &[Scope::EventAdmin]).await;
    let path = format!("/api/0/issues/{id}/");
    assert_eq!(writer.put_json(&path, &json!({"discard": true})).await.status, 403);
    assert_eq!(admin.put_json(&path, &json!({"discard": true})).await.status, 204);
    assert_eq!(admin.get(&path).await.status, 404);
    app.report(&project, &event()).await;
    let issues: i64 = sqlx::query_scalar("SELECT count(*) FROM issues WHERE status = 'unresolved'")
        .fetch_one(&app.app.db)
        .await
        .expect("a count");
    assert_eq!(issues, 0);
}
