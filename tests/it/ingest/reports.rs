//! The crash-report dialog and feedback through the web API.

use serde_json::{Value, json};

use super::{EVENT_ID, Sdk};
use crate::support::{Answer, TestApp};

fn dialog(sdk: &Sdk, more: &str) -> String {
    let dsn: String = url::form_urlencoded::byte_serialize(sdk.dsn().as_bytes()).collect();
    format!("/api/embed/error-page/?dsn={dsn}&eventId=9EC79C33-ec99-42ab-8353-589fcb2e04dc{more}")
}

async fn reports(app: &TestApp) -> Vec<(String, String, String, String)> {
    let query = "SELECT replace(event_id::text, '-', ''), name, email, comments FROM user_reports ORDER BY id";
    sqlx::query_as(query).fetch_all(&app.app.db).await.expect("a table")
}

fn text(texts: [&str; 4]) -> (String, String, String, String) {
    texts.map(str::to_owned).into()
}

#[tokio::test]
async fn the_dialog_is_a_script_that_escapes_what_it_is_given() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let attack = "&name=%22%3E%3C%2Fscript%3E%3Cimg+src%3Dx+onerror%3Dalert(1)%3E&title=%3Cb%3EOops%E2%80%A8";
    let answer = sdk.client.get(&dialog(&sdk, attack)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/javascript; charset=utf-8");
    assert!(!answer.body.contains("</script"), "{}", answer.body);
    assert!(!answer.body.contains("<img"));
    assert!(!answer.body.contains('\u{2028}'));
    let literal = answer.body.split("wrapper.innerHTML = ").nth(1).unwrap().split(";\n").next().unwrap();
    let html: String = serde_json::from_str(literal).unwrap();
    assert!(!html.contains("<img") && !html.contains("<b>"), "{html}");
    assert!(html.contains("alert(1)") && html.contains("Oops"), "shown as text");
    assert!(html.contains(EVENT_ID));

    let chinese = sdk.client.get(&dialog(&sdk, "&lang=zh-CN")).await;
    assert!(chinese.body.contains("提交报告"));
    let page = sdk.client.request("GET", &dialog(&sdk, attack)).header("accept", "text/html,*/*");
    let page = sdk.send(page).await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.body.contains("<form") && !page.body.contains("<img"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
}

#[tokio::test]
async fn what_users_write_is_kept() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let path = dialog(&sdk, "");
    for comments in ["first", "second"] {
        let fields = [("name", "Ann"), ("email", "ann@a.test"), ("comments", comments)];
        let request = sdk.client.request("POST", &path).header("origin", "https://shop.test").form(&fields);
        let answer = sdk.send(request).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, "https://shop.test"));
    }
    assert_eq!(reports(&app).await, [text([EVENT_ID, "Ann", "ann@a.test", "second"])]);
}

#[tokio::test]
async fn the_dialog_says_what_is_wrong() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let missing = json!("Missing or invalid parameter.");
    let good = dialog(&sdk, "");
    for (path, status, field) in [
        (good.replace("9EC79C33", "xx"), 400, "eventId"),
        ("/api/embed/error-page/".to_owned(), 400, "eventId"),
        (format!("/api/embed/error-page/?eventId={EVENT_ID}"), 404, "dsn"),
        (good.replace(&sdk.key.public_key, EVENT_ID), 404, "dsn"),
    ] {
        for method in ["GET", "POST"] {
            let answer = sdk.send(sdk.client.request(method, &path)).await;
            assert_eq!(answer.status, status, "{method} {path}");
            assert_eq!(answer.json()[field], missing, "{method} {path}");
        }
    }
    let fields = [("name", ""), ("email", "nonsense"), ("comments", "x")];
    let answer = sdk.client.post_form(&dialog(&sdk, "&lang=zh"), &fields).await;
    assert_eq!(answer.status, 400);
    let expected = json!({ "errors": { "name": ["此项必填。"], "email": ["请输入有效的邮箱地址。"] } });
    assert_eq!(answer.json(), expected);
    let context: Value = serde_json::from_str(answer.header("x-sentry-context")).unwrap();
    assert_eq!(context, expected);

    sqlx::query(r#"UPDATE projects SET settings = '{"allowed_domains":["shop.test"]}'"#)
        .execute(&app.app.db)
        .await
        .unwrap();
    app.app.clock.advance(chrono::TimeDelta::seconds(61));
    let request = sdk.client.request("GET", &good).header("origin", "https://evil.test");
    assert_eq!(sdk.send(request).await.status, 403);
    assert!(reports(&app).await.is_empty());
}

async fn feedback(sdk: &Sdk, path: &str, authorization: &str, body: &Value) -> Answer {
    let request = sdk.client.request("POST", path).header("authorization", authorization).json(body);
    sdk.send(request).await
}

#[tokio::test]
async fn feedback_comes_with_a_dsn() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let other = app.project_named("other", "site").await;
    let path = "/api/0/projects/acme/shop/user-feedback/";
    let dsn = format!("DSN {}", sdk.dsn());
    let body = json!({ "event_id": EVENT_ID, "name": "Ann", "email": "ann@a.test", "comments": "broke" });
    let answer = feedback(&sdk, path, &dsn, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let report = answer.json();
    assert_eq!((&report["eventID"], &report["comments"]), (&json!(EVENT_ID), &json!("broke")));
    assert_eq!(reports(&app).await, [text([EVENT_ID, "Ann", "ann@a.test", "broke"])]);

    let wrong_key = dsn.replace(&sdk.key.public_key, EVENT_ID);
    assert_eq!(feedback(&sdk, path, &wrong_key, &body).await.status, 401);
    assert_eq!(feedback(&sdk, path, "DSN nonsense", &body).await.json()["detail"], "Invalid token");
    let other_dsn = format!("DSN https://{}@h/{}", other.key.public_key, other.project.id);
    assert_eq!(feedback(&sdk, path, &other_dsn, &body).await.status, 400);
    let invalid = feedback(&sdk, path, &dsn, &json!({ "event_id": "x", "name": "a" })).await;
    assert_eq!(invalid.status, 400);
    assert_eq!(invalid.json()["email"], json!(["This field is required."]));
    assert_eq!(invalid.json()["event_id"], json!(["Enter a valid event id."]));

    app.app.clock.advance(chrono::TimeDelta::minutes(4));
    assert_eq!(feedback(&sdk, path, &dsn, &body).await.status, 200);
    app.app.clock.advance(chrono::TimeDelta::minutes(2));
    let late = feedback(&sdk, path, &dsn, &body).await;
    assert_eq!((late.status, &late.json()["detail"]), (409, &json!("Feedback for this event cannot be modified.")));
}
