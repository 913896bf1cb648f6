//! Lists of issues and what their forms do: events in by HTTP, pages out.

use picket::types::role::Role;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Project, TestApp};

const LIST: &str = "/organizations/acme/issues/";

fn error(kind: &str, value: &str) -> Value {
    json!({"platform": "python", "level": "error", "logger": "shop", "release": "shop@1.0", "environment": "production",
        "tags": {"plan": "pro"}, "user": {"id": "7"},
        "exception": {"values": [{"type": kind, "value": value, "stacktrace": {"frames": [
            {"filename": format!("{kind}.py"), "function": "pay", "lineno": 3, "in_app": true}]}}]}})
}

async fn three_issues() -> (TestApp, Project, Client) {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    for (kind, value) in [("KeyError", "'sku'"), ("ValueError", "no cart"), ("TypeError", "<b>bold</b>")] {
        app.report(&project, &error(kind, value)).await;
    }
    let browser = app.sign_in(&project.owner).await;
    (app, project, browser)
}

async fn issue_id(app: &TestApp, title: &str) -> i64 {
    sqlx::query_scalar("SELECT id FROM issues WHERE title LIKE $1 || '%'")
        .bind(title)
        .fetch_one(&app.app.db)
        .await
        .expect("the issue")
}

/// Everything a person can change, as one text.
async fn snapshot(app: &TestApp) -> String {
    sqlx::query_scalar(
        "SELECT jsonb_build_object(
            'issues', (SELECT jsonb_agg(to_jsonb(issues) ORDER BY id) FROM issues),
            'snoozes', (SELECT jsonb_agg(to_jsonb(issue_snoozes) ORDER BY issue_id) FROM issue_snoozes),
            'resolutions', (SELECT jsonb_agg(to_jsonb(issue_resolutions) ORDER BY issue_id) FROM issue_resolutions),
            'bookmarks', (SELECT jsonb_agg(issue_id ORDER BY issue_id) FROM issue_bookmarks),
            'activities', (SELECT jsonb_agg(to_jsonb(activities) ORDER BY id) FROM activities))::text",
    )
    .fetch_one(&app.app.db)
    .await
    .expect("a snapshot")
}

async fn status(app: &TestApp, id: i64) -> String {
    sqlx::query_scalar("SELECT status FROM issues WHERE id = $1").bind(id).fetch_one(&app.app.db).await.expect("a row")
}

async fn act(browser: &Client, ids: &[i64], action: &str) -> Answer {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let mut fields: Vec<(&str, &str)> = ids.iter().map(|id| ("id", id.as_str())).collect();
    fields.extend([("action", action), ("next", "/acme/shop/")]);
    let answer = browser.post_form(LIST, &fields).await;
    assert_eq!((answer.status, answer.location()), (303, "/acme/shop/"), "{action}: {}", answer.body);
    answer
}

/// The way back that the next page offers.
async fn undo_path(browser: &Client) -> String {
    let page = browser.get("/acme/shop/").await.body;
    let start = page.find("/undo/").unwrap_or_else(|| panic!("no undo in {page}"));
    page[start..].split('"').next().expect("a path").to_owned()
}

#[tokio::test]
async fn rows_tell_what_was_seen() {
    let (_app, _, browser) = three_issues().await;
    for path in ["/acme/shop/", LIST] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 200);
        for shown in ["KeyError", "&#39;sku&#39;", "SHOP-1", "SHOP-3", "shop", "&#60;b&#62;bold&#60;/b&#62;"] {
            assert!(page.body.contains(shown), "{path}: no {shown}");
        }
        assert_eq!(page.body.matches("data-issue>").count(), 3, "{path}");
        assert!(!page.body.contains("<b>bold"), "{path}");
    }
}

#[tokio::test]
async fn queries_choose_and_say_what_they_do_not_understand() {
    let (app, _, browser) = three_issues().await;
    let id = issue_id(&app, "KeyError").await;
    act(&browser, &[id], "resolve").await;
    for (query, rows) in [
        ("", 3),
        ("is:resolved", 1),
        ("is:unresolved", 2),
        ("plan:pro", 3),
        ("plan:free", 0),
        ("release:shop@1.0 cart", 1),
        ("\"no cart\"", 1),
        ("100%", 0),
        ("level:fatal", 0),
        ("assigned:me", 0),
        ("timesSeen:>many", 0),
    ] {
        let encoded: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let page = browser.get(&format!("/acme/shop/?query={encoded}")).await;
        assert_eq!((page.status, page.body.matches("data-issue>").count()), (200, rows), "{query}");
        assert_eq!(page.body.contains("id=\"query-problem\""), query.starts_with("timesSeen"), "{query}");
    }
    let page = browser.get("/acme/shop/?environment=staging&query=").await;
    assert_eq!(page.body.matches("data-issue>").count(), 0);
}

#[tokio::test]
async fn the_environment_is_remembered() {
    let (app, project, browser) = three_issues().await;
    app.report(&project, &json!({"message": "elsewhere", "environment": "canary"})).await;
    let rows = |page: &Answer| page.body.matches("data-issue>").count();
    assert_eq!(rows(&browser.get("/acme/shop/?query=").await), 4);
    assert_eq!(rows(&browser.get("/acme/shop/?query=&environment=canary").await), 1);
    let again = browser.get("/acme/shop/?query=").await;
    assert_eq!(rows(&again), 1);
    assert!(again.body.contains("<option selected>canary</option>"));
    assert_eq!(rows(&browser.get("/organizations/acme/issues/?query=").await), 4, "each place has its own");
    assert_eq!(rows(&browser.get("/acme/shop/?query=&environment=").await), 4);
    assert_eq!(rows(&browser.get("/acme/shop/?query=").await), 4);
}

#[tokio::test]
async fn every_order_pages_forth_and_back() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    for number in 0..30 {
        let event =
            json!({"message": format!("message {}", char::from(b'A' + number)), "fingerprint": [number.to_string()]});
        app.report(&project, &event).await;
    }
    let browser = app.sign_in(&project.owner).await;
    for sort in ["date", "new", "priority", "freq", "user"] {
        let first = browser.get(&format!("/acme/shop/?sort={sort}")).await.body;
        assert_eq!((titles(&first).len(), link(&first, "prev")), (25, None), "{sort}");
        let second = browser.get(&link(&first, "next").expect("a second page")).await.body;
        assert_eq!((titles(&second).len(), link(&second, "next")), (5, None), "{sort}");
        let mut all = [titles(&first), titles(&second)].concat();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 30, "{sort}");
        let back = browser.get(&link(&second, "prev").expect("a way back")).await.body;
        assert_eq!(titles(&back), titles(&first), "{sort}");
    }
}

fn titles(page: &str) -> Vec<String> {
    page.split("class=\"title\"").skip(1).filter_map(|rest| rest.split(['>', '<']).nth(1)).map(str::to_owned).collect()
}

fn link(page: &str, relation: &str) -> Option<String> {
    let rest = page.split(&format!("rel=\"{relation}\" href=\"")).nth(1)?;
    Some(rest.split('"').next()?.replace("&amp;", "&").replace("&#38;", "&"))
}

#[tokio::test]
async fn every_change_is_taken_back_exactly() {
    let (app, project, browser) = three_issues().await;
    let ids = [issue_id(&app, "KeyError").await, issue_id(&app, "ValueError").await];
    act(&browser, &[ids[0]], "ignore-10").await;
    act(&browser, &[ids[1]], "bookmark").await;
    let assign = format!("assign-team-{}", project.team.id);
    for action in [
        "resolve",
        "resolve-next",
        "resolve-current",
        "unresolve",
        "ignore",
        "ignore-2h",
        "ignore-100-hour",
        "ignore-users-10",
        "assign-me",
        assign.as_str(),
        "bookmark",
        "unbookmark",
    ] {
        let before = snapshot(&app).await;
        act(&browser, &ids, action).await;
        assert_ne!(snapshot(&app).await, before, "{action} changed nothing");
        let path = undo_path(&browser).await;
        let answer = browser.post_form(&path, &[("next", "/acme/shop/")]).await;
        assert_eq!(answer.status, 303, "{action}");
        assert_eq!(snapshot(&app).await, before, "{action}");
        assert_eq!(browser.post_form(&path, &[]).await.status, 303);
        assert_eq!(snapshot(&app).await, before, "{action}: a second undo");
    }
}

#[tokio::test]
async fn what_somebody_changed_meanwhile_stays() {
    let (app, _, browser) = three_issues().await;
    let ids = [issue_id(&app, "KeyError").await, issue_id(&app, "ValueError").await];
    act(&browser, &ids, "resolve").await;
    let path = undo_path(&browser).await;
    act(&browser, &ids[..1], "ignore").await;
    browser.post_form(&path, &[]).await;
    assert_eq!((status(&app, ids[0]).await, status(&app, ids[1]).await), ("ignored".into(), "unresolved".into()));
}

#[tokio::test]
async fn counts_in_words_are_what_happened() {
    let (app, _, browser) = three_issues().await;
    let ids = [issue_id(&app, "KeyError").await, issue_id(&app, "ValueError").await];
    act(&browser, &ids[..1], "resolve").await;
    browser.get("/acme/shop/").await;
    act(&browser, &ids, "resolve").await;
    let page = browser.get("/acme/shop/").await.body;
    assert!(page.contains("One issue resolved. 1 were so already."), "{page}");
    assert!(!browser.get("/acme/shop/").await.body.contains("One issue resolved"));
}

#[tokio::test]
async fn deletion_asks_first_and_then_deletes_everything() {
    let (app, _, browser) = three_issues().await;
    let id = issue_id(&app, "KeyError").await;
    let fields = |confirm: Option<&'static str>| {
        let mut fields =
            vec![("id", id.to_string()), ("action", "delete".to_owned()), ("next", "/acme/shop/".to_owned())];
        fields.extend(confirm.map(|confirm| ("confirm", confirm.to_owned())));
        fields
    };
    let post = async |confirm| {
        let fields = fields(confirm);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post_form(LIST, &fields).await
    };
    assert!(post(None).await.body.contains("name=\"confirm\""));
    assert_eq!(post(Some("2")).await.status, 422);
    assert_eq!(status(&app, id).await, "unresolved");
    assert_eq!(post(Some("1")).await.status, 303);
    assert_eq!(browser.get(&format!("{LIST}{id}/")).await.status, 404);
    picket::worker::drain(&app.app).await.expect("jobs run");
    let left: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM issues WHERE id = $1) + (SELECT count(*) FROM events WHERE issue_id = $1)
            + (SELECT count(*) FROM issue_tags WHERE issue_id = $1)",
    )
    .bind(id)
    .fetch_one(&app.app.db)
    .await
    .expect("a count");
    assert_eq!(left, 0);
}

#[tokio::test]
async fn all_matching_reaches_beyond_the_page() {
    let (app, _, browser) = three_issues().await;
    let answer = browser
        .post_form(LIST, &[("all", "1"), ("query", "is:unresolved"), ("action", "ignore"), ("next", "/acme/shop/")])
        .await;
    assert_eq!(answer.status, 303);
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM issues WHERE status = 'unresolved'")
        .fetch_one(&app.app.db)
        .await
        .expect("a count");
    assert_eq!(left, 0);
}

#[tokio::test]
async fn strangers_and_outsiders_see_and_change_nothing() {
    let (app, project, _) = three_issues().await;
    let id = issue_id(&app, "KeyError").await;
    let page = format!("{LIST}{id}/");

    let anonymous = app.anonymous();
    for path in ["/acme/shop/", LIST, page.as_str()] {
        let answer = anonymous.get(path).await;
        assert!(answer.status == 303 || answer.status == 302, "{path}: {}", answer.status);
        assert!(answer.location().starts_with("/auth/login/"), "{path}: {}", answer.location());
    }
    assert_ne!(anonymous.post_form(LIST, &[("id", "1"), ("action", "resolve")]).await.status, 200);

    let stranger = app.user("stranger@else.example", false).await;
    let stranger = app.sign_in(&stranger).await;
    let outsider = app.member(&project, "outsider@acme.example", Role::Member, false).await;
    let outsider = app.sign_in(&outsider).await;
    for path in
        ["/acme/shop/", page.as_str(), &format!("{page}events/"), &format!("{page}tags/"), &format!("{page}grouping/")]
    {
        assert_eq!(stranger.get(path).await.status, 404, "{path}");
        assert_eq!(outsider.get(path).await.status, 404, "{path}");
    }
    let id_text = id.to_string();
    let fields = [("id", id_text.as_str()), ("action", "resolve")];
    assert_eq!(stranger.post_form(LIST, &fields).await.status, 404);
    outsider.post_form(LIST, &fields).await;
    outsider.post_form(LIST, &[("all", "1"), ("query", ""), ("action", "resolve")]).await;
    assert_eq!(status(&app, id).await, "unresolved");
    assert!(!outsider.get(LIST).await.body.contains("KeyError"));
}

#[tokio::test]
async fn ids_and_old_addresses_lead_to_the_issue() {
    let (app, project, browser) = three_issues().await;
    let event_id = app.report(&project, &error("KeyError", "'sku'")).await;
    let id = issue_id(&app, "KeyError").await;
    let issue = format!("{LIST}{id}/");
    let event = format!("{issue}events/{event_id}/");
    for (old, new) in [
        (format!("/acme/shop/?query={event_id}"), event.clone()),
        ("/acme/shop/?query=SHOP-1".to_owned(), issue.clone()),
        (format!("/acme/shop/issues/{id}/"), issue.clone()),
        (format!("/acme/shop/issues/{id}/events/latest/?a=b"), format!("{issue}events/latest/?a=b")),
        (format!("/acme/shop/group/{id}/tags/"), format!("{issue}tags/")),
        ("/acme/issues/SHOP-1/".to_owned(), issue.clone()),
        (format!("/acme/shop/events/{event_id}/"), event.clone()),
        (format!("/organizations/acme/projects/shop/events/{event_id}/"), event.clone()),
        ("/acme/".to_owned(), LIST.to_owned()),
        ("/organizations/acme/".to_owned(), LIST.to_owned()),
    ] {
        let answer = browser.get(&old).await;
        assert!(matches!(answer.status, 302 | 303), "{old}: {}", answer.status);
        assert_eq!(answer.location(), new, "{old}");
    }
}
