//! What holds for every endpoint.

use std::time::{Duration, Instant};

use picket::types::scope::Scope;
use serde_json::json;

use super::{each, keys_of};
use crate::support::TestApp;

#[tokio::test]
async fn unknown_paths_methods_and_bodies_are_answered_in_json() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let script = app.script(&project.owner, &Scope::ALL).await;

    let unknown = script.get("/api/0/nothing/here/").await;
    assert_eq!((unknown.status, unknown.header("content-type")), (404, "application/json"));
    assert_eq!(keys_of(&unknown.json()), "detail");

    let method = script.send(script.request("PATCH", "/api/0/projects/acme/shop/")).await;
    assert_eq!((method.status, method.header("allow")), (405, "GET,HEAD,PUT,DELETE"));
    assert_eq!(keys_of(&method.json()), "detail");

    for (content_type, body, expected) in [
        ("application/json", "{not json", 400),
        ("application/json", "[1]", 400),
        ("text/plain", "name=x", 415),
        ("application/json; charset=utf-8", r#"{"name": "Shop 2"}"#, 200),
    ] {
        let request = script.request("PUT", "/api/0/projects/acme/shop/").header("content-type", content_type);
        let answer = script.send(request.body(body)).await;
        assert_eq!(answer.status, expected, "{content_type} {body}");
        assert!(expected == 200 || keys_of(&answer.json()) == "detail", "{}", answer.body);
    }
}

#[tokio::test]
async fn readers_are_led_to_the_slash() {
    let app = TestApp::spawn().await;
    let answer = app.anonymous().get("/api/0/organizations/acme?x=%2F").await;
    assert_eq!((answer.status, answer.location()), (301, "/api/0/organizations/acme/?x=%2F"));
    assert_eq!(app.anonymous().delete("/api/0/organizations/acme").await.status, 404);
}

#[tokio::test]
async fn a_base_path_stays_in_redirects_and_links() {
    let app = TestApp::spawn_with(|config| config.system.url_prefix.push_str("/errors")).await;
    let project = app.project().await;
    let script = app.script(&project.owner, &Scope::ALL).await;
    assert_eq!(script.get("/errors/api/0/projects").await.location(), "/errors/api/0/projects/");
    let link = script.get("/errors/api/0/projects/").await;
    let expected = format!("<{}/api/0/projects/?&cursor=100:-1:1>", app.app.config.system.url_prefix);
    assert!(link.header("link").starts_with(&expected), "{}", link.header("link"));
}

#[tokio::test]
async fn lists_come_in_pages() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let script = app.script(&project.owner, &Scope::ALL).await;
    for name in ["api", "web"] {
        script.post_json("/api/0/teams/acme/team/projects/", &json!({"name": name})).await;
    }
    let first = script.get("/api/0/organizations/acme/projects/?per_page=2&query=").await;
    assert_eq!(each(&first.json(), "slug"), ["api", "shop"]);
    let url = app.url("/api/0/organizations/acme/projects/?per_page=2&query=");
    assert_eq!(
        first.header("link"),
        format!(
            r#"<{url}&cursor=2:-1:1>; rel="previous"; results="false"; cursor="2:-1:1", <{url}&cursor=2:1:0>; rel="next"; results="true"; cursor="2:1:0""#
        )
    );
    let second = script.get("/api/0/organizations/acme/projects/?per_page=2&query=&cursor=2:1:0").await;
    assert_eq!(each(&second.json(), "slug"), ["web"]);
    assert!(second.header("link").contains(r#"rel="previous"; results="true""#));
    assert!(second.header("link").contains(r#"rel="next"; results="false""#));
    assert_eq!(script.get("/api/0/organizations/acme/projects/?cursor=soon").await.status, 400);
}

#[tokio::test]
async fn other_sites_cannot_use_a_session() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let browser = app.sign_in(&project.owner).await;
    assert_eq!(browser.get("/api/0/projects/acme/shop/").await.status, 200);
    let request = browser.request("DELETE", "/api/0/projects/acme/shop/").header("sec-fetch-site", "cross-site");
    assert_eq!(browser.send(request).await.status, 403);
    assert_eq!(browser.delete("/api/0/projects/acme/shop/").await.status, 204);
}

#[tokio::test]
async fn a_request_that_stands_still_ends_and_a_slow_upload_goes_on() {
    let limit = Duration::from_millis(400);
    let app = TestApp::spawn_with(move |config| config.web.request_timeout = limit).await;
    let project = app.project().await;
    let script = app.script(&project.owner, &Scope::ALL).await;
    let browser = app.sign_in(&project.owner).await;

    // Longer than the limit in all, and never silent for as long.
    let pieces = ["{\"na", "me\":", " \"S", "lo", "w\"", "}"].map(|piece| Ok::<_, std::io::Error>(piece.as_bytes()));
    let slow = futures_util::StreamExt::then(futures_util::stream::iter(pieces), async |piece| {
        tokio::time::sleep(Duration::from_millis(150)).await;
        piece
    });
    let begun = Instant::now();
    let request = script.request("PUT", "/api/0/projects/acme/shop/").header("content-type", "application/json");
    let answer = script.send(request.body(reqwest::Body::wrap_stream(slow))).await;
    assert_eq!((answer.status, answer.json()["name"].as_str()), (200, Some("Slow")));
    assert!(begun.elapsed() > limit);

    let mut held = app.app.db.begin().await.unwrap();
    sqlx::query("LOCK TABLE projects IN ACCESS EXCLUSIVE MODE").execute(&mut *held).await.unwrap();
    let begun = Instant::now();
    let answer = script.get("/api/0/projects/acme/shop/").await;
    assert_eq!((answer.status, keys_of(&answer.json()).as_str()), (503, "detail"));
    let page = browser.get("/organizations/acme/projects/").await;
    assert_eq!(page.status, 503);
    assert!(page.body.contains("</html>"), "in the form of a page");
    assert!(begun.elapsed() < Duration::from_secs(5));
    held.rollback().await.unwrap();
    assert_eq!(script.get("/api/0/projects/acme/shop/").await.status, 200);
}
