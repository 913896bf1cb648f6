//! URLs, proxies and networks: what happens when the address in the browser is not the configured one, and who may come
//! in from where.

use std::net::SocketAddr;

use picket::config::LiveConfig;
use picket::types::clock::Clock;
use picket::volatile::Volatile;
use picket::web::Listeners;
use reqwest::RequestBuilder;
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::{Client, Project, TestApp, stores};

/// A server that believes to be at `http://errors.example`.
async fn spawn() -> TestApp {
    TestApp::spawn_with(|config| {
        "http://errors.example".clone_into(&mut config.system.url_prefix);
        config.system.accepted_hosts = vec!["errors.intern".to_owned()];
    })
    .await
}

#[tokio::test]
async fn forms_of_other_sites_change_nothing_and_say_what_arrived() {
    let app = spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    let post = |headers: &[(&str, &str)]| {
        let request = browser.request("POST", "/settings/account/look/").form(&[("theme", "dark")]);
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    };
    for (headers, expected) in [
        (&[][..], 303),
        (&[("sec-fetch-site", "same-origin")], 303),
        (&[("origin", "http://errors.example")], 303),
        (&[("origin", "http://errors.intern")], 303),
        (&[("origin", "https://evil.example")], 403),
        (&[("origin", "null")], 403),
        (&[("sec-fetch-site", "cross-site")], 403),
        (&[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")], 403),
        (&[("sec-fetch-site", "same-site"), ("origin", "https://evil.errors.example")], 403),
        // Nobody believes a stranger's proxy headers.
        (&[("origin", "https://evil.example"), ("x-forwarded-host", "errors.example")], 403),
    ] {
        assert_eq!(browser.send(post(headers)).await.status, expected, "{headers:?}");
    }
    let refused = browser.send(post(&[("origin", "https://errors.company.example")])).await;
    for part in [
        "The form came from another address",
        "https://errors.company.example",
        "proxy_set_header Host $http_host;",
        "system.url-prefix: https://errors.company.example",
        "picket_session=…",
        "http://errors.example",
    ] {
        assert!(refused.body.contains(part), "{part} is not in {}", refused.body);
    }
    assert!(browser.send(post(&[("origin", "null")])).await.body.contains("Origin: null"));
    assert!(!browser.send(post(&[("sec-fetch-site", "cross-site")])).await.body.contains("proxy_set_header"));
}

/// A token is not sent along by a browser, so nothing can be forged with it.
#[tokio::test]
async fn scripts_are_not_asked_where_they_come_from() {
    let app = spawn().await;
    let project = app.project().await;
    let script = app.script(&project.owner, &picket::types::scope::Scope::ALL).await;
    let put = |client: &Client| {
        let request = client.request("PUT", "/api/0/projects/acme/shop/").json(&json!({"isBookmarked": true}));
        request.header("origin", "https://evil.example").header("sec-fetch-site", "cross-site")
    };
    assert_eq!(script.send(put(&script)).await.status, 200);
    let browser = app.sign_in(&project.owner).await;
    assert_eq!(browser.send(put(&browser)).await.status, 403);
}

#[tokio::test]
async fn a_wrong_public_url_is_told_and_mended_by_one_click() {
    let app = TestApp::spawn().await;
    let root = app.user("admin@example.com", true).await;
    app.dismiss_banners(&root).await;
    let admin = app.sign_in(&root).await;
    assert!(!admin.get("/organizations/").await.body.contains("class=\"banner\""));
    let at_proxy = || admin.request("GET", "/organizations/").header("referer", "https://errors.example/a/");
    let page = admin.send(at_proxy()).await.body;
    assert!(page.contains("but you are at https://errors.example."), "{page}");
    let wrong = admin.post_form("/manage/public-url/", &[("url", "errors.example")]).await;
    assert_eq!(wrong.status, 400);
    let owner = app.sign_in(&app.project().await.owner).await;
    assert_eq!(owner.post_form("/manage/public-url/", &[("url", "https://evil.example")]).await.status, 403);

    let changed = admin.post_form("/manage/public-url/", &[("url", "https://errors.example")]).await;
    assert_eq!(changed.status, 303, "{}", changed.body);
    assert_eq!(app.app.config.system.url_prefix, "https://errors.example");
    assert!(!admin.send(at_proxy()).await.body.contains("class=\"banner\""));
    let entry: (i16, String, String) =
        sqlx::query_as("SELECT event, target_label, data->>'value' FROM audit_entries ORDER BY id DESC LIMIT 1")
            .fetch_one(&app.app.db)
            .await
            .unwrap();
    assert_eq!(entry, (230, "system.url-prefix".to_owned(), "https://errors.example".to_owned()));
}

#[tokio::test]
async fn pages_and_api_are_for_the_allowed_networks() {
    let app = TestApp::spawn_with(|config| {
        config.web.allowed_networks = vec!["192.0.2.0/24".parse().unwrap()];
        config.web.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    let project = app.project().await;
    let client = app.anonymous();
    let from = |path: &str, address: &str| client.request("GET", path).header("x-forwarded-for", address);
    for path in ["/auth/login/", "/api/0/", "/manage/setup/"] {
        let refused = client.send(from(path, "198.51.100.7")).await;
        assert_eq!(refused.status, 403, "{path}");
        assert!(refused.body.contains("198.51.100.7"), "{path}: {}", refused.body);
        // What the client itself claims comes first in the list, and is not believed.
        assert_eq!(client.send(from(path, "192.0.2.9, 198.51.100.7")).await.status, 403, "{path}");
        assert_ne!(client.send(from(path, "192.0.2.9")).await.status, 403, "{path}");
    }
    assert_eq!(client.get("/_health/").await.status, 200);
    assert_eq!(client.send(event(&client, &project)).await.status, 200, "from anywhere");
}

fn event(client: &Client, project: &Project) -> RequestBuilder {
    let path = format!("/api/{}/store/?sentry_key={}", project.project.id, project.key.public_key);
    client.request("POST", &path).body("{}")
}

/// A second listener for events alone, of the same server.
async fn ingest_listener(app: &TestApp) -> SocketAddr {
    let (everything, ingest) =
        (TcpListener::bind("127.0.0.1:0").await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let address = ingest.local_addr().unwrap();
    let stream = app.app.redis.event_stream();
    let redis = Volatile::connect(&stores::redis_url(), stream.strip_suffix("events").unwrap()).await.unwrap();
    let config = LiveConfig::fixed((*app.app.config).clone());
    let parts = picket::app::App::new(config, app.app.db.clone(), redis, Clock::default()).unwrap();
    let listeners = Listeners { everything, ingest: Some(ingest) };
    app.app.tasks.spawn(picket::web::serve(parts, listeners));
    address
}

#[tokio::test]
async fn a_second_listener_takes_events_and_nothing_else() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let address = ingest_listener(&app).await;
    let client = Client::new(&format!("http://{address}"), None);
    assert_eq!(client.send(event(&client, &project)).await.status, 200);
    assert_eq!(client.get("/_health/").await.status, 200);
    for path in ["/", "/auth/login/", "/manage/setup/", "/api/0/", "/api/0/organizations/", "/_static/x/app.css"] {
        let answer = client.get(path).await;
        assert_eq!((answer.status, answer.body.contains("only events")), (404, true), "{path}");
    }
}

#[tokio::test]
async fn dsns_name_the_address_for_events() {
    let app = TestApp::spawn_with(|config| config.ingest.public_url = Some("https://ingest.example".to_owned())).await;
    let project = app.project().await;
    let owner = app.sign_in(&project.owner).await;
    let path = "/settings/acme/projects/shop/keys/";
    let outside = format!("https://{}@ingest.example/", project.key.public_key);
    assert!(owner.get(path).await.body.contains(&outside));
    let script = app.script(&project.owner, &picket::types::scope::Scope::ALL).await;
    assert!(script.get("/api/0/projects/acme/shop/keys/").await.body.contains(&outside));
    assert!(owner.get("/acme/shop/getting-started/python/").await.body.contains(&outside));

    let saved = owner.post_form(&format!("{path}endpoint/"), &[("endpoint", "inside")]).await;
    assert_eq!(saved.status, 303);
    let inside = format!("http://{}@{}/", project.key.public_key, app.address);
    let page = owner.get(path).await.body;
    assert!(page.contains(&inside) && !page.contains(&outside), "{page}");
}
