use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::{Value, json};

use super::{each, keys_of};
use crate::support::{Client, Project, TestApp};

const ISSUE: &str = "annotations assignedTo count culprit firstSeen hasSeen id isBookmarked isPublic isSubscribed \
     lastSeen level logger metadata numComments permalink project shareId shortId status statusDetails \
     subscriptionDetails title type userCount";

fn with(more: &[&str]) -> String {
    let mut keys: Vec<&str> = ISSUE.split(' ').chain(more.iter().copied()).collect();
    keys.sort_unstable();
    keys.join(" ")
}

/// A project with the issues `one`, `two`, `three`, the last one seen last and twice.
async fn three() -> (TestApp, Project, Client) {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let now = app.app.clock.now().timestamp();
    for (age, message) in [(40, "one"), (30, "two"), (20, "three"), (10, "three")] {
        let event = json!({"message": message, "fingerprint": [message], "timestamp": now - age, "level": "warning",
            "release": "1.0", "environment": message, "user": {"id": age.to_string()}, "tags": {"plan": message}});
        app.report(&project, &event).await;
    }
    let script = app.script(&project.owner, &Scope::ALL).await;
    (app, project, script)
}

const LIST: &str = "/api/0/projects/acme/shop/issues/";

async fn id_of(script: &Client, title: &str) -> String {
    let list = script.get(&format!("{LIST}?query=")).await.json();
    let found = list.as_array().unwrap().iter().find(|issue| issue["title"] == title).expect("the issue");
    found["id"].as_str().unwrap().to_owned()
}

async fn titles(script: &Client, parameters: &str) -> Vec<String> {
    let answer = script.get(&format!("{LIST}{parameters}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    each(&answer.json(), "title").into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_list_shows_issues_with_their_graph() {
    let (app, project, script) = three().await;
    for path in [LIST, "/api/0/projects/acme/shop/groups/", "/api/0/organizations/acme/issues/"] {
        let answer = script.get(path).await;
        let list = answer.json();
        assert_eq!(each(&list, "title"), ["three", "two", "one"], "{path}");
        assert_eq!((answer.header("x-hits"), answer.header("x-max-hits")), ("3", "1000"));
        let issue = &list[0];
        assert_eq!(keys_of(issue), with(&["stats"]));
        assert_eq!(
            (&issue["count"], &issue["userCount"], &issue["level"]),
            (&json!("2"), &json!(2), &json!("warning"))
        );
        assert_eq!((&issue["shortId"], &issue["status"]), (&json!("SHOP-3"), &json!("unresolved")));
        assert_eq!(
            issue["permalink"],
            json!(app.url(&format!("/organizations/acme/issues/{}/", issue["id"].as_str().unwrap())))
        );
        assert_eq!(
            issue["project"],
            json!({"id": project.project.id.to_string(), "name": "shop", "slug": "shop", "platform": null})
        );
        let points = issue["stats"]["24h"].as_array().unwrap();
        assert_eq!((points.len(), points.iter().map(|point| point[1].as_i64().unwrap()).sum::<i64>()), (24, 2));
    }
    let month = script.get(&format!("{LIST}?statsPeriod=14d")).await.json();
    assert_eq!(month[0]["stats"]["14d"].as_array().unwrap().len(), 14);
    assert_eq!(keys_of(&script.get(&format!("{LIST}?statsPeriod=")).await.json()[0]), with(&[]));
}

#[tokio::test]
async fn lists_are_searched_sorted_and_paged() {
    let (_app, project, script) = three().await;
    for (parameters, expected) in [
        ("?sort=new", vec!["three", "two", "one"]),
        ("?sort=freq&limit=1", vec!["three"]),
        ("?query=plan:two", vec!["two"]),
        ("?query=wo+is:unresolved", vec!["two"]),
        ("?query=is:resolved", vec![]),
        ("?status=resolved", vec![]),
        ("?environment=one", vec!["one"]),
        ("?environment=nowhere", vec![]),
    ] {
        assert_eq!(titles(&script, parameters).await, expected, "{parameters}");
    }
    for wrong in ["?query=is:gone", "?sort=age", "?statsPeriod=1y", "?limit=many", "?cursor=x", "?status=gone"] {
        let answer = script.get(&format!("{LIST}{wrong}")).await;
        assert_eq!((answer.status, keys_of(&answer.json()).as_str()), (400, "detail"), "{wrong}");
    }
    let other = format!("/api/0/organizations/acme/issues/?project={}", project.project.id.0 + 1);
    assert_eq!(script.get(&other).await.json(), json!([]));

    let cursor = |answer: &crate::support::Answer, relation: &str| {
        let link = answer.header("link").to_owned();
        let part = link.split(", <").find(|part| part.contains(relation)).expect("both relations").to_owned();
        (part.contains("results=\"true\""), part.split("cursor=\"").nth(1).unwrap().trim_end_matches('"').to_owned())
    };
    let first = script.get(&format!("{LIST}?limit=2")).await;
    assert!(!cursor(&first, "previous").0);
    let (has_next, next) = cursor(&first, "next");
    assert!(has_next);
    let second = script.get(&format!("{LIST}?limit=2&cursor={next}")).await;
    assert_eq!(each(&second.json(), "title"), ["one"]);
    assert!(!cursor(&second, "next").0);
    let (has_previous, previous) = cursor(&second, "previous");
    assert!(has_previous);
    assert_eq!(titles(&script, &format!("?limit=2&cursor={previous}")).await, ["three", "two"]);
}

#[tokio::test]
async fn ids_lead_straight_to_an_issue() {
    let (app, project, script) = three().await;
    let event = app.report(&project, &json!({"message": "one", "fingerprint": ["one"]})).await;
    let hit = script.get(&format!("{LIST}?query={event}")).await;
    assert_eq!((hit.header("x-sentry-direct-hit"), each(&hit.json(), "title")), ("1", vec!["one"]));
    assert_eq!(hit.json()[0]["matchingEventId"], json!(event));
    let hit = script.get(&format!("{LIST}?query=SHOP-2&shortIdLookup=1")).await;
    assert_eq!((hit.header("x-sentry-direct-hit"), each(&hit.json(), "title")), ("1", vec!["two"]));
    assert_eq!(script.get(&format!("{LIST}?query=SHOP-2")).await.header("x-sentry-direct-hit"), "");

    let short = script.get("/api/0/organizations/acme/shortids/shop-2/").await.json();
    assert_eq!(keys_of(&short), "group groupId organizationSlug projectSlug shortId");
    assert_eq!((&short["shortId"], &short["group"]["title"]), (&json!("SHOP-2"), &json!("two")));
    assert_eq!(script.get("/api/0/organizations/acme/shortids/SHOP-9/").await.status, 404);
}

#[tokio::test]
async fn an_issue_comes_with_all_that_belongs_to_it() {
    let (_app, _, script) = three().await;
    let id = id_of(&script, "three").await;
    script
        .put_json(
            &format!("/api/0/issues/{id}/"),
            &json!({"status": "resolved", "hasSeen": true, "isSubscribed": true}),
        )
        .await;
    let issue = script.get(&format!("/api/0/issues/{id}/")).await.json();
    let more = [
        "activity",
        "currentRelease",
        "firstRelease",
        "lastRelease",
        "participants",
        "pluginActions",
        "pluginContexts",
        "pluginIssues",
        "seenBy",
        "stats",
        "tags",
        "userReportCount",
    ];
    assert_eq!(keys_of(&issue), with(&more));
    assert_eq!(keys_of(&issue["stats"]), "24h 30d");
    assert_eq!(issue["stats"]["30d"].as_array().unwrap().len(), 30);
    assert_eq!((&issue["firstRelease"]["version"], &issue["lastRelease"]["newGroups"]), (&json!("1.0"), &json!(3)));
    assert_eq!(
        keys_of(&issue["firstRelease"]),
        "authors commitCount data dateCreated dateReleased dateStarted deployCount firstEvent lastCommit lastDeploy \
         lastEvent newGroups owner projects ref shortVersion status url version"
    );
    assert_eq!(keys_of(&issue["activity"][0]), "data dateCreated id type user");
    assert_eq!(
        (&issue["activity"][0]["type"], &issue["activity"][0]["user"]["email"]),
        (&json!("set_resolved"), &json!("owner@acme.example"))
    );
    assert_eq!(
        (each(&issue["seenBy"], "email"), each(&issue["participants"], "email")),
        (vec!["owner@acme.example"], vec!["owner@acme.example"])
    );
    assert_eq!((&issue["hasSeen"], &issue["isSubscribed"]), (&json!(true), &json!(true)));
    assert_eq!(issue["subscriptionDetails"], json!({"reason": "changed_status"}));
    assert!(each(&issue["tags"], "key").contains(&"plan"));

    for path in [format!("/api/0/groups/{id}/"), format!("/api/0/organizations/acme/issues/{id}/")] {
        assert_eq!(script.get(&path).await.json()["id"], json!(id), "{path}");
    }
    assert_eq!(script.get(&format!("/api/0/organizations/other/issues/{id}/")).await.status, 404);
    let hashes = script.get(&format!("/api/0/issues/{id}/hashes/")).await.json();
    assert_eq!(keys_of(&hashes[0]), "id latestEvent state");
    assert_eq!(script.get(&format!("/api/0/issues/{id}/notes/")).await.json(), json!([]));
    assert_eq!(script.get(&format!("/api/0/issues/{id}/stats/")).await.json().as_array().unwrap().len(), 24);
}

#[tokio::test]
async fn the_status_of_an_issue_is_changed() {
    let (app, _, script) = three().await;
    let id = id_of(&script, "three").await;
    let path = format!("/api/0/issues/{id}/");
    for (body, status, details) in [
        (json!({"status": "resolved"}), "resolved", json!({})),
        (json!({"status": "resolvedInNextRelease"}), "resolved", json!({"inNextRelease": true})),
        (
            json!({"status": "resolved", "statusDetails": {"inNextRelease": true}}),
            "resolved",
            json!({"inNextRelease": true}),
        ),
        (
            json!({"status": "resolved", "statusDetails": {"inRelease": "latest"}}),
            "resolved",
            json!({"inRelease": "1.0"}),
        ),
        (json!({"status": "resolved", "statusDetails": {"inRelease": "1.0"}}), "resolved", json!({"inRelease": "1.0"})),
        (json!({"status": "unresolved"}), "unresolved", json!({})),
        (json!({"status": "ignored"}), "ignored", json!({})),
        (
            json!({"status": "muted", "ignoreCount": 5, "ignoreWindow": 60}),
            "ignored",
            json!({"ignoreUntil": null, "ignoreCount": 5, "ignoreWindow": 60, "ignoreUserCount": null, "ignoreUserWindow": null}),
        ),
    ] {
        let answer = script.put_json(&path, &body).await;
        let mut issue = answer.json();
        assert_eq!(keys_of(&issue), with(&[]), "{body}");
        // Who set a condition is told with it.
        let actor = issue["statusDetails"].as_object_mut().unwrap().remove("actor");
        let email = actor.as_ref().map_or(&json!(null), |actor| &actor["email"]).clone();
        assert_eq!(email, if details == json!({}) { json!(null) } else { json!("owner@acme.example") }, "{body}");
        assert_eq!((&issue["status"], &issue["statusDetails"]), (&json!(status), &details), "{body}");
    }
    let snoozed = script.put_json(&path, &json!({"status": "ignored", "snoozeDuration": 30})).await.json();
    assert!(snoozed["statusDetails"]["ignoreUntil"].as_str().unwrap().ends_with('Z'));
    app.app.clock.advance(chrono::TimeDelta::minutes(31));
    assert_eq!(script.get(&path).await.json()["status"], "unresolved", "the snooze is over");

    for (wrong, field) in [
        (json!({"status": "solved"}), "status"),
        (json!({"status": "ignored", "ignoreCount": 0}), "ignoreCount"),
        (json!({"status": "ignored", "statusDetails": {"ignoreUserWindow": 10_081}}), "statusDetails"),
        (json!({"status": "resolved", "statusDetails": {"inRelease": "9.9"}}), "statusDetails"),
        (json!({"status": "resolved", "statusDetails": {"inCommit": {"commit": "a"}}}), "statusDetails"),
        (json!({"assignedTo": "nobody@example.com"}), "assignedTo"),
        (json!({"isBookmarked": "perhaps"}), "isBookmarked"),
        (json!({"merge": true}), "detail"),
    ] {
        let refused = script.put_json(&path, &wrong).await;
        assert_eq!((refused.status, keys_of(&refused.json()).as_str()), (400, field), "{wrong}");
    }
}

#[tokio::test]
async fn an_issue_is_assigned_to_people_and_teams() {
    let (app, project, script) = three().await;
    let member = app.member(&project, "kim@acme.example", Role::Member, true).await;
    app.user("stranger@example.com", false).await;
    let path = format!("/api/0/issues/{}/", id_of(&script, "one").await);
    for name in [member.id.to_string(), format!("user:{}", member.id), "kim@acme.example".to_owned()] {
        let issue = script.put_json(&path, &json!({"assignedTo": name})).await.json();
        let expected = json!({"type": "user", "id": member.id.to_string(), "name": "kim@acme.example", "email": "kim@acme.example"});
        assert_eq!(issue["assignedTo"], expected, "{name}");
    }
    let issue = script.put_json(&path, &json!({"assignedTo": format!("team:{}", project.team.id)})).await.json();
    assert_eq!(issue["assignedTo"], json!({"type": "team", "id": project.team.id.to_string(), "name": "team"}));
    assert_eq!(script.put_json(&path, &json!({"assignedTo": ""})).await.json()["assignedTo"], json!(null));
    for name in ["stranger@example.com", "team:999999"] {
        assert_eq!(script.put_json(&path, &json!({"assignedTo": name})).await.status, 400, "{name}");
    }
}

#[tokio::test]
async fn many_issues_are_changed_at_once() {
    let (app, project, script) = three().await;
    let (one, two) = (id_of(&script, "one").await, id_of(&script, "two").await);
    let answer = script
        .put_json(&format!("{LIST}?id={one}&id={two}"), &json!({"status": "resolved", "isBookmarked": true}))
        .await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({"status": "resolved", "statusDetails": {}, "isBookmarked": true}))
    );
    assert_eq!(titles(&script, "").await, ["three"]);

    let by_status = script.put_json(&format!("{LIST}?status=resolved"), &json!({"status": "unresolved"})).await;
    assert_eq!((by_status.status, titles(&script, "").await.len()), (200, 3));
    let by_query =
        script.put_json(&format!("{LIST}?query=plan:two"), &json!({"status": "muted", "snoozeDuration": 5})).await;
    assert_eq!((by_query.status, &by_query.json()["status"]), (200, &json!("ignored")));
    assert_eq!(titles(&script, "?query=is:ignored").await, ["two"]);
    let nothing = script.put_json(&format!("{LIST}?id=999999"), &json!({"status": "resolved"})).await;
    assert_eq!((nothing.status, nothing.body.as_str()), (204, ""));

    let stranger = app.project_named("other", "site").await;
    let foreign = app.script(&stranger.owner, &Scope::ALL).await;
    let path = format!("/api/0/organizations/other/issues/?id={one}");
    assert_eq!(foreign.put_json(&path, &json!({"status": "resolved"})).await.status, 204);
    assert_eq!(foreign.delete(&path).await.status, 204);
    assert_eq!(script.get(&format!("/api/0/issues/{one}/")).await.json()["status"], "unresolved");
    assert_eq!(project.organization.slug, "acme");
}

#[tokio::test]
async fn issues_are_deleted() {
    let (app, _, script) = three().await;
    let (one, two) = (id_of(&script, "one").await, id_of(&script, "two").await);
    let path = format!("/api/0/issues/{one}/");
    assert_eq!((script.delete(&path).await.status, script.get(&path).await.status), (202, 404));
    assert_eq!(script.delete(&format!("{LIST}?id={two}")).await.status, 204);
    assert_eq!(titles(&script, "?query=").await, ["three"]);
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM jobs WHERE state = 'waiting'").fetch_one(&app.app.db).await.unwrap();
    assert!(left > 0, "a job deletes the events");
}

#[tokio::test]
async fn changing_and_deleting_need_their_scopes() {
    let (app, project, script) = three().await;
    let id = id_of(&script, "one").await;
    let reader = app.script(&project.owner, &[Scope::EventRead]).await;
    let writer = app.script(&project.owner, &[Scope::EventWrite]).await;
    for path in [format!("/api/0/issues/{id}/"), format!("{LIST}?id={id}")] {
        assert_eq!(app.anonymous().get(&path).await.status, 401, "{path}");
        assert_eq!(reader.get(&path).await.status, 200, "{path}");
        assert_eq!(reader.put_json(&path, &json!({"status": "resolved"})).await.status, 403, "{path}");
        assert_eq!(writer.put_json(&path, &json!({"status": "resolved"})).await.status, 200, "{path}");
        assert_eq!(writer.delete(&path).await.status, 403, "{path}");
    }
    let stranger = app.project_named("other", "site").await;
    let stranger = app.script(&stranger.owner, &Scope::ALL).await;
    for path in [
        "",
        "events/",
        "events/latest/",
        "tags/",
        "tags/plan/",
        "tags/plan/values/",
        "hashes/",
        "notes/",
        "activities/",
    ] {
        let path = format!("/api/0/issues/{id}/{path}");
        assert_eq!(stranger.get(&path).await.status, 404, "{path}");
        assert_eq!(app.anonymous().get(&path).await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn tags_are_counted() {
    let (_app, _, script) = three().await;
    let path = format!("/api/0/issues/{}/tags/", id_of(&script, "three").await);
    let tags = script.get(&path).await.json();
    let tag = |key: &str| -> Value {
        tags.as_array().unwrap().iter().find(|tag| tag["key"] == key).expect("the tag").clone()
    };
    assert_eq!(keys_of(&tag("plan")), "key name topValues totalValues uniqueValues");
    assert_eq!(
        (&tag("plan")["name"], &tag("plan")["totalValues"], &tag("plan")["uniqueValues"]),
        (&json!("Plan"), &json!(2), &json!(1))
    );
    let value = tag("plan")["topValues"][0].clone();
    assert_eq!(keys_of(&value), "count firstSeen key lastSeen name value");
    assert_eq!((&value["value"], &value["count"]), (&json!("three"), &json!(2)));
    let user = tag("user")["topValues"][0].clone();
    assert_eq!(
        keys_of(&user),
        "avatarUrl count dateCreated email firstSeen hash id identifier ipAddress key lastSeen name query tagValue \
         username value"
    );
    assert_eq!(script.get(&format!("{path}?key=plan")).await.json(), json!([tag("plan")]));
    assert_eq!(script.get(&format!("{path}plan/")).await.json(), tag("plan"));
    assert_eq!(script.get(&format!("{path}none/")).await.status, 404);
    let values = script.get(&format!("{path}user/values/?sort=date")).await.json();
    assert_eq!(each(&values, "identifier"), ["10", "20"]);
    assert_eq!(each(&script.get(&format!("{path}user/values/?sort=age")).await.json(), "identifier"), ["10", "20"]);

    let project = script.get("/api/0/projects/acme/shop/tags/").await.json();
    let plan = project.as_array().unwrap().iter().find(|tag| tag["key"] == "plan").unwrap();
    assert_eq!(plan, &json!({"key": "plan", "name": "Plan", "uniqueValues": 3, "canDelete": true}));
    assert_eq!(&script.get("/api/0/projects/acme/shop/tags/plan/").await.json(), plan);
    let values = script.get("/api/0/projects/acme/shop/tags/plan/values/").await.json();
    assert_eq!(each(&values, "value"), ["three", "two", "one"]);
    assert_eq!(
        each(&script.get("/api/0/projects/acme/shop/tags/plan/values/?query=T").await.json(), "value"),
        ["three", "two"]
    );
}
