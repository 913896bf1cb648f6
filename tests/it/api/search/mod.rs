//! The search of issues: a set of issues, questions, and which of them are found (docs/search.md).

mod numbers;
mod table;

use chrono::Duration;
use picket::services::projects::{self, NewProject};
use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::{Value, json};

use self::table::TABLE;
use super::keys_of;
use crate::support::{Client, Project, TestApp};

const LIST: &str = "/api/0/organizations/acme/issues/";

/// What was reported, in this order: `A` to `H` in the project shop, `Z` in the project site.
const EVENTS: &str = include_str!("../../../fixtures/search/events.json");

struct Set {
    app: TestApp,
    script: Client,
}

/// C is resolved, D ignored, F came back. A is the owner's, B kim's, E the team's; A and B are bookmarked, E subscribed.
async fn set() -> Set {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let site = site(&app, &project).await;
    let reported: Vec<Value> = serde_json::from_str(EVENTS).unwrap();
    for mut reported in reported {
        let (label, hours) = (reported["label"].take(), reported["hours_ago"].as_i64().unwrap());
        let of = if label == "Z" { &site } else { &project };
        let mut event = reported["event"].take();
        event["fingerprint"] = json!([label]);
        event["timestamp"] = json!((app.app.clock.now() - Duration::hours(hours)).timestamp());
        app.report(of, &event).await;
    }
    let script = app.script(&project.owner, &Scope::ALL).await;
    let kim = app.member(&project, "kim@acme.example", Role::Admin, true).await;
    let kims = app.script(&kim, &Scope::ALL).await;
    let owner = &project.owner;
    for (label, by, change) in [
        ('C', &script, json!({"status": "resolved"})),
        ('D', &script, json!({"status": "ignored"})),
        ('A', &script, json!({"assignedTo": owner.email, "isBookmarked": true})),
        ('B', &script, json!({"assignedTo": "kim@acme.example"})),
        ('E', &script, json!({"assignedTo": format!("team:{}", project.team.id), "isSubscribed": true})),
        ('B', &kims, json!({"isBookmarked": true})),
        ('F', &script, json!({"status": "resolved"})),
    ] {
        let id = id_of(&script, label).await;
        let answer = by.put_json(&format!("/api/0/issues/{id}/"), &change).await;
        assert_eq!(answer.status, 200, "{label}: {}", answer.body);
    }
    let again =
        json!({"platform": "native", "level": "fatal", "message": "TypeError: std::bad_alloc", "fingerprint": ["F"]});
    app.report(&project, &again).await;
    Set { app, script }
}

async fn site(app: &TestApp, project: &Project) -> Project {
    let new = NewProject {
        organization_id: project.organization.id,
        team_id: Some(project.team.id),
        name: "site",
        slug: None,
        platform: None,
    };
    let mut db = app.app.db.acquire().await.unwrap();
    let (site, key) = projects::create(&mut db, &new, app.app.clock.now()).await.expect("a project");
    let (organization, team, owner) = (project.organization.clone(), project.team.clone(), project.owner.clone());
    Project { organization, team, project: site, key, owner }
}

async fn id_of(script: &Client, label: char) -> String {
    let short = format!("SHOP-{}", label as u8 - b'A' + 1);
    let list = script.get(&format!("{LIST}?query=")).await.json();
    let found = list.as_array().unwrap().iter().find(|issue| issue["shortId"] == short.as_str());
    found.expect("the issue")["id"].as_str().unwrap().to_owned()
}

fn encoded(query: &str) -> String {
    url::form_urlencoded::byte_serialize(query.as_bytes()).collect()
}

/// The labels of the issues a query finds, sorted.
async fn found(script: &Client, query: &str) -> String {
    let answer = script.get(&format!("{LIST}?query={}", encoded(query))).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    let hits = answer.header("x-hits").to_owned();
    let list = answer.json();
    let label = |issue: &Value| match issue["shortId"].as_str().unwrap().split_once('-').unwrap() {
        ("SHOP", digit) => char::from(b'A' + digit.parse::<u8>().unwrap() - 1),
        _ => 'Z',
    };
    let mut labels: Vec<char> = list.as_array().unwrap().iter().map(label).collect();
    assert_eq!(hits, labels.len().to_string(), "{query}");
    labels.sort_unstable();
    labels.into_iter().collect()
}

#[tokio::test]
async fn every_token_finds_its_issues() {
    let Set { app, script } = set().await;
    let day = |hours: i64| (app.app.clock.now() - Duration::hours(hours)).format("%Y-%m-%d").to_string();
    let minute = |hours: i64| (app.app.clock.now() - Duration::hours(hours)).format("%Y-%m-%dT%H:%M:%S").to_string();
    let of_a = format!("firstSeen:{}", day(240));
    let not_of_a = format!("firstSeen:>{}", day(48));
    let around = format!("firstSeen:{}", minute(20));
    let around_z = format!("firstSeen:{}Z", minute(4));
    let event_at = format!("event.timestamp:{}", minute(60));
    let event_not_at = format!("event.timestamp:{}", minute(100));
    let between = format!("event.timestamp:>={} event.timestamp:<={}", minute(61), minute(49));
    let at_once = format!("lastSeen:>={}", (app.app.clock.now() - Duration::minutes(210)).format("%Y-%m-%dT%H:%M:%S"));
    let timed = [
        (of_a.as_str(), "A"),
        (&not_of_a, "BCDEFGHZ"),
        (&around, "C"),
        (&around_z, "Z"),
        (&event_at, "A"),
        (&event_not_at, ""),
        (&between, "A"),
        (&at_once, "FGH"),
    ];
    let table: Vec<(&str, &str)> = TABLE.iter().copied().chain(timed).collect();
    assert!(table.len() >= 120);
    let mut wrong = Vec::new();
    for (query, expected) in table {
        let found = found(&script, query).await;
        if found != expected {
            wrong.push(format!("{query}: expected {expected}, found {found}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn hostile_queries_are_refused_by_name_or_find_nothing() {
    let set = set().await;
    let script = &set.script;
    let long_word = "a".repeat(4_096);
    let too_long = "a".repeat(10_000);
    let many = "x:y ".repeat(41);
    for (query, named) in [
        (too_long.as_str(), "4096 characters"),
        (many.as_str(), "40 tokens"),
        ("\"open", "quote"),
        ("browser:\"open is:resolved", "quote"),
        ("is:open", "`is:open`"),
        ("x is:", "from character 3"),
        ("level:loud", "`level:loud`"),
        ("firstSeen:2026-02-30", "2026-02-30"),
        ("firstSeen:99999-01-01", "99999"),
        ("age:-99999999999999999999h", "`age:"),
        ("lastSeen:24h", "-24h"),
        ("timesSeen:>99999999999999999999", "number"),
        ("timesSeen:-1", "number"),
        ("users:ten", "number"),
        ("a OR b", "`OR`"),
        ("assigned:*", "wildcard"),
    ] {
        let answer = script.get(&format!("{LIST}?query={}", encoded(query))).await;
        assert_eq!((answer.status, keys_of(&answer.json()).as_str()), (400, "detail"), "{query:.40}");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(named) && detail.len() < 400, "{query:.40}: {detail}");
    }
    for query in [
        long_word.as_str(),
        "'; DROP TABLE issues; --",
        "a' or 1=1",
        "\\",
        "%",
        "____",
        "\u{202e}x\u{0000}".trim_end_matches('\0'),
        "key:%",
        "key:\\*",
        "\"\\\"\"",
        ":::::",
        "!:x",
        "firstSeen:9999-12-31",
        "firstSeen:0000-01-01",
        "****************************************zz****************************************",
    ] {
        let expected = if query == "%" { "D" } else { "" };
        assert_eq!(found(script, query).await, expected, "{query:.40}");
    }
}

#[tokio::test]
async fn nothing_of_others_is_found() {
    let Set { app, script } = set().await;
    let other = app.project_named("rival", "shop").await;
    app.report(&other, &json!({"message": "KeyError missing cart", "tags": {"plan": "pro"}, "release": "shop@1.0"}))
        .await;
    let rival = app.script(&other.owner, &Scope::ALL).await;
    let theirs = rival.get("/api/0/organizations/rival/issues/?query=").await.json();
    let (id, project_id) = (theirs[0]["id"].as_str().unwrap(), other.project.id);
    for query in
        ["cart".to_owned(), "plan:pro".to_owned(), "release:shop@1.0".to_owned(), "project:shop cart".to_owned()]
    {
        assert_eq!(found(&script, &query).await, "A", "{query}");
    }
    assert_eq!(found(&script, &format!("issue:{id}")).await, "");
    assert_eq!(found(&script, "assigned:owner@rival.example").await, "");
    let answer = script.get(&format!("{LIST}?query=&project={project_id}")).await;
    assert_eq!((answer.status, answer.json()), (200, json!([])));
}

#[tokio::test]
async fn a_cursor_belongs_to_its_query() {
    let set = set().await;
    let script = &set.script;
    let first = script.get(&format!("{LIST}?query=is:unresolved&limit=2")).await;
    let link = first.header("link").to_owned();
    let next = link.split("cursor=\"").nth(2).unwrap().split('"').next().unwrap();
    for (parameters, status) in [
        ("query=is:unresolved&limit=2", 200),
        ("query=+is:unresolved&limit=5", 200),
        ("query=is:resolved&limit=2", 400),
        ("query=is:unresolved&limit=2&sort=new", 400),
        ("query=is:unresolved&limit=2&environment=staging", 400),
        ("query=is:unresolved&limit=2&project=site", 400),
    ] {
        let answer = script.get(&format!("{LIST}?{parameters}&cursor={next}")).await;
        assert_eq!(answer.status, status, "{parameters}: {}", answer.body);
        assert!(status == 200 || answer.json()["detail"].as_str().unwrap().contains("cursor"), "{parameters}");
    }
    for made_up in ["1:2:0", "9223372036854775807:9223372036854775807:1", "-9223372036854775808:-1:0"] {
        let answer = script.get(&format!("{LIST}?query=is:unresolved&cursor={made_up}")).await;
        assert_eq!(answer.status, 400, "{made_up}");
    }
}
