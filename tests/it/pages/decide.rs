//! What people decide about issues, by forms: in what they are resolved, until when ignored, by whom seen to; together
//! with others who decide at the same time.

use picket::types::role::Role;
use serde_json::json;

use crate::support::{Answer, Client, Project, TestApp};

const LIST: &str = "/organizations/acme/issues/";

async fn reported() -> (TestApp, Project, Client, i64) {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    report(&app, &project, "shop@1.0.0").await;
    let browser = app.sign_in(&project.owner).await;
    let id = number(&app, "SELECT id FROM issues").await;
    (app, project, browser, id)
}

async fn report(app: &TestApp, project: &Project, release: &str) {
    let event = json!({"message": "no cart", "release": release, "user": {"id": release}});
    app.report(project, &event).await;
}

async fn number(app: &TestApp, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&app.app.db).await.expect(sql)
}

async fn text(app: &TestApp, sql: &'static str) -> String {
    sqlx::query_scalar(sql).fetch_one(&app.app.db).await.expect(sql)
}

async fn act(browser: &Client, id: i64, fields: &[(&str, &str)]) -> Answer {
    let (id, next) = (id.to_string(), format!("{LIST}{id}/"));
    let mut all = vec![("id", id.as_str()), ("next", next.as_str())];
    all.extend(fields);
    browser.post_form(LIST, &all).await
}

/// The sentence about the status.
async fn strip(browser: &Client, id: i64) -> String {
    let page = browser.get(&format!("{LIST}{id}/")).await.body;
    let strip = page.split("status-strip\">").nth(1).unwrap_or_default();
    strip.split('<').next().unwrap_or_default().to_owned()
}

async fn activity(browser: &Client, id: i64) -> String {
    browser.get(&format!("{LIST}{id}/activity/")).await.body
}

#[tokio::test]
async fn a_named_release_is_asked_for_and_decides_about_later_events() {
    let (app, project, browser, id) = reported().await;
    report(&app, &project, "shop@1.1.0").await;
    let question = act(&browser, id, &[("action", "resolve-release")]).await;
    assert_eq!(question.status, 200);
    assert!(question.body.contains("<option value=\"shop@1.1.0\">"), "{}", question.body);
    let unknown = act(&browser, id, &[("action", "resolve-release"), ("version", "shop@9")]).await;
    assert_eq!(unknown.status, 422);
    assert!(unknown.body.contains("no such release") && unknown.body.contains("value=\"shop@9\""));
    assert_eq!(act(&browser, id, &[("action", "resolve-release"), ("version", "shop@1.1.0")]).await.status, 303);
    assert!(strip(&browser, id).await.starts_with("Resolved in 1.1.0 by owner@acme.example"));

    app.app.clock.advance(chrono::TimeDelta::minutes(1));
    report(&app, &project, "shop@1.0.0").await;
    assert_eq!(text(&app, "SELECT status FROM issues").await, "resolved");
    report(&app, &project, "shop@1.2.0").await;
    assert_eq!(text(&app, "SELECT status FROM issues").await, "unresolved");
    let told = "Was resolved in 1.1.0, seen again in 1.2.0, compared by version number.";
    assert_eq!(strip(&browser, id).await, told);
    assert!(activity(&browser, id).await.contains(told));
}

#[tokio::test]
async fn releases_without_versions_are_compared_by_date_and_it_says_so() {
    let (app, project, browser, id) = reported().await;
    for release in ["monday", "tuesday"] {
        report(&app, &project, release).await;
        app.app.clock.advance(chrono::TimeDelta::minutes(1));
    }
    act(&browser, id, &[("action", "resolve-next")]).await;
    assert!(strip(&browser, id).await.starts_with("Resolved in the release after tuesday by"));
    app.app.clock.advance(chrono::TimeDelta::minutes(1));
    report(&app, &project, "monday").await;
    assert_eq!(text(&app, "SELECT status FROM issues").await, "resolved");
    report(&app, &project, "wednesday").await;
    assert_eq!(
        strip(&browser, id).await,
        "Was resolved in the release after tuesday, seen again in wednesday, compared by date."
    );
}

#[tokio::test]
async fn the_current_release_is_the_highest_version() {
    let (app, project, browser, id) = reported().await;
    for release in ["shop@2.0.0", "shop@1.0.1"] {
        app.app.clock.advance(chrono::TimeDelta::minutes(1));
        report(&app, &project, release).await;
    }
    assert!(browser.get(&format!("{LIST}{id}/")).await.body.contains("shop@2.0.0</button>"), "the menu names it");
    act(&browser, id, &[("action", "resolve-current")]).await;
    assert_eq!(text(&app, "SELECT data->>'version' FROM activities ORDER BY id DESC LIMIT 1").await, "shop@2.0.0");
}

#[tokio::test]
async fn a_commit_resolves_once_a_release_has_it() {
    let (app, project, browser, id) = reported().await;
    let script = app.script(&project.owner, &picket::types::scope::Scope::ALL).await;
    let release = |version: &str, commit: &str| {
        json!({"version": version, "projects": ["shop"],
            "commits": [{"id": commit, "repository": "shop", "message": "work"}]})
    };
    let path = "/api/0/organizations/acme/releases/";
    assert_eq!(script.post_json(path, &release("shop@1.0.0", "aaaa1111")).await.status / 100, 2);
    sqlx::query(
        "INSERT INTO commits (repository_id, key, committed_at) SELECT id, 'bbbb2222', now() FROM repositories",
    )
    .execute(&app.app.db)
    .await
    .expect("a commit");
    assert_eq!(act(&browser, id, &[("action", "resolve-commit"), ("commit", "cccc")]).await.status, 422);
    assert_eq!(act(&browser, id, &[("action", "resolve-commit"), ("commit", "bbbb")]).await.status, 303);
    assert!(strip(&browser, id).await.starts_with("Resolved in commit bbbb2222, which no release has yet"));
    let view = script.get(&format!("/api/0/issues/{id}/")).await.json();
    assert_eq!(view["statusDetails"]["inCommit"]["id"], "bbbb2222");
    assert_eq!(view["statusDetails"]["actor"]["email"], "owner@acme.example");

    app.app.clock.advance(chrono::TimeDelta::minutes(1));
    report(&app, &project, "shop@9.0.0").await;
    assert_eq!(text(&app, "SELECT status FROM issues").await, "resolved", "no release has the commit");
    assert_eq!(script.post_json(path, &release("shop@10.0.0", "bbbb2222")).await.status / 100, 2);
    assert!(strip(&browser, id).await.starts_with("Resolved in 10.0.0 with commit bbbb2222"));
    report(&app, &project, "shop@9.0.0").await;
    assert_eq!(text(&app, "SELECT status FROM issues").await, "resolved");
    report(&app, &project, "shop@10.0.0").await;
    assert_eq!(text(&app, "SELECT status FROM issues").await, "unresolved");
}

#[tokio::test]
async fn a_snooze_of_ones_own_making() {
    let (app, project, browser, id) = reported().await;
    assert_eq!(act(&browser, id, &[("action", "ignore-custom")]).await.status, 200);
    for wrong in [
        &[("until", ""), ("count", "")][..],
        &[("until", "2001-01-01T00:00")],
        &[("until", "soon")],
        &[("until", ""), ("count", "0")],
        &[("until", ""), ("count", "1"), ("window", "10081")],
        &[("until", ""), ("users", "1000001")],
    ] {
        let mut fields = vec![("action", "ignore-custom")];
        fields.extend(wrong);
        let answer = act(&browser, id, &fields).await;
        assert_eq!(answer.status, 422, "{wrong:?}");
        assert!(answer.body.contains("At least one condition"), "{wrong:?}");
    }
    assert_eq!(text(&app, "SELECT status FROM issues").await, "unresolved");
    let fields = [
        ("action", "ignore-custom"),
        ("until", "2999-01-01T10:00"),
        ("count", "3"),
        ("users", "2"),
        ("users_window", "60"),
    ];
    assert_eq!(act(&browser, id, &fields).await.status, 303);
    assert_eq!(
        strip(&browser, id).await,
        "Ignored by owner@acme.example until Jan 1, 2999, 10:00:00 UTC, or until it is seen 3 more times (3 left), or until it meets 2 users in an hour."
    );
    report(&app, &project, "shop@1.0.0").await;
    assert!(strip(&browser, id).await.contains("(2 left)"));
    report(&app, &project, "shop@1.0.1").await;
    assert_eq!(text(&app, "SELECT status FROM issues").await, "unresolved", "the second user within the hour");
}

#[tokio::test]
async fn nothing_is_done_where_somebody_decided_meanwhile() {
    let (app, project, browser, id) = reported().await;
    let lin = app.member(&project, "lin@acme.example", Role::Member, true).await;
    let other = app.sign_in(&lin).await;
    act(&other, id, &[("action", "resolve"), ("basis", "unresolved:")]).await;
    act(&other, id, &[("action", "assign-me"), ("basis", "resolved:")]).await;
    let stale = act(&browser, id, &[("action", "ignore"), ("basis", "unresolved:")]).await;
    assert_eq!(stale.status, 409);
    assert!(stale.body.contains("unresolved, assigned to nobody"), "{}", stale.body);
    assert!(stale.body.contains("resolved, assigned to lin@acme.example"), "{}", stale.body);
    assert_eq!(text(&app, "SELECT status FROM issues").await, "resolved");
    assert_eq!(act(&browser, id, &[("action", "assign-me"), ("basis", "unresolved:")]).await.status, 409);
    // What only concerns oneself passes over nobody; and the same form without the basis insists.
    assert_eq!(act(&browser, id, &[("action", "bookmark"), ("basis", "unresolved:")]).await.status, 303);
    assert_eq!(act(&browser, id, &[("action", "ignore")]).await.status, 303);
    assert_eq!(text(&app, "SELECT status FROM issues").await, "ignored");
}

#[tokio::test]
async fn a_list_leaves_to_others_what_they_decided_since_it_was_read() {
    let (app, project, browser, id) = reported().await;
    app.report(&project, &json!({"message": "no basket"})).await;
    let lin = app.member(&project, "lin@acme.example", Role::Member, true).await;
    let other = app.sign_in(&lin).await;
    let page = browser.get(LIST).await.body;
    let since = page.split("name=\"since\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a time");
    app.app.clock.advance(chrono::TimeDelta::seconds(1));
    act(&other, id, &[("action", "resolve")]).await;
    let second = number(&app, "SELECT max(id) FROM issues").await.to_string();
    let first = id.to_string();
    let both = [("id", first.as_str()), ("id", second.as_str()), ("next", LIST), ("since", since)];
    let choose = async |action: &str| browser.post_form(LIST, &[&both[..], &[("action", action)]].concat()).await;

    assert_eq!(choose("ignore").await.status, 303);
    let told = browser.get(LIST).await.body;
    let left = "One issue ignored. One was decided about by somebody else meanwhile and stays so.";
    assert!(told.contains(left), "{told}");
    let states = "SELECT string_agg(status, ' ' ORDER BY id) FROM issues";
    assert_eq!(text(&app, states).await, "resolved ignored");
    // One's own decisions are no obstacle, nor are those about something else.
    assert_eq!(choose("assign-me").await.status, 303);
    assert_eq!(number(&app, "SELECT count(assignee_user_id) FROM issues").await, 2);
    // What is asked in between does not forget what was seen.
    let question = choose("ignore-custom").await;
    assert!(question.body.contains(&format!("name=\"since\" value=\"{since}\"")), "{}", question.body);
    // Whoever sees the list as it is now decides about all of it.
    let now = app.app.clock.now().timestamp_millis().to_string();
    let fields = [("id", first.as_str()), ("action", "ignore"), ("next", LIST), ("since", now.as_str())];
    browser.post_form(LIST, &fields).await;
    assert_eq!(text(&app, states).await, "ignored ignored");
}

#[tokio::test]
async fn the_next_release_gets_its_name_once_it_is_there() {
    let (app, project, browser, id) = reported().await;
    report(&app, &project, "shop@1.1.0").await;
    act(&browser, id, &[("action", "resolve-next")]).await;
    assert!(strip(&browser, id).await.starts_with("Resolved in the release after 1.1.0"));
    let sweep = async || {
        app.app.clock.advance(chrono::TimeDelta::minutes(2));
        let mut connection = app.app.db.acquire().await.expect("a connection");
        picket::cron::promise_due(&mut connection, &app.app.clock).await.expect("jobs");
        picket::worker::drain(&app.app).await.expect("jobs run");
    };
    // A patch of the old version is no next release, and of two that are the first counts.
    for version in ["shop@1.0.1", "shop@1.2.0", "shop@1.3.0"] {
        let event = json!({"message": "something else", "release": version});
        app.report(&project, &event).await;
        sweep().await;
        let expected =
            if version == "shop@1.0.1" { "Resolved in the release after 1.1.0" } else { "Resolved in 1.2.0" };
        let shown = strip(&browser, id).await;
        assert!(shown.starts_with(expected), "{version}: {shown}");
    }
    assert!(activity(&browser, id).await.contains("1.2.0"));
    let script = app.script(&project.owner, &picket::types::scope::Scope::ALL).await;
    let details = script.get(&format!("/api/0/issues/{id}/")).await.json()["statusDetails"].clone();
    assert_eq!(details["inRelease"], "shop@1.2.0");
    report(&app, &project, "shop@1.1.0").await;
    assert_eq!(text(&app, "SELECT status FROM issues ORDER BY id LIMIT 1").await, "resolved");
    report(&app, &project, "shop@1.2.0").await;
    assert_eq!(text(&app, "SELECT status FROM issues ORDER BY id LIMIT 1").await, "unresolved");
}

#[tokio::test]
async fn of_two_who_decide_at_once_one_wins_and_the_other_is_told() {
    let (app, project, browser, id) = reported().await;
    let lin = app.member(&project, "lin@acme.example", Role::Member, true).await;
    let other = app.sign_in(&lin).await;
    for _ in 0..5 {
        sqlx::query("UPDATE issues SET status = 'unresolved'").execute(&app.app.db).await.expect("a query");
        let (one, two) = tokio::join!(
            act(&browser, id, &[("action", "resolve"), ("basis", "unresolved:")]),
            act(&other, id, &[("action", "ignore"), ("basis", "unresolved:")]),
        );
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409]);
    }
}

#[tokio::test]
async fn who_decides_follows_and_may_stop_following() {
    let (_app, _, browser, id) = reported().await;
    let page = async || browser.get(&format!("{LIST}{id}/")).await.body;
    assert!(page().await.contains("only what concerns the whole project"));
    act(&browser, id, &[("action", "resolve")]).await;
    assert!(page().await.contains("because you changed its status"));
    act(&browser, id, &[("action", "unsubscribe")]).await;
    assert!(page().await.contains("You chose to hear nothing"));
    act(&browser, id, &[("action", "unresolve")]).await;
    assert!(page().await.contains("You chose to hear nothing"), "a choice stays");
    act(&browser, id, &[("action", "subscribe")]).await;
    assert!(page().await.contains("value=\"unsubscribe\""));
}

#[tokio::test]
async fn silence_resolves_where_the_project_wants_it() {
    let (app, project, browser, id) = reported().await;
    sqlx::query("UPDATE projects SET settings = '{\"resolve_age\": 24}'").execute(&app.app.db).await.expect("a query");
    app.app.clock.advance(chrono::TimeDelta::hours(25));
    assert!(strip(&browser, id).await.starts_with("Counts as resolved: not seen for 24 hours"));
    let mut connection = app.app.db.acquire().await.expect("a connection");
    picket::cron::promise_due(&mut connection, &app.app.clock).await.expect("jobs");
    picket::worker::drain(&app.app).await.expect("jobs run");
    assert_eq!(text(&app, "SELECT status FROM issues").await, "resolved");
    assert!(strip(&browser, id).await.starts_with("Resolved automatically"), "{}", strip(&browser, id).await);
    report(&app, &project, "shop@1.0.0").await;
    assert_eq!(text(&app, "SELECT status FROM issues").await, "unresolved");
}
