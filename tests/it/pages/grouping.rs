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

#[tokio::test]
async fn the_tab_explains_and_the_api_too() {
    let Stage { app, project, browser } = stage().await;
    act(&browser, "save", "type:KeyError -> cart, {{ default }}", "").await;
    let id = app.report(&project, &event("KeyError", "a", "pay")).await;
    let issue = issue_of(&app, &id).await;
    let page = browser.get(&format!("/organizations/acme/issues/{issue}/grouping/")).await.body;
    for part in [
        "A fingerprint rule of the project decided: <code>type:KeyError -&#62; cart, {{ default }}</code>",
        "The client&#39;s fingerprint, which the rule replaced: <code>mine</code> <code>{{ default }}</code>",
        "?kind=split",
        "?kind=join",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let script = app.script(&project.owner, &[Scope::EventRead]).await;
    let info = script.get(&format!("/api/0/projects/acme/shop/events/{id}/grouping-info/")).await.json();
    let variant = &info["app"];
    assert_eq!(
        (&variant["type"], &variant["hashMismatch"], &variant["key"]),
        (&json!("salted-component"), &json!(false), &json!("app"))
    );
    assert_eq!(
        (&variant["values"], &variant["client_values"]),
        (&json!(["cart", "{{ default }}"]), &json!(["mine", "{{ default }}"]))
    );
    assert_eq!(variant["matched_rule"], "type:KeyError -> cart, {{ default }}");
    assert_eq!(variant["component"]["id"], "app");
    assert_eq!(script.get("/api/0/projects/acme/shop/events/0/grouping-info/").await.status, 404);
}

#[tokio::test]
async fn an_issue_is_split_by_message() {
    let Stage { app, project, browser } = stage().await;
    for value in ["a", "b", "a"] {
        app.report(&project, &event("KeyError", value, "pay")).await;
    }
    let id = app.report(&project, &event("ValueError", "x", "pay")).await;
    let other = issue_of(&app, &id).await;
    let issue = sqlx::query_scalar::<_, i64>("SELECT min(id) FROM issues").fetch_one(&app.app.db).await.unwrap();
    let path = format!("/organizations/acme/issues/{issue}/grouping/rule/?kind=split");
    let page = browser.get(&path).await;
    assert_eq!(page.status, 200);
    let rule = "type:\"KeyError\" function:\"pay\" module:\"shop.cart\" -> {{ default }}, {{ message }}";
    assert!(page.body.contains(&rule.replace('"', "&#34;").replace('>', "&#62;")), "{}", page.body);
    assert!(
        page.body.contains(
            "4 recent events of 2 issues were looked at. If they came again they would be in 3 issues, 2 of them new."
        ),
        "{}",
        page.body
    );
    assert!(page.body.contains("3 of 3") && page.body.contains("Use this rule"));

    let answer = browser.post_form(&path, &[("action", "confirm"), ("rule", rule)]).await;
    assert_eq!(
        (answer.status, answer.location()),
        (303, format!("/organizations/acme/issues/{issue}/grouping/").as_str())
    );
    assert!(browser.get(PAGE).await.body.contains("function:&#34;pay&#34;"));
    let (a, b) = (
        app.report(&project, &event("KeyError", "a", "pay")).await,
        app.report(&project, &event("KeyError", "b", "pay")).await,
    );
    let x = app.report(&project, &event("ValueError", "x", "pay")).await;
    let (a, b) = (issue_of(&app, &a).await, issue_of(&app, &b).await);
    assert!(a != b && a != issue && b != issue);
    assert_eq!((issue_of(&app, &x).await, issues(&app).await), (other, 4));
}

#[tokio::test]
async fn all_like_an_issue_come_to_it() {
    let Stage { app, project, browser } = stage().await;
    act(&browser, "save", "type:Never -> never", "").await;
    let mut ids = Vec::new();
    for (value, function) in [("user 1 gone", "load"), ("user 2 gone", "save"), ("other", "third")] {
        ids.push(app.report(&project, &event("KeyError", value, function)).await);
    }
    let issue = issue_of(&app, &ids[0]).await;
    let path = format!("/organizations/acme/issues/{issue}/grouping/rule/?kind=join");
    let page = browser.get(&path).await.body;
    assert!(page.contains("value:&#34;user * gone&#34; -&#62; &#34;KeyError&#34;"), "{page}");
    // The issue takes the new group on, and the second comes to it.
    assert!(
        page.contains(
            "3 recent events of 3 issues were looked at. If they came again they would be in 2 issues, 0 of them new."
        ),
        "{page}"
    );

    let rule = "type:KeyError value:\"user * gone\" -> gone";
    for (wrong, says) in [
        ("", "One rule is expected"),
        ("a:b -> c", "there is no matcher"),
        ("# x", "One rule is expected"),
        ("type:a -> b\ntype:c -> d", "One rule is expected"),
    ] {
        let page = browser.post_form(&path, &[("action", "confirm"), ("rule", wrong)]).await;
        assert_eq!(page.status, 422, "{wrong}");
        assert!(page.body.contains(says), "{wrong}: {}", page.body);
    }
    assert!(browser.post_form(&path, &[("action", "preview"), ("rule", rule)]).await.body.contains("0 of them new"));
    assert_eq!(browser.post_form(&path, &[("action", "confirm"), ("rule", rule)]).await.status, 303);
    for (value, function) in [("user 3 gone", "load"), ("user 4 gone", "elsewhere")] {
        let id = app.report(&project, &event("KeyError", value, function)).await;
        assert_eq!(issue_of(&app, &id).await, issue);
    }
    assert_eq!(issues(&app).await, 3);
    let settings = browser.get(PAGE).await.body;
    assert!(settings.find("gone").unwrap() < settings.find("never").unwrap());

    let member = app.member(&project, "m@acme.example", Role::Member, true).await;
    let reader = app.sign_in(&member).await;
    assert_eq!(reader.get(&path).await.status, 403);
    assert_eq!(reader.post_form(&path, &[("action", "confirm"), ("rule", rule)]).await.status, 403);
    assert!(!reader.get(&format!("/organizations/acme/issues/{issue}/grouping/")).await.body.contains("?kind=join"));
    assert_eq!(browser.get(&format!("/organizations/acme/issues/{issue}/grouping/rule/?kind=x")).await.status, 400);
}
