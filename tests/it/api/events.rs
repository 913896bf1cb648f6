use picket::types::scope::Scope;
use serde_json::{Value, json};

use super::{each, keys_of};
use crate::support::{Client, Project, TestApp};

const EVENT: &str = "_meta context contexts crashFile culprit dateCreated dateReceived dist entries errors eventID \
     fingerprints groupID groupingConfig id location message metadata packages platform projectID sdk size tags title \
     type user";

const FRAME: &str = "absPath colNo context errors filename function inApp instructionAddr lineNo module package \
     platform symbol symbolAddr trust vars";

fn rich_event() -> Value {
    json!({
        "event_id": "fc6d8c0c43fc4630ad850ee518f1b9d0", "platform": "python", "release": "shop@1.0", "dist": "7",
        "environment": "production", "server_name": "web-1", "transaction": "shop.cart", "logger": "shop",
        "tags": {"browser": "Firefox", "plan": "pro"}, "extra": {"cart": [1, 2]}, "modules": {"flask": "3.0"},
        "user": {"id": "7", "email": "lin@example.com", "username": "lin", "ip_address": "203.0.113.9"},
        "sdk": {"name": "sentry.python", "version": "2.1.0"},
        "logentry": {"message": "paying %s failed", "params": ["42"]},
        "request": {"method": "POST", "url": "https://shop.example/pay?a=1", "headers": {"User-Agent": "curl/8"},
            "data": {"amount": 3}, "cookies": "lang=en"},
        "breadcrumbs": {"values": [{"timestamp": 1_551_675_967.5, "category": "nav", "message": "cart", "data": {"to": "/"}}]},
        "contexts": {"runtime": {"name": "CPython", "version": "3.12"}},
        "exception": {"values": [
            {"type": "KeyError", "value": "'cart'"},
            {"type": "ValueError", "value": "no cart", "module": "shop.errors",
                "mechanism": {"type": "flask", "handled": false},
                "stacktrace": {"frames": [
                    {"filename": "lib/flask.py", "function": "run", "lineno": 9, "in_app": false},
                    {"filename": "shop/cart.py", "abs_path": "/srv/shop/cart.py", "function": "pay", "lineno": 12,
                        "colno": 3, "in_app": true, "pre_context": ["a", "b"], "context_line": "    raise ValueError",
                        "post_context": ["c"], "vars": {"total": "3"}}]}}]},
    })
}

async fn saved() -> (TestApp, Project, Client, String) {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let id = app.report(&project, &rich_event()).await;
    let script = app.script(&project.owner, &Scope::ALL).await;
    (app, project, script, id)
}

fn entry<'a>(event: &'a Value, kind: &str) -> &'a Value {
    let entries = event["entries"].as_array().expect("a list");
    &entries.iter().find(|entry| entry["type"] == kind).unwrap_or_else(|| panic!("no {kind}"))["data"]
}

#[tokio::test]
async fn an_event_is_shown_as_it_was_sent() {
    let (_app, project, script, id) = saved().await;
    let event = script.get(&format!("/api/0/projects/acme/shop/events/{id}/")).await.json();
    let detail = format!("{EVENT} nextEventID previousEventID release userReport");
    let mut expected: Vec<&str> = detail.split(' ').collect();
    expected.sort_unstable();
    assert_eq!(keys_of(&event), expected.join(" "));
    assert_eq!((&event["id"], &event["eventID"]), (&json!(id), &json!(id)));
    assert_eq!(event["projectID"], json!(project.project.id.to_string()));
    assert_eq!((&event["title"], &event["message"]), (&json!("ValueError: no cart"), &json!("paying 42 failed")));
    assert_eq!((&event["release"], &event["dist"]), (&json!({"version": "shop@1.0"}), &json!("7")));
    assert_eq!((&event["type"], &event["platform"]), (&json!("error"), &json!("python")));
    assert_eq!(event["metadata"]["type"], "ValueError");
    assert_eq!(keys_of(&event["user"]), "data email id ip_address name username");
    assert_eq!(event["user"]["email"], "lin@example.com");
    assert_eq!((&event["context"]["cart"], &event["packages"]), (&json!([1, 2]), &json!({"flask": "3.0"})));
    assert_eq!(event["contexts"]["runtime"]["version"], "3.12");
    assert_eq!((&event["sdk"]["name"], &event["sdk"]["upstream"]["isNewer"]), (&json!("sentry.python"), &json!(false)));
    let tags = event["tags"].as_array().unwrap();
    for tag in [json!({"key": "plan", "value": "pro"}), json!({"key": "environment", "value": "production"})] {
        assert!(tags.contains(&tag), "{tag} in {tags:?}");
    }
    let user = tags.iter().find(|tag| tag["key"] == "user").unwrap();
    assert_eq!(user["query"], json!(format!("user.{}", user["value"].as_str().unwrap())));
    let fingerprints = event["fingerprints"].as_array().unwrap();
    assert!(!fingerprints.is_empty() && fingerprints[0].as_str().unwrap().len() == 32);
    assert_eq!((&event["nextEventID"], &event["previousEventID"]), (&json!(null), &json!(null)));
}

#[tokio::test]
async fn the_parts_of_an_event_have_their_shapes() {
    let (_app, _, script, id) = saved().await;
    let event = script.get(&format!("/api/0/events/{id}/")).await.json();
    assert_eq!(
        entry(&event, "message"),
        &json!({"message": "paying %s failed", "params": ["42"], "formatted": "paying 42 failed"})
    );

    let exceptions = entry(&event, "exception");
    assert_eq!(keys_of(exceptions), "excOmitted hasSystemFrames values");
    assert_eq!(exceptions["hasSystemFrames"], true);
    assert_eq!(each(&exceptions["values"], "type"), ["KeyError", "ValueError"]);
    let raised = &exceptions["values"][1];
    assert_eq!(keys_of(raised), "mechanism module rawStacktrace stacktrace threadId type value");
    assert_eq!(keys_of(&raised["mechanism"]), "data description handled help_link meta type");
    assert_eq!((&raised["mechanism"]["type"], &raised["mechanism"]["handled"]), (&json!("flask"), &json!(false)));
    assert_eq!(keys_of(&raised["stacktrace"]), "frames framesOmitted hasSystemFrames registers");
    let frame = &raised["stacktrace"]["frames"][1];
    assert_eq!(keys_of(frame), FRAME);
    assert_eq!(frame["context"], json!([[10, "a"], [11, "b"], [12, "    raise ValueError"], [13, "c"]]));
    assert_eq!((&frame["lineNo"], &frame["colNo"], &frame["inApp"]), (&json!(12), &json!(3), &json!(true)));
    assert_eq!(frame["vars"], json!({"total": "3"}));

    let request = entry(&event, "request");
    assert_eq!(keys_of(request), "cookies data env fragment headers inferredContentType method query url");
    assert_eq!((&request["url"], &request["query"]), (&json!("https://shop.example/pay"), &json!([["a", "1"]])));
    assert_eq!(
        (&request["headers"], &request["cookies"]),
        (&json!([["User-Agent", "curl/8"]]), &json!([["lang", "en"]]))
    );

    let crumb = &entry(&event, "breadcrumbs")["values"][0];
    assert_eq!(keys_of(crumb), "category data event_id level message timestamp type");
    assert_eq!((&crumb["timestamp"], &crumb["level"]), (&json!("2019-03-04T05:06:07.500Z"), &json!("info")));
}

#[tokio::test]
async fn an_event_is_found_by_its_id_alone() {
    let (app, _, script, id) = saved().await;
    let found = script.get(&format!("/api/0/organizations/acme/eventids/{id}/")).await.json();
    assert_eq!(keys_of(&found), "event eventId groupId organizationSlug projectSlug");
    assert_eq!((&found["projectSlug"], &found["eventId"]), (&json!("shop"), &json!(id)));
    assert_eq!(keys_of(&found["event"]), EVENT);
    for (path, expected) in [
        ("/organizations/acme/eventids/12/".to_owned(), 400),
        (format!("/organizations/acme/eventids/{}/", "0a".repeat(16)), 404),
        (format!("/projects/acme/shop/events/{}/", "0a".repeat(16)), 404),
        ("/projects/acme/shop/events/soon/".to_owned(), 404),
    ] {
        assert_eq!(script.get(&format!("/api/0{path}")).await.status, expected, "{path}");
    }
    let stranger = app.project_named("other", "site").await;
    let stranger = app.script(&stranger.owner, &Scope::ALL).await;
    assert_eq!(stranger.get(&format!("/api/0/events/{id}/")).await.status, 404);
}

#[tokio::test]
async fn the_stored_body_can_be_had() {
    let (_app, _, script, id) = saved().await;
    for path in [format!("/projects/acme/shop/events/{id}/json/"), format!("/organizations/acme/events/{id}/json/")] {
        let answer = script.get(&format!("/api/0{path}")).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
        assert_eq!(answer.json()["extra"]["cart"], json!([1, 2]), "{path}");
    }
}

/// Five events of one issue, a second apart; returns the ids, newest first.
async fn five(app: &TestApp, project: &Project) -> Vec<String> {
    let mut ids = Vec::new();
    let now = app.app.clock.now().timestamp();
    for age in (0..5).rev() {
        let event = json!({"message": "again", "timestamp": now - age, "fingerprint": ["again"]});
        ids.insert(0, app.report(project, &event).await);
    }
    ids
}

#[tokio::test]
async fn events_of_issues_and_projects_are_paged_newest_first() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let ids = five(&app, &project).await;
    let script = app.script(&project.owner, &[Scope::EventRead]).await;
    let issue = script.get("/api/0/projects/acme/shop/issues/").await.json()[0]["id"].as_str().unwrap().to_owned();
    for list in [format!("/api/0/issues/{issue}/events/"), "/api/0/projects/acme/shop/events/".to_owned()] {
        let first = script.get(&format!("{list}?per_page=2")).await;
        assert_eq!(each(&first.json(), "eventID"), ids[..2], "{list}");
        assert_eq!(keys_of(&first.json()[0]), EVENT);
        let links = |answer: &crate::support::Answer| {
            let link = answer.header("link").to_owned();
            let of = |relation: &str| {
                let part = link.split(", <").find(|part| part.contains(relation)).expect("both relations").to_owned();
                let cursor = part.split("cursor=\"").nth(1).expect("a cursor").trim_end_matches('"').to_owned();
                (part.contains("results=\"true\""), cursor)
            };
            (of("rel=\"previous\""), of("rel=\"next\""))
        };
        let ((has_previous, _), (has_next, next)) = links(&first);
        assert!(!has_previous && has_next);
        let second = script.get(&format!("{list}?per_page=2&cursor={next}")).await;
        assert_eq!(each(&second.json(), "eventID"), ids[2..4], "{list}");
        let ((has_previous, previous), (has_next, next)) = links(&second);
        assert!(has_previous && has_next);
        let back = script.get(&format!("{list}?per_page=2&cursor={previous}")).await;
        assert_eq!(each(&back.json(), "eventID"), ids[..2], "back {list}");
        let last = script.get(&format!("{list}?per_page=2&cursor={next}")).await;
        assert_eq!(each(&last.json(), "eventID"), ids[4..], "{list}");
        assert!(!links(&last).1.0);
    }
    assert_eq!(script.get("/api/0/projects/acme/shop/events/?query=AGAIN").await.json().as_array().unwrap().len(), 5);
    assert_eq!(script.get("/api/0/projects/acme/shop/events/?query=never").await.json(), json!([]));
}

#[tokio::test]
async fn an_issue_leads_to_its_latest_and_oldest_event_and_on() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let ids = five(&app, &project).await;
    let script = app.script(&project.owner, &[Scope::EventRead]).await;
    let issue = script.get("/api/0/projects/acme/shop/issues/").await.json()[0]["id"].as_str().unwrap().to_owned();
    for (name, place) in [("latest", 0), ("oldest", 4), (ids[2].as_str(), 2)] {
        let event = script.get(&format!("/api/0/issues/{issue}/events/{name}/")).await.json();
        assert_eq!(event["eventID"], json!(ids[place]), "{name}");
        let (next, previous) = (place.checked_sub(1).map(|place| &ids[place]), ids.get(place + 1));
        assert_eq!((&event["nextEventID"], &event["previousEventID"]), (&json!(next), &json!(previous)), "{name}");
    }
    let other = app.report(&project, &json!({"message": "else", "fingerprint": ["else"]})).await;
    assert_eq!(script.get(&format!("/api/0/issues/{issue}/events/{other}/")).await.status, 404);
    assert_eq!(script.get("/api/0/issues/999999/events/latest/").await.status, 404);
}

#[tokio::test]
async fn a_damaged_event_is_told_and_does_not_hide_the_others() {
    let (app, project, script, id) = saved().await;
    let other = app.report(&project, &json!({ "message": "another" })).await;
    sqlx::query("UPDATE event_bodies SET body = substr(body, 1, 30) WHERE event_id = $1::uuid")
        .bind(&id)
        .execute(&app.app.db)
        .await
        .unwrap();
    for path in
        ["projects/acme/shop/events/ID/", "projects/acme/shop/events/ID/json/", "organizations/acme/events/ID/json/"]
    {
        let answer = script.get(&format!("/api/0/{}", path.replace("ID", &id))).await;
        let expected = json!({ "detail": "the stored data of this event is damaged and cannot be read" });
        assert_eq!((answer.status, answer.json()), (500, expected), "{path}");
    }
    let list = script.get("/api/0/projects/acme/shop/events/").await;
    assert_eq!(list.status, 200);
    assert_eq!(
        list.json().as_array().unwrap().iter().map(|event| &event["eventID"]).collect::<Vec<_>>(),
        [&json!(other)]
    );
}
