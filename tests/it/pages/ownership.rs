use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::{Value, json};

use crate::support::{Client, Project, TestApp};

const PAGE: &str = "/settings/acme/projects/shop/ownership/";
const API: &str = "/api/0/projects/acme/shop/ownership/";

fn event() -> Value {
    json!({
        "platform": "python", "release": "shop@1.0.0", "tags": {"plan": "gold"},
        "request": {"url": "https://shop.example/checkout/"},
        "exception": {"values": [{"type": "KeyError", "value": "x", "stacktrace": {"frames": [
            {"function": "pay", "filename": "src/payments/card.py", "abs_path": "/srv/src/payments/card.py", "in_app": true},
            {"function": "get", "filename": "django/http.py", "in_app": false}]}}]}
    })
}

async fn act(browser: &Client, action: &str, rules: &str) -> crate::support::Answer {
    browser.post_form(PAGE, &[("action", action), ("rules", rules), ("fallthrough", "on")]).await
}

async fn script(app: &TestApp, project: &Project) -> Client {
    let scopes = [Scope::ProjectRead, Scope::ProjectWrite, Scope::ProjectReleases, Scope::EventRead, Scope::OrgRead];
    app.script(&project.owner, &scopes).await
}

async fn release(script: &Client, commits: Value) {
    let body = json!({"version": "shop@1.0.0", "projects": ["shop"], "commits": commits});
    let answer = script.post_json("/api/0/organizations/acme/releases/", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
}

#[tokio::test]
async fn rules_are_checked_tried_and_kept() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let browser = app.sign_in(&project.owner).await;
    for (rules, says) in [
        ("path:src/* #team\npth:x <b>", "Line 2, column 1: there is no matcher “pth”"),
        ("path:x", "Line 1, column 7: an owner is expected"),
        ("path:x #nobody a@b.example", "No member or team of this project: #nobody, a@b.example"),
        (&format!("path:{} #team", "x".repeat(10_000)), "a line may have 4000 characters"),
        (&"#\n".repeat(51_000), "the rules may have 100000 bytes"),
    ] {
        for action in ["save", "test"] {
            let page = act(&browser, action, rules).await;
            assert_eq!(page.status, 422, "{says}");
            assert!(page.body.contains(says), "{says}: {}", &page.body[..page.body.len().min(4_000)]);
        }
    }
    assert!(act(&browser, "test", "path:* #team").await.body.contains("There are no rules, or no events"));
    for _ in 0..3 {
        app.report(&project, &event()).await;
    }
    let rules = "# mine\npath:payments/* #team\nurl:*/cart/* owner@acme.example\ntags.plan:gold OWNER@acme.example";
    let page = act(&browser, "test", rules).await;
    assert!(page.body.contains("Matches in the last 3 events"), "{}", page.body);
    for hits in ["payments/* #team</td><td class=\"num\">3<", "/cart/* owner@acme.example</td><td class=\"num\">0<"] {
        assert!(page.body.contains(hits), "{hits} {}", page.body);
    }
    assert!(!browser.get(PAGE).await.body.contains("payments/* #team"));
    let saved = act(&browser, "save", rules).await;
    assert_eq!((saved.status, saved.location()), (303, PAGE));
    assert!(browser.get(PAGE).await.body.contains("path:payments/* #team"));
}

#[tokio::test]
async fn the_api_takes_rules_and_says_who_owns_an_event() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let script = script(&app, &project).await;
    let before = script.get(API).await.json();
    assert_eq!(
        (&before["raw"], &before["fallthrough"], &before["dateCreated"]),
        (&Value::Null, &json!(true), &Value::Null)
    );
    let wrong = script.put_json(API, &json!({"raw": "path:a #nobody"})).await;
    assert_eq!((wrong.status, wrong.json()), (400, json!({"raw": ["no member or team of the project: #nobody"]})));
    let raw = "path:src/payments/* #team\nurl:*checkout* owner@acme.example #team";
    let saved = script.put_json(API, &json!({"raw": raw, "fallthrough": false})).await;
    assert_eq!((saved.status, &saved.json()["raw"], &saved.json()["fallthrough"]), (200, &json!(raw), &json!(false)));
    assert_eq!(script.put_json(API, &json!({"fallthrough": true})).await.json()["raw"], raw);

    let id = app.report(&project, &event()).await;
    let owners = script.get(&format!("/api/0/projects/acme/shop/events/{id}/owners/")).await.json();
    assert_eq!(owners["rule"], json!({"type": "url", "pattern": "*checkout*"}));
    let named: Vec<_> = owners["owners"].as_array().unwrap().iter().map(|owner| &owner["type"]).collect();
    assert_eq!(named, ["user", "team"]);
    assert_eq!(owners["rules"][1]["owners"], json!([{"type": "team", "identifier": "team"}]));

    let member = app.member(&project, "m@acme.example", Role::Member, true).await;
    let reader = app.script(&member, &[Scope::ProjectRead, Scope::EventRead]).await;
    assert_eq!((reader.get(API).await.status, reader.put_json(API, &json!({"raw": ""})).await.status), (200, 403));
    let browser = app.sign_in(&member).await;
    assert!(browser.get(PAGE).await.body.contains("disabled"));
    assert_eq!(act(&browser, "save", "").await.status, 403);
    let outsider = app.member(&project, "o@acme.example", Role::Member, false).await;
    assert_eq!(app.sign_in(&outsider).await.get(PAGE).await.status, 404);
    let stranger = app.project_named("other", "cart").await;
    let stranger = app.script(&stranger.owner, &[Scope::ProjectRead, Scope::EventRead]).await;
    for path in [API.to_owned(), format!("/api/0/projects/acme/shop/events/{id}/owners/")] {
        assert_eq!(stranger.get(&path).await.status, 404);
    }
}

#[tokio::test]
async fn suspect_commits_and_owners_stand_beside_the_issue_and_first_in_its_menu() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let lin = app.member(&project, "lin@acme.example", Role::Member, true).await;
    let script = script(&app, &project).await;
    let commit = |id: &str, email: &str, message: &str, path: &str| {
        json!({"id": id, "repository": "acme/shop", "author_name": "A <i>", "author_email": email, "message": message,
            "patch_set": [{"path": path, "type": "M"}]})
    };
    release(
        &script,
        json!([
            commit("aaaaaaaaaaaa", "lin@acme.example", "Charge twice <b>\nmore", "src/payments/card.py"),
            commit("bbbbbbbbbbbb", "guest@example.com", "Other card", "lib/card.py"),
            commit("cccccccccccc", "guest@example.com", "Docs", "README.md"),
        ]),
    )
    .await;
    sqlx::query("UPDATE repositories SET url = 'https://github.com/acme/shop'").execute(&app.app.db).await.unwrap();
    script.put_json(API, &json!({"raw": "url:*checkout* #team"})).await;
    let id = app.report(&project, &event()).await;

    let committers = script.get(&format!("/api/0/projects/acme/shop/events/{id}/committers/")).await.json();
    let committers = committers["committers"].as_array().unwrap();
    assert_eq!(committers.len(), 1);
    assert_eq!(committers[0]["author"]["email"], "lin@acme.example");
    assert_eq!(
        (&committers[0]["commits"][0]["id"], &committers[0]["commits"][0]["score"]),
        (&json!("aaaaaaaaaaaa"), &json!(3))
    );

    let browser = app.sign_in(&project.owner).await;
    let issue: i64 = sqlx::query_scalar("SELECT id FROM issues").fetch_one(&app.app.db).await.unwrap();
    let page = browser.get(&format!("/organizations/acme/issues/{issue}/")).await.body;
    for part in [
        "Suspect commits",
        "<a class=\"mono\" href=\"https://github.com/acme/shop/commit/aaaaaaaaaaaa\" rel=\"noreferrer\">aaaaaaa</a> Charge twice &#60;b&#62;<br>",
        "by A &#60;i&#62; · acme/shop · changed src/payments/card.py",
        "Suggested owners",
        "No linked tickets.",
        "Nobody follows this issue yet.",
        "class=\"release-mark\"",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("Other card"));
    let menu = page.split("value=\"unassign\"").nth(1).unwrap();
    let team = format!(
        "value=\"assign-team-{}\">#team <span class=\"muted small\">owns url:*checkout*</span>",
        project.team.id
    );
    let person = format!(
        "value=\"assign-user-{}\">lin@acme.example <span class=\"muted small\">made suspect commit aaaaaaa</span>",
        lin.id
    );
    let (team, person) = (menu.find(&team).unwrap(), menu.find(&person).unwrap());
    assert!(team < person && person < menu.find("\">owner@acme.example</button>").unwrap());

    let mut without = event();
    without["release"] = Value::Null;
    without["exception"]["values"][0]["stacktrace"]["frames"][0]["filename"] = json!("nowhere.py");
    without["exception"]["values"][0]["type"] = json!("Other");
    let id = app.report(&project, &without).await;
    assert_eq!(script.get(&format!("/api/0/projects/acme/shop/events/{id}/committers/")).await.status, 404);
}
