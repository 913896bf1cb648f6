//! How pages look to somebody: language, theme, and the clock that times are shown by.

use picket::store::users;
use serde_json::json;

use crate::support::{PASSWORD, TestApp};

const PATH: &str = "/settings/account/appearance/";
/// Half past six in the evening, a day later in Shanghai.
const AT: &str = "2026-11-20T18:27:03Z";

/// Puts the server's clock there.
fn go_to(app: &TestApp) {
    let at: chrono::DateTime<chrono::Utc> = AT.parse().expect("a time");
    app.app.clock.advance(at - app.app.clock.now());
}

#[tokio::test]
async fn preferences_take_effect_on_the_next_page() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    let form = [
        ("language", "zh-CN"),
        ("theme", "dark"),
        ("density", "compact"),
        ("stack_view", "nonsense"),
        ("stack_order", "oldest"),
        ("clock", "12"),
    ];
    assert_eq!(browser.post_form(PATH, &form).await.status, 303);
    let page = browser.get(PATH).await;
    assert!(page.body.contains(r#"<html lang="zh-CN" data-theme="dark" data-density="compact">"#));
    assert!(page.body.contains("已保存") && !page.body.contains("data-shortcuts"));
    let user = users::find(&app.app.db, user.id).await.unwrap().unwrap();
    assert_eq!((user.stack_view.as_str(), user.stack_newest_first, user.clock_24_hours), ("app", false, false));
    assert_eq!(app.anonymous().post_form(PATH, &form).await.status, 303);
    assert_eq!(app.anonymous().get(PATH).await.location(), format!("/auth/login/?next={}", PATH.replace('/', "%2F")));
}

#[tokio::test]
async fn a_zone_that_is_none_is_refused_and_nothing_changes() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    for wrong in ["Mars/Base", "UTC+8", "../etc/passwd", "Asia/Shanghai\0", &"x".repeat(5000)] {
        let answer = browser.post_form(PATH, &[("time_zone", wrong), ("theme", "dark")]).await;
        assert_eq!(answer.status, 422, "{wrong:?}");
        assert!(answer.body.contains("No time zone has this name"), "{wrong:?}");
        let api = json!({"options": {"timezone": wrong, "language": "zh-CN"}});
        assert_eq!(browser.put_json("/api/0/users/me/", &api).await.status, 400, "{wrong:?}");
    }
    let kept = users::find(&app.app.db, user.id).await.unwrap().unwrap();
    assert_eq!((kept.time_zone, kept.theme, kept.language), (None, "auto".to_owned(), None));
    let api = json!({"options": {"timezone": "Asia/Kathmandu", "clock24Hours": false}});
    let answer = browser.put_json("/api/0/users/me/", &api).await.json();
    assert_eq!(
        (&answer["options"]["timezone"], &answer["options"]["clock24Hours"]),
        (&json!("Asia/Kathmandu"), &json!(false))
    );
}

/// Every page is written by the server in the viewer's zone: in the one they chose, else in the browser's.
#[tokio::test]
async fn times_are_shown_by_the_viewers_clock() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let crumbs = json!([{"timestamp": "2026-11-20T18:26:00Z", "message": "click"}]);
    let event = json!({"message": "boom", "timestamp": AT, "breadcrumbs": crumbs, "tags": {"a": "b"}});
    go_to(&app);
    let id = app.report(&project, &event).await;
    let browser = app.sign_in(&project.owner).await;
    browser.post_form("/settings/acme/teams/", &[("name", "Payments")]).await;
    let issue: i64 = sqlx::query_scalar("SELECT id FROM issues").fetch_one(&app.app.db).await.unwrap();
    let chosen = issue.to_string();
    browser.post_form("/organizations/acme/issues/", &[("id", chosen.as_str()), ("action", "resolve")]).await;
    let path = format!("/organizations/acme/issues/{issue}/events/{id}/");
    let body = async |path: &str| browser.get(path).await.body;
    for (zone, clock, words, crumb, stamp, file) in [
        ("", "24", "Nov 20, 2026, 18:27:03 UTC", ">18:26:00<", "2026-11-20 18:27 UTC", "2026-11-20T18:27:03.000Z"),
        (
            "Asia/Shanghai",
            "24",
            "Nov 21, 2026, 02:27:03 UTC+08:00",
            ">02:26:00<",
            "2026-11-21 02:27 UTC+08:00",
            "2026-11-21T02:27:03.000+08:00",
        ),
        (
            "America/New_York",
            "12",
            "Nov 20, 2026, 1:27:03 PM UTC-05:00",
            ">1:26:00 PM<",
            "2026-11-20 1:27 PM UTC-05:00",
            "2026-11-20T13:27:03.000-05:00",
        ),
    ] {
        assert_eq!(browser.post_form(PATH, &[("time_zone", zone), ("clock", clock)]).await.status, 303);
        let page = body(&path).await;
        assert!(page.contains(words) && page.contains(crumb), "{zone}: {page}");
        let log = body("/settings/acme/audit-log/").await;
        assert!(log.contains(stamp), "{zone}: {log}");
        assert!(body("/settings/acme/audit-log/export/").await.contains(&file[..16]), "{zone}");
        let tags = body(&format!("/organizations/acme/issues/{issue}/tags/a/export/")).await;
        assert!(tags.contains(file), "{zone}: {tags}");
        assert!(body("/organizations/acme/activity/").await.contains(&words[..12]), "{zone}");
    }
}

#[tokio::test]
async fn who_chose_no_zone_gets_that_of_the_browser() {
    let app = TestApp::spawn().await;
    go_to(&app);
    let user = app.user("lin@example.com", false).await;
    let client = app.anonymous();
    let signed_in = client.post_form("/auth/login/", &[("username", &user.email), ("password", PASSWORD)]).await;
    let session = signed_in.header("set-cookie").split(';').next().unwrap().to_owned();
    let page = async |cookie: &str| {
        let request = client.request("GET", PATH).header("cookie", format!("{session}; {cookie}"));
        client.send(request).await.body
    };
    let shown = page("picket_zone=Asia/Shanghai").await;
    assert!(shown.contains("now shown in Asia/Shanghai: 2026-11-21 02:27 UTC+08:00"), "{shown}");
    for none in ["", "picket_zone=", "picket_zone=Mars/Base", "picket_zone=%00<b>", "x_picket_zone=Asia/Shanghai"] {
        assert!(page(none).await.contains("2026-11-20 18:27 UTC"), "{none}");
    }
}

/// A time that is typed is meant by the clock that the page shows.
#[tokio::test]
async fn ignoring_until_a_time_means_the_viewers_time() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    app.report(&project, &json!({"message": "boom"})).await;
    let browser = app.sign_in(&project.owner).await;
    browser.post_form(PATH, &[("time_zone", "Asia/Shanghai")]).await;
    let issue: i64 = sqlx::query_scalar("SELECT id FROM issues").fetch_one(&app.app.db).await.unwrap();
    let id = issue.to_string();
    let act = async |fields: &[(&str, &str)]| {
        let mut form = vec![("id", id.as_str()), ("action", "ignore-custom")];
        form.extend(fields);
        browser.post_form("/organizations/acme/issues/", &form).await
    };
    assert!(act(&[]).await.body.contains("Until (Asia/Shanghai)"));
    assert_eq!(act(&[("until", "2999-01-01T10:00")]).await.status, 303);
    let until: chrono::DateTime<chrono::Utc> =
        sqlx::query_scalar("SELECT until_at FROM issue_snoozes").fetch_one(&app.app.db).await.unwrap();
    assert_eq!(until.to_rfc3339(), "2999-01-01T02:00:00+00:00");
    let page = browser.get(&format!("/organizations/acme/issues/{id}/")).await.body;
    assert!(page.contains("until Jan 1, 2999, 10:00:00 UTC+08:00"), "{page}");
}
