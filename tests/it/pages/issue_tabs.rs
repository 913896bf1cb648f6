//! The tabs of an issue that list things: tags and their values, events, feedback.

use picket::types::role::Role;
use serde_json::{Value, json};

use crate::support::{Client, Project, TestApp};

async fn issue_of(app: &TestApp) -> i64 {
    sqlx::query_scalar("SELECT id FROM issues ORDER BY id LIMIT 1").fetch_one(&app.app.db).await.unwrap()
}

/// Events of one issue: number, plan, user, minutes ago.
async fn shop(events: &[(usize, &str, &str)]) -> (TestApp, Project, Client, i64) {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    for (number, plan, user) in events {
        let at = app.app.clock.now() - chrono::TimeDelta::minutes(i64::try_from(*number).unwrap());
        app.report(&project, &event(*number, plan, user, at)).await;
    }
    let browser = app.sign_in(&project.owner).await;
    let issue = issue_of(&app).await;
    (app, project, browser, issue)
}

fn event(number: usize, plan: &str, user: &str, at: chrono::DateTime<chrono::Utc>) -> Value {
    let value = format!("cart {number} is broken");
    json!({"platform": "python", "timestamp": at.to_rfc3339(), "release": "shop@1.0", "environment": format!("cart-{number}"),
        "tags": {"plan": plan, "queue": "mail"}, "user": {"id": user}, "fingerprint": ["one"],
        "exception": {"values": [{"type": "CartError", "value": value}]}})
}

/// The numbers of the carts in the table, in its order; titles that say what the head says are left out.
fn carts(page: &str) -> Vec<usize> {
    let body = page.split("<tbody>").nth(1).unwrap_or_default();
    body.split("<td>cart-").skip(1).map(|rest| rest.split('<').next().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn events_are_found_by_tags_and_words() {
    let (app, _, browser, issue) =
        shop(&[(1, "pro", "7"), (2, "free", "7"), (3, "=1+1", "8"), (4, "pro", "9"), (5, "a \"b\"", "9")]).await;
    let path = format!("/organizations/acme/issues/{issue}/events/");
    let script = app.script(&app_owner(&app).await, &picket::types::scope::Scope::ALL).await;
    for (query, found) in [
        ("", vec![1, 2, 3, 4, 5]),
        ("plan:pro", vec![1, 4]),
        ("!plan:pro", vec![2, 3, 5]),
        ("plan:pro user:9", vec![4]),
        ("user.id:7", vec![1, 2]),
        ("user.email:7", vec![]),
        ("plan:gold", vec![]),
        ("!plan:gold !plan:pro", vec![2, 3, 5]),
        ("plan:\"a \\\"b\\\"\"", vec![5]),
        ("plan:=1+1", vec![3]),
        ("\"cart 4\"", vec![4]),
        ("CART broken plan:pro", vec![1, 4]),
        ("queue:mail \"cart 2\" !user:9", vec![2]),
        ("nothing", vec![]),
        ("100%", vec![]),
    ] {
        let encoded: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let page = browser.get(&format!("{path}?query={encoded}")).await;
        assert_eq!((page.status, carts(&page.body)), (200, found.clone()), "{query}");
        let list = script.get(&format!("/api/0/issues/{issue}/events/?query={encoded}")).await.json();
        let titles: Vec<String> = list.as_array().unwrap().iter().map(|one| one["title"].to_string()).collect();
        let expected: Vec<String> = found.iter().map(|n| format!("\"CartError: cart {n} is broken\"")).collect();
        assert_eq!(titles, expected, "{query} in the API");
    }
    for (query, named) in [("plan:", "plan:"), ("!word", "!word"), ("\"open", "&#34;open")] {
        let encoded: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let page = browser.get(&format!("{path}?query={encoded}")).await.body;
        assert!(page.contains(&format!("`{named}` cannot be searched")), "{query}: {page}");
        assert_eq!(script.get(&format!("/api/0/issues/{issue}/events/?query={encoded}")).await.status, 400, "{query}");
    }
    let long = "y".repeat(10_000);
    assert!(browser.get(&format!("{path}?query={long}")).await.body.contains("cannot be searched"));
    let columns = browser.get(&format!("{path}?columns=plan,%20queue,plan,%3Cb%3E")).await.body;
    assert!(columns.contains("<th>plan</th><th>queue</th></tr>"), "{columns}");
    assert!(columns.contains("<td>=1+1</td><td>mail</td>"), "{columns}");
}

async fn app_owner(app: &TestApp) -> picket::store::users::User {
    let id: i64 = sqlx::query_scalar("SELECT user_id FROM members LIMIT 1").fetch_one(&app.app.db).await.unwrap();
    picket::store::users::find(&app.app.db, picket::types::ids::UserId(id)).await.unwrap().unwrap()
}

#[tokio::test]
async fn pages_of_events_lead_both_ways() {
    let events: Vec<(usize, String)> =
        (1..=60).map(|n| (n, if n % 2 == 0 { "even" } else { "odd" }.to_owned())).collect();
    let events: Vec<(usize, &str, &str)> = events.iter().map(|(n, plan)| (*n, plan.as_str(), "7")).collect();
    let (_app, _, browser, issue) = shop(&events).await;
    for (query, all) in [
        ("", (1..=60).collect::<Vec<usize>>()),
        ("plan%3Aeven", (1..=60).filter(|n| n % 2 == 0).collect()),
        ("broken", (1..=60).collect()),
    ] {
        let mut path = format!("/organizations/acme/issues/{issue}/events/?query={query}");
        let (mut seen, mut last) = (Vec::new(), String::new());
        loop {
            let page = browser.get(&path).await.body;
            seen.extend(carts(&page));
            let Some(next) = link(&page, "next") else {
                last = link(&page, "prev").unwrap_or(last);
                break;
            };
            path = next;
        }
        assert_eq!(seen, all, "{query}");
        let mut back = Vec::new();
        while !last.is_empty() {
            let page = browser.get(&last).await.body;
            back.splice(0..0, carts(&page));
            last = link(&page, "prev").unwrap_or_default();
        }
        assert_eq!(back, all[..back.len()], "{query}: the way back");
        assert!(!back.is_empty(), "{query}");
    }
}

fn link(page: &str, relation: &str) -> Option<String> {
    let pager = page.split("<nav class=\"pager\"").nth(1)?;
    let rest = pager.split(&format!("rel=\"{relation}\" href=\"")).nth(1)?;
    Some(rest.split('"').next()?.replace("&#38;", "&"))
}

#[tokio::test]
async fn a_tag_shows_its_values_and_gives_them_out() {
    let (app, project, browser, issue) =
        shop(&[(1, "pro", "7"), (2, "free", "7"), (3, "=1+1", "8"), (4, "pro", "9"), (5, "say \"a, b\"", "9")]).await;
    let path = format!("/organizations/acme/issues/{issue}/tags/plan/");
    let page = browser.get(&path).await.body;
    let row = page.split("<tr>").find(|row| row.contains(">pro</td>")).expect("a row").to_owned();
    assert!(row.contains("40 %") && row.contains("<td class=\"num\">2</td><td class=\"num\">2</td>"), "{row}");
    assert!(row.contains("/acme/shop/?query=plan%3A%22pro%22"), "{row}");
    let first = |page: &str| page.split("class=\"tag-value\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(first(&page), "pro");
    assert_eq!(first(&browser.get(&format!("{path}?sort=age")).await.body), "free", "the one first seen last");
    let users = browser.get(&format!("/organizations/acme/issues/{issue}/tags/user/")).await.body;
    assert!(users.contains("<span class=\"chip\">id</span> 7"), "{users}");

    let old = browser.get(&format!("/acme/shop/issues/{issue}/tags/plan/export/")).await;
    assert_eq!((old.status, old.location()), (302, format!("{path}export/").as_str()));
    let file = browser.get(old.location()).await;
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"SHOP-1-plan.csv\"");
    let mut lines: Vec<&str> = file.body.lines().collect();
    assert_eq!(lines.remove(0), "value,times_seen,last_seen,first_seen");
    lines.sort_unstable();
    let starts: Vec<&str> = lines.iter().map(|line| line.split(",20").next().unwrap()).collect();
    assert_eq!(starts, ["\"say \"\"a, b\"\"\",1", "'=1+1,1", "free,1", "pro,2"]);
    let users = browser.get(&format!("/organizations/acme/issues/{issue}/tags/user/export/")).await.body;
    assert!(
        users.contains("value,id,email,username,ip_address,times_seen") && users.contains("id:7,7,,,,2,"),
        "{users}"
    );

    let outsider = app.member(&project, "out@acme.example", Role::Member, false).await;
    let outsider = app.sign_in(&outsider).await;
    for page in ["tags/plan/", "tags/plan/export/", "events/?query=plan%3Apro", "feedback/"] {
        assert_eq!(outsider.get(&format!("/organizations/acme/issues/{issue}/{page}")).await.status, 404, "{page}");
    }
}

#[tokio::test]
async fn users_are_shown_with_all_that_is_known() {
    let (app, project, browser, issue) = shop(&[(1, "pro", "7")]).await;
    let mut known = event(2, "pro", "7", app.app.clock.now());
    known["user"] = json!({"id": "7", "email": "ann@acme.test", "username": "ann", "name": "Ann <b>Lee</b>",
        "ip_address": "10.0.0.1"});
    app.report(&project, &known).await;
    app.report(&project, &event(3, "pro", "8", app.app.clock.now())).await;
    let base = format!("/organizations/acme/issues/{issue}/");
    let page = browser.get(&format!("{base}tags/user/")).await.body;
    let row = page.split("<tr>").find(|row| row.contains("ann@acme.test")).expect("a row").to_owned();
    for shown in [
        "<b>Ann &#60;b&#62;Lee&#60;/b&#62;</b>",
        "<span class=\"chip\">id</span> 7",
        "<span class=\"chip\">email</span> ann@acme.test",
        "<span class=\"chip\">username</span> ann",
        "<span class=\"chip\">ip</span> 10.0.0.1",
    ] {
        assert!(row.contains(shown), "{shown}: {row}");
    }
    assert!(page.contains("<span class=\"chip\">id</span> 8"), "{page}");
    assert_eq!(browser.get(&format!("{base}tags/us%00er/")).await.status, 404);
    let cards = browser.get(&format!("{base}tags/")).await.body;
    assert!(cards.contains("Lee&#60;/b&#62;</a> <span class=\"muted\">id:7</span>"), "{cards}");
    let file = browser.get(&format!("{base}tags/user/export/")).await.body;
    let line = file.lines().find(|line| line.starts_with("id:7,")).expect("a line");
    assert!(line.starts_with("id:7,7,ann@acme.test,ann,10.0.0.1,2,") && line.ends_with(",Ann <b>Lee</b>"), "{line}");
    for (query, expected) in [
        ("user.email:ann@acme.test", 2),
        ("user:ann", 2),
        ("user.ip:10.0.0.1 plan:pro", 2),
        ("!user.email:ann@acme.test", 1),
        ("user.email:7", 0),
        ("user.username:ann user:8", 0),
    ] {
        let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let list = browser.get(&format!("{base}events/?query={query}")).await.body;
        assert_eq!(carts(&list).len(), expected, "{query}");
    }
}

#[tokio::test]
async fn files_of_many_values_come_whole() {
    let (app, _, browser, issue) = shop(&[(1, "pro", "7")]).await;
    sqlx::query(
        "WITH new AS (
            INSERT INTO tag_values (project_id, key, value)
            SELECT project_id, 'cart', 'cart ' || n FROM issues, generate_series(1, 2500) AS n RETURNING id)
        INSERT INTO issue_tags (issue_id, tag_value_id, first_seen, last_seen, times_seen)
        SELECT $1, id, now(), now(), 1 FROM new",
    )
    .bind(issue)
    .execute(&app.app.db)
    .await
    .unwrap();
    let file = browser.get(&format!("/organizations/acme/issues/{issue}/tags/cart/export/")).await.body;
    let mut values: Vec<&str> = file.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    values.sort_unstable();
    values.dedup();
    assert_eq!(values.len(), 2500);
    let tags = browser.get(&format!("/organizations/acme/issues/{issue}/tags/")).await.body;
    let folded = tags.rfind("<details class=\"card tag-card\"><summary><h2>cart").expect("a folded card");
    assert!(folded > tags.find("<h2>plan").unwrap(), "many values come last");
    let page = browser.get(&format!("/organizations/acme/issues/{issue}/tags/cart/?page=50")).await.body;
    assert_eq!(page.matches("class=\"tag-value\"").count(), 50);
    assert_eq!(link(&page, "next"), None, "the last page");
}

async fn write_feedback(app: &TestApp, project: &Project, event: &str, words: &str) {
    let path = "/api/0/projects/acme/shop/user-feedback/";
    let body = json!({"event_id": event, "name": "Buyer", "email": "buyer@example.com", "comments": words});
    let request = app.anonymous().request("POST", path).header("Authorization", format!("DSN {}", project.dsn(app)));
    let answer = app.anonymous().send(request.json(&body)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn feedback_is_read_in_inboxes_and_on_issues() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let browser = app.sign_in(&project.owner).await;
    for inbox in ["/acme/shop/user-feedback/", "/organizations/acme/user-feedback/"] {
        assert!(browser.get(inbox).await.body.contains("showReportDialog"), "an empty inbox says how to get feedback");
    }
    let event = app.report(&project, &json!({"message": "out of stock"})).await;
    let issue = issue_of(&app).await;
    let home = format!("/organizations/acme/issues/{issue}/");
    let tab = format!("{home}feedback/\"");
    assert!(!browser.get(&home).await.body.contains(&tab), "no tab without feedback");
    write_feedback(&app, &project, &event, "It <b>broke</b>").await;
    write_feedback(&app, &project, "4711e3a0c1d2e3f4a5b6c7d8e9f00112", "Too early").await;

    let words = "It &#60;b&#62;broke&#60;/b&#62;";
    for page in ["/acme/shop/user-feedback/", "/organizations/acme/user-feedback/", &format!("{home}feedback/"), &home]
    {
        let body = browser.get(page).await.body;
        assert!(body.contains(words) && !body.contains("Too early"), "{page}: {body}");
    }
    let all = browser.get("/acme/shop/user-feedback/?status=").await.body;
    assert!(all.contains(words) && all.contains("Too early") && all.contains("has not arrived"), "{all}");
    assert!(browser.get(&home).await.body.contains(&format!("{home}feedback/\"")), "the tab");

    let id: i64 = sqlx::query_scalar("SELECT id FROM user_reports WHERE issue_id IS NOT NULL")
        .fetch_one(&app.app.db)
        .await
        .unwrap();
    let id = id.to_string();
    let fields = [("id", id.as_str()), ("action", "seen"), ("next", "/acme/shop/user-feedback/")];
    let marked = browser.post_form("/organizations/acme/user-feedback/", &fields).await;
    assert_eq!((marked.status, marked.location()), (303, "/acme/shop/user-feedback/"));
    let page = browser.get("/acme/shop/user-feedback/").await.body;
    assert!(page.contains("1 report marked as read.") && page.contains("Mark as unread"), "{page}");

    let stranger = app.project_named("other", "site").await;
    let stranger = app.sign_in(&stranger.owner).await;
    assert_eq!(stranger.get("/acme/shop/user-feedback/").await.status, 404);
    let fields = [("id", id.as_str()), ("action", "unseen")];
    stranger.post_form("/organizations/other/user-feedback/", &fields).await;
    assert!(
        browser.get("/acme/shop/user-feedback/").await.body.contains("Mark as unread"),
        "not the stranger's to mark"
    );
    let outsider = app.member(&project, "out@acme.example", Role::Member, false).await;
    let outsider = app.sign_in(&outsider).await;
    assert_eq!(outsider.get("/acme/shop/user-feedback/").await.status, 404);
    assert!(!outsider.get("/organizations/acme/user-feedback/").await.body.contains("broke"));

    sqlx::query("UPDATE issues SET status = 'resolved', resolved_at = now()").execute(&app.app.db).await.unwrap();
    assert!(!browser.get("/acme/shop/user-feedback/").await.body.contains(words));
    assert!(browser.get("/acme/shop/user-feedback/?status=").await.body.contains(words));
}
