use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::{Value, json};

use crate::support::{Client, Project, TestApp};

const PAGE: &str = "/settings/acme/projects/shop/grouping/";

fn event(kind: &str, value: &str, function: &str) -> Value {
    json!({
        "platform": "python", "level": "error", "fingerprint": ["mine", "{{ default }}"],
        "tags": {"plan": "gold"}, "release": "shop@1.0.0",
        "exception": {"values": [{"type": kind, "value": value, "stacktrace": {"frames": [
            {"function": function, "module": "shop.cart", "filename": "shop/cart.py", "in_app": true}]}}]}
    })
}

async fn issues(app: &TestApp) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM issues").fetch_one(&app.app.db).await.unwrap()
}

async fn issue_of(app: &TestApp, event: &str) -> i64 {
    let id: uuid::Uuid = event.parse().unwrap();
    sqlx::query_scalar("SELECT issue_id FROM events WHERE event_id = $1").bind(id).fetch_one(&app.app.db).await.unwrap()
}

async fn act(browser: &Client, action: &str, rules: &str, event: &str) -> crate::support::Answer {
    browser.post_form(PAGE, &[("action", action), ("rules", rules), ("event", event), ("newest", "")]).await
}

struct Stage {
    app: TestApp,
    project: Project,
    browser: Client,
}

async fn stage() -> Stage {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let browser = app.sign_in(&project.owner).await;
    Stage { app, project, browser }
}

#[tokio::test]
async fn a_rule_groups_new_events_and_leaves_old_issues_alone() {
    let Stage { app, project, browser } = stage().await;
    let first = app.report(&project, &event("KeyError", "a", "pay")).await;
    let second = app.report(&project, &event("ValueError", "b", "load")).await;
    assert_eq!(issues(&app).await, 2);

    let rules = "# all of the cart\nmodule:shop.* tags.plan:gold -> cart, {{ level }}, title=\"Cart <b> {{ type }}\"";
    let saved = act(&browser, "save", rules, "").await;
    assert_eq!((saved.status, saved.location()), (303, PAGE));
    let page = browser.get(PAGE).await;
    assert!(page.body.contains("Saved.") && page.body.contains("# all of the cart"), "{}", page.body);

    let third = app.report(&project, &event("KeyError", "a", "pay")).await;
    let fourth = app.report(&project, &event("ValueError", "b", "load")).await;
    assert_eq!(issues(&app).await, 3);
    let joined = issue_of(&app, &third).await;
    assert_eq!(joined, issue_of(&app, &fourth).await);
    assert!(joined != issue_of(&app, &first).await && joined != issue_of(&app, &second).await);
    let list = browser.get("/acme/shop/").await;
    assert!(list.body.contains("Cart &#60;b&#62; ValueError"), "{}", list.body);

    let body = browser.get(&format!("/organizations/acme/issues/{joined}/events/{third}/json/")).await.json();
    assert_eq!(body["fingerprint"], json!(["cart", "error"]));
    assert_eq!(body["_fingerprint_info"]["client_fingerprint"], json!(["mine", "{{ default }}"]));
    assert!(body["_fingerprint_info"]["matched_rule"]["text"].as_str().unwrap().starts_with("module:shop.*"));
}

#[tokio::test]
async fn a_preview_says_what_then_happens() {
    let Stage { app, project, browser } = stage().await;
    let empty = act(&browser, "preview", "level:error -> x", "").await;
    assert!(empty.body.contains("No event is stored yet"), "{}", empty.body);

    // One issue of four messages, and two of one.
    let mut sent = Vec::new();
    for value in ["a", "b", "c", "d"] {
        sent.push(event("KeyError", value, "pay"));
    }
    sent.extend([event("ValueError", "a", "load"), event("TypeError", "a", "load")]);
    for event in &sent {
        app.report(&project, event).await;
    }
    assert_eq!(issues(&app).await, 3);

    let rules = "type:KeyError -> {{ default }}, {{ value }}\nfunction:load -> loading\ntype:Never -> never";
    let page = act(&browser, "preview", rules, "").await;
    assert_eq!(page.status, 200);
    let says =
        "6 recent events of 3 issues were looked at. If they came again they would be in 5 issues, 5 of them new.";
    assert!(page.body.contains(says), "{}", page.body);
    for hits in [
        "-&#62; {{ default }}, {{ value }}</td><td class=\"num\">4<",
        "loading</td><td class=\"num\">2<",
        "never</td><td class=\"num\">0<",
    ] {
        assert!(page.body.contains(hits), "{hits}: {}", page.body);
    }
    assert!(page.body.contains("4 of 4") && page.body.contains("1 of 1"), "{}", page.body);
    // Nothing was saved.
    assert!(!browser.get(PAGE).await.body.contains("never"));

    assert_eq!(act(&browser, "save", rules, "").await.status, 303);
    for event in &sent {
        app.report(&project, event).await;
    }
    assert_eq!(issues(&app).await, 3 + 5);
    let page = act(&browser, "preview", rules, "").await;
    assert!(
        page.body.contains(
            "12 recent events of 8 issues were looked at. If they came again they would be in 5 issues, 0 of them new."
        ),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn one_event_is_tested() {
    let Stage { app, project, browser } = stage().await;
    let id = app.report(&project, &event("KeyError", "a", "pay")).await;
    assert!(
        browser.get(PAGE).await.body.contains(&format!("<option value=\"{id}\">{} KeyError: a</option>", &id[..8]))
    );
    let page = act(&browser, "test", "type:Other -> x\n\ntype:KeyError -> \"a & b\"", &id).await;
    assert!(page.body.contains("Line 3 matches:") && page.body.contains("<code>a &#38; b</code>"), "{}", page.body);
    assert!(page.body.contains("It would make a new issue."));
    let page = act(&browser, "test", "type:Other -> x", &id).await;
    assert!(page.body.contains("No rule matches.") && page.body.contains("SHOP-1"), "{}", page.body);
    let hash: String = page.body.split("Hash: <code>").nth(1).unwrap().chars().take(32).collect();
    let stored: uuid::Uuid =
        sqlx::query_scalar("SELECT hash FROM issue_hashes LIMIT 1").fetch_one(&app.app.db).await.unwrap();
    assert_eq!(hash.len(), 32);
    assert!(stored.as_simple().to_string() == hash || page.body.contains(&stored.as_simple().to_string()));
    let unknown = act(&browser, "test", "", "00000000000000000000000000000001").await;
    assert_eq!(unknown.status, 422);
    assert!(unknown.body.contains("No event of this project"));
    assert_eq!(act(&browser, "test", "", "no id").await.status, 422);
}

#[tokio::test]
async fn hostile_rules_are_refused_with_their_place_and_nothing_is_kept() {
    let Stage { app: _app, browser, .. } = stage().await;
    for (rules, says) in [
        ("type:x -> y\nmessge:\"a\" -> <b>", "Line 2, column 1: there is no matcher “messge”"),
        (&format!("type:x -> {}", "y".repeat(10_000)), "Line 1, column 4001: a line may have 4000 characters"),
        (&"#\n".repeat(51_000), "the rules may have 100000 bytes"),
        (&"type:x -> y\n".repeat(501), "Line 501, column 1: a project may have 500 rules"),
        (&"type:\"".repeat(500), "Line 1, column "),
        ("type:a\0b -> c", "Line 1, column 7: control characters"),
    ] {
        for action in ["save", "preview", "test"] {
            let page = act(&browser, action, rules, "").await;
            assert_eq!(page.status, 422, "{says}");
            assert!(page.body.contains(says), "{says}: {}", &page.body[..page.body.len().min(4_000)]);
        }
    }
    // Bytes that are no UTF-8 are read as such a thing, and refuse nothing else.
    let request = browser.request("POST", PAGE).header("content-type", "application/x-www-form-urlencoded");
    let answer = browser.send(request.body("action=save&rules=type%3A%FF%FE+-%3E+x")).await;
    assert!(answer.status == 303 || answer.status == 400, "{}", answer.status);
    assert_eq!(act(&browser, "save", "", "").await.status, 303);
}

#[tokio::test]
async fn only_who_may_change_the_project_may_change_its_rules() {
    let Stage { app, project, browser } = stage().await;
    let member = app.member(&project, "m@acme.example", Role::Member, true).await;
    let reader = app.sign_in(&member).await;
    let page = reader.get(PAGE).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("disabled") && !page.body.contains("value=\"save\""), "{}", page.body);
    for action in ["save", "preview", "test"] {
        assert_eq!(act(&reader, action, "type:x -> y", "").await.status, 403);
    }
    let outsider = app.member(&project, "o@acme.example", Role::Member, false).await;
    assert_eq!(app.sign_in(&outsider).await.get(PAGE).await.status, 404);
    let zh = browser.send(browser.request("GET", PAGE).header("accept-language", "zh-CN")).await;
    assert!(zh.body.contains("指纹规则") && zh.body.contains("预览"));

    let script = app.script(&project.owner, &[Scope::ProjectRead, Scope::ProjectWrite]).await;
    let path = "/api/0/projects/acme/shop/";
    let wrong = script.put_json(path, &json!({"fingerprintingRules": "type:x -> {{ nope }}"})).await;
    assert_eq!(
        (wrong.status, wrong.json()),
        (400, json!({"fingerprintingRules": ["line 1, column 11: there is no variable `nope`"]}))
    );
    let rules = "type:x -> y";
    let saved = script.put_json(path, &json!({"fingerprintingRules": rules})).await;
    assert_eq!((saved.status, saved.json()["fingerprintingRules"].as_str()), (200, Some(rules)));
    assert_eq!(script.get(path).await.json()["options"]["sentry:fingerprinting_rules"], rules);
    let reading = app.script(&member, &[Scope::ProjectRead]).await;
    assert_eq!(reading.put_json(path, &json!({"fingerprintingRules": ""})).await.status, 403);
}
