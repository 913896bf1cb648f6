//! Pages across projects: the stream, one's own issues, statistics; and what tells of news.

use picket::types::role::Role;
use serde_json::json;

use crate::support::{Client, Project, TestApp};

async fn scene() -> (TestApp, Project, Client, i64) {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    app.report(&project, &json!({"message": "out of stock"})).await;
    let browser = app.sign_in(&project.owner).await;
    let issue = sqlx::query_scalar("SELECT id FROM issues").fetch_one(&app.app.db).await.unwrap();
    (app, project, browser, issue)
}

async fn act(browser: &Client, issue: i64, action: &str) {
    let id = issue.to_string();
    let fields = [("id", id.as_str()), ("action", action), ("next", "/acme/shop/")];
    let answer = browser.post_form("/organizations/acme/issues/", &fields).await;
    assert_eq!(answer.status, 303, "{action}: {}", answer.body);
}

#[tokio::test]
async fn the_stream_tells_by_day_what_happened() {
    let (app, project, browser, issue) = scene().await;
    let path = "/organizations/acme/activity/";
    assert!(browser.get(path).await.body.contains("Nothing has happened"), "an empty stream says what will be there");
    act(&browser, issue, "resolve").await;
    let text = [("text", "It is the **till**"), ("action", "save")];
    browser.post_form(&format!("/organizations/acme/issues/{issue}/activity/"), &text).await;
    let page = browser.get(path).await.body;
    for shown in ["SHOP-1", "out of stock", "resolved this", "wrote:", "<strong>till</strong>"] {
        assert!(page.contains(shown), "no {shown}: {page}");
    }
    assert_eq!(page.matches("<section class=\"day\">").count(), 1);
    sqlx::query(
        "INSERT INTO activities (project_id, issue_id, kind, data, created_at)
        SELECT project_id, id, 'set_regression', jsonb_build_object('version', 'v' || n), now() + n * interval '1 day'
        FROM issues, generate_series(1, 70) AS n",
    )
    .execute(&app.app.db)
    .await
    .unwrap();
    let first = browser.get(path).await.body;
    assert_eq!((first.matches("<section class=\"day\">").count(), first.contains("in v21 ")), (50, true));
    let before = first.split("?before=").nth(1).unwrap().split('"').next().unwrap();
    let second = browser.get(&format!("{path}?before={before}")).await.body;
    assert!(second.contains("in v20 ") && !second.contains("in v21 ") && second.contains("<strong>till</strong>"));

    let outsider = app.member(&project, "out@acme.example", Role::Member, false).await;
    assert!(!app.sign_in(&outsider).await.get(path).await.body.contains("till"));
    let stranger = app.project_named("other", "site").await;
    assert_eq!(app.sign_in(&stranger.owner).await.get(path).await.status, 404);
}

#[tokio::test]
async fn ones_own_issues_are_those_assigned_bookmarked_and_seen() {
    let (app, project, browser, issue) = scene().await;
    let pages = ["assigned", "bookmarks", "history"].map(|page| format!("/organizations/acme/issues/{page}/"));
    for page in &pages {
        let answer = browser.get(page).await;
        assert!(answer.status == 200 && answer.body.contains("class=\"empty\""), "{page}: {}", answer.status);
    }
    for action in ["assign-me", "bookmark", "seen"] {
        act(&browser, issue, action).await;
    }
    for page in &pages {
        assert!(browser.get(page).await.body.contains("out of stock"), "{page}");
    }
    let other = app.member(&project, "wei@acme.example", Role::Member, true).await;
    let other = app.sign_in(&other).await;
    for page in &pages {
        assert!(!other.get(page).await.body.contains("out of stock"), "{page} of somebody else");
    }
    act(&browser, issue, &format!("assign-team-{}", project.team.id)).await;
    assert!(other.get(&pages[0]).await.body.contains("out of stock"), "what is a team's is its members'");
    act(&browser, issue, "assign-me").await;
    act(&browser, issue, "resolve").await;
    assert!(!browser.get(&pages[0]).await.body.contains("out of stock"), "what is done is not to do");
    assert!(browser.get(&pages[2]).await.body.contains("out of stock"), "history keeps it");
}

#[tokio::test]
async fn statistics_tell_what_became_of_events() {
    let (app, project, browser, _) = scene().await;
    sqlx::query(
        "INSERT INTO outcomes (project_id, key_id, hour, outcome, reason, category, quantity) VALUES
        ($1, $2, date_trunc('hour', now()), 'filtered', 'localhost', 'error', 4),
        ($1, $2, date_trunc('hour', now()) - interval '3 days', 'rate_limited', 'key_quota', 'error', 5),
        ($1, 0, date_trunc('hour', now()), 'invalid', '=cmd()', 'error', 6),
        ($1, $2, date_trunc('hour', now()), 'accepted', '', 'attachment', 99),
        ($1, $2, date_trunc('hour', now()), 'client_discard', 'sample_rate', 'error', 7)",
    )
    .bind(project.project.id.0)
    .bind(project.key.id.0)
    .execute(&app.app.db)
    .await
    .unwrap();
    let numbers = |page: &str| -> Vec<String> {
        page.split("<dd>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
    };
    for path in ["/organizations/acme/stats/", "/acme/shop/stats/"] {
        let day = browser.get(path).await.body;
        assert_eq!(numbers(&day), ["11", "1", "4", "0", "6"], "{path}");
        assert!(day.contains("<code>localhost</code>") && day.contains("Dropped by the SDK"), "{path}");
        let week = browser.get(&format!("{path}?statsPeriod=7d")).await.body;
        assert_eq!(numbers(&week), ["16", "1", "4", "5", "6"], "{path}");
        let file = browser.get(&format!("{path}export/?statsPeriod=7d")).await;
        assert!(file.header("content-disposition").starts_with("attachment;"), "{path}");
        let mut lines: Vec<&str> = file.body.lines().skip(1).collect();
        lines.sort_unstable();
        let label = &project.key.label;
        assert_eq!(
            lines,
            [
                "shop,,invalid,'=cmd(),6".to_owned(),
                format!("shop,{label},accepted,,1"),
                format!("shop,{label},client_discard,sample_rate,7"),
                format!("shop,{label},filtered,localhost,4"),
                format!("shop,{label},rate_limited,key_quota,5"),
            ],
            "{path}"
        );
    }
    let outsider = app.member(&project, "out@acme.example", Role::Member, false).await;
    let outsider = app.sign_in(&outsider).await;
    assert_eq!(numbers(&outsider.get("/organizations/acme/stats/").await.body)[0], "0");
    for path in ["/acme/shop/stats/", "/acme/shop/stats/export/"] {
        assert_eq!(outsider.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn news_are_told_without_being_asked_again() {
    let (app, project, browser, issue) = scene().await;
    let list = browser.get("/acme/shop/").await.body;
    let address = list.split("data-news=\"").nth(1).expect("the list asks for news").split('"').next().unwrap();
    let address = address.replace("&#38;", "&");
    assert_eq!(browser.get(&address).await.json(), json!({"text": ""}));
    let page = browser.get(&format!("/organizations/acme/issues/{issue}/")).await.body;
    let of_issue = page.split("data-news=\"").nth(1).expect("the page asks for news").split('"').next().unwrap();
    let of_issue = of_issue.replace("&#38;", "&");
    assert_eq!(browser.get(&of_issue).await.json(), json!({"text": ""}));

    app.report(&project, &json!({"message": "out of stock"})).await;
    app.report(&project, &json!({"message": "no till", "environment": "staging"})).await;
    let news = browser.get(&address).await;
    assert_eq!(news.json(), json!({"text": "1 new, 1 changed"}));
    let again = browser.request("GET", &address).header("If-None-Match", news.header("etag"));
    let again = browser.send(again).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(browser.get(&of_issue).await.json(), json!({"text": "1 newer event"}));
    let filtered = format!("{address}&environment=staging");
    assert_eq!(browser.get(&filtered).await.json(), json!({"text": "1 new"}), "as the list is filtered");
    assert_eq!(browser.get("/organizations/acme/issues/live/?query=%22&since=1").await.status, 400);

    let outsider = app.member(&project, "out@acme.example", Role::Member, false).await;
    let outsider = app.sign_in(&outsider).await;
    assert_eq!(outsider.get(&address).await.json(), json!({"text": ""}));
    assert_eq!(outsider.get(&of_issue).await.status, 404);
}
