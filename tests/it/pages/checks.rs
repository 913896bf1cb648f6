//! Set-up checks, made to fail one by one: each says what it saw and what to do (ui.md 14, item 9).

use chrono::TimeDelta;
use picket::config::Config;
use picket::volatile::heartbeats::{Heartbeat, Latency};
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::proxy::{self, Edit};
use crate::support::{Client, MailServer, TestApp};

/// Where the check is shown, from its id to its buttons.
async fn found(admin: &Client, check: &str) -> String {
    let ran = admin.post_form(&format!("/manage/checks/{check}/"), &[]).await;
    assert_eq!(ran.status, 303, "{}", ran.body);
    let page = admin.get("/manage/checks/").await.body;
    let (_, rest) = page.split_once(&format!("id=\"check-{check}\"")).expect("the check is listed");
    rest.split("</li>").next().unwrap_or_default().to_owned()
}

async fn expect(admin: &Client, check: &str, state: &str, parts: &[&str]) {
    let found = found(admin, check).await;
    assert!(found.contains(&format!("data-state=\"{state}\"")), "{check} should be {state}: {found}");
    for part in parts {
        assert!(found.contains(part), "{check}: {part} is not in {found}");
    }
}

async fn admin(app: &TestApp) -> Client {
    app.sign_in(&app.user("admin@example.com", true).await).await
}

#[tokio::test]
async fn a_fresh_installation_says_what_is_missing() {
    let app = TestApp::spawn().await;
    let admin = admin(&app).await;
    assert!(admin.get("/manage/checks/").await.body.contains("not run"));
    for (check, state, parts) in [
        ("public-url", "warning", &["127.0.0.1", "Set system.url-prefix"][..]),
        ("reach-myself", "ok", &["200"]),
        ("upload-url", "ok", &["chunk-upload"]),
        ("proxy-headers", "ok", &["peer 127.0.0.1"]),
        ("client-address", "ok", &[]),
        ("cookies", "warning", &["travel in the clear"]),
        ("mail", "warning", &["No mail leaves"]),
        // The tests' own database forgets in a power cut.
        ("database", "failed", &["PostgreSQL", "fsync false"]),
        ("worker", "failed", &["nobody saves them", "picket run worker"]),
        ("latency", "ok", &[]),
        ("clock", "ok", &["ms"]),
        ("retention", "failed", &["picket cleanup"]),
        ("secret-key", "ok", &[]),
        ("registration", "ok", &[]),
        ("directory", "ok", &["auth.ldap.server-uri: -"]),
        ("single-sign-on", "ok", &["auth.oidc.issuer: -"]),
        ("outbound", "ok", &["0 hosts"]),
        ("sdks", "ok", &["0 of 0"]),
        ("update", "ok", &[env!("CARGO_PKG_VERSION"), "asks nobody on the internet"]),
    ] {
        expect(&admin, check, state, parts).await;
    }
    // How full this machine is, nobody knows.
    assert!(found(&admin, "disk").await.contains("GiB"));
    assert_eq!(admin.post_form("/manage/checks/nothing/", &[]).await.status, 404);
    let owner = app.sign_in(&app.project().await.owner).await;
    assert_eq!(owner.get("/manage/checks/").await.status, 403);
    assert_eq!(owner.post_form("/manage/checks/", &[]).await.status, 403);
    assert_eq!(owner.post_form("/manage/checks/mail/", &[]).await.status, 403);
}

#[tokio::test]
async fn what_is_set_wrong_is_named() {
    let app = TestApp::spawn_with(|config| {
        config.system.secret_key = Some("short".to_owned());
        config.web.allow_registration = true;
    })
    .await;
    let admin = admin(&app).await;
    expect(&admin, "secret-key", "failed", &["can be guessed", "picket config generate-secret-key"]).await;
    expect(&admin, "registration", "warning", &["may make an account", "auth.allow-registration: false"]).await;

    let request = || admin.request("GET", "/organizations/").header("referer", "https://errors.example/");
    for _ in 0..20 {
        admin.send(request()).await;
    }
    let parts = ["https://errors.example", "by another address", "name=\"url\" value=\"https://errors.example\""];
    expect(&admin, "public-url", "failed", &parts).await;
    admin.post_form("/manage/public-url/", &[("url", "https://errors.example")]).await;
    for _ in 0..20 {
        admin.send(request()).await;
    }
    expect(&admin, "public-url", "ok", &["https://errors.example"]).await;
}

#[tokio::test]
async fn mail_that_cannot_leave_says_why() {
    let server = MailServer::start(None).await;
    let port = server.port;
    let app = TestApp::spawn_with(move |config| {
        config.mail.port = port;
    })
    .await;
    let admin = admin(&app).await;
    let set = |rows: &[(&str, &str)]| {
        app.app.config.set_stored(rows.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect());
    };
    set(&[("mail.host", "127.0.0.1")]);
    expect(&admin, "mail", "failed", &["http://127.0.0.1", "Set system.url-prefix"]).await;
    let url = ("system.url-prefix", "http://errors.example");
    set(&[("mail.host", "127.0.0.1"), url]);
    expect(&admin, "mail", "warning", &["root@localhost", "SPF"]).await;
    let from = ("mail.from", "picket@errors.example");
    set(&[("mail.host", "127.0.0.1"), url, from]);
    expect(&admin, "mail", "ok", &["0 held"]).await;
    set(&[("mail.host", "127.0.0.1"), url, from, ("mail.username", "picket")]);
    expect(&admin, "mail", "failed", &["wrong name or password", "cannot be used"]).await;
    assert!(server.taken().is_empty(), "a check sends nothing");
}

#[tokio::test]
async fn processes_and_their_speed_are_looked_at() {
    let app = TestApp::spawn().await;
    let admin = admin(&app).await;
    let beat = |role: &str, version: &str, p95| Heartbeat {
        role: role.to_owned(),
        process: format!("{role}-1"),
        version: version.to_owned(),
        at: app.app.clock.now(),
        started_at: app.app.clock.now(),
        latency: Some(Latency { p50: p95, p95, events: 10 }),
    };
    let version = env!("CARGO_PKG_VERSION");
    app.app.redis.beat(&beat("worker", version, 40_000)).await.unwrap();
    expect(&admin, "worker", "failed", &["picket run cron"]).await;
    expect(&admin, "latency", "failed", &["40000 ms", "more workers"]).await;
    app.app.redis.beat(&beat("cron", version, 0)).await.unwrap();
    app.app.redis.beat(&beat("worker", version, 20)).await.unwrap();
    expect(&admin, "worker", "ok", &["worker 1, cron 1"]).await;
    expect(&admin, "latency", "ok", &["20 ms"]).await;
    app.app.redis.beat(&beat("cron", "0.0.1", 0)).await.unwrap();
    expect(&admin, "worker", "warning", &["0.0.1", "different versions"]).await;

    let users =
        "INSERT INTO event_users (tag_value_id, project_id, ip) SELECT n, 1, $1 FROM generate_series($2::bigint, $3) n";
    for (ip, from, to, state) in [("10.0.0.9", 1, 19, "ok"), ("10.0.0.9", 20, 40, "failed"), ("8.8.8.8", 41, 60, "ok")]
    {
        sqlx::query(users).bind(ip).bind(from).bind(to).execute(&app.app.db).await.unwrap();
        expect(&admin, "client-address", state, &["10.0.0.9"]).await;
    }
    let done = "INSERT INTO jobs (kind, payload, state, run_at, created_at, finished_at)
        VALUES ('clean_up', '{}', 'done', now(), now(), now() - $1::interval)";
    sqlx::query(done).bind("27 hours").execute(&app.app.db).await.unwrap();
    expect(&admin, "retention", "failed", &["more than a day"]).await;
    sqlx::query(done).bind("1 hour").execute(&app.app.db).await.unwrap();
    expect(&admin, "retention", "ok", &[]).await;
}

#[tokio::test]
async fn directories_and_providers_that_do_not_answer_are_told() {
    let app = TestApp::spawn().await;
    let admin = admin(&app).await;
    let set = |rows: &[(&str, &str)]| {
        app.app.config.set_stored(rows.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect());
    };
    set(&[("auth.ldap.server-uri", "ldap://127.0.0.1:1")]);
    expect(&admin, "directory", "failed", &["Connect: ", "127.0.0.1:1", "Nobody can sign in by the directory"]).await;
    set(&[("auth.oidc.issuer", "https://127.0.0.1:1"), ("auth.oidc.client-id", "picket")]);
    let parts = ["https://127.0.0.1:1", "Nobody can sign in by the identity provider"];
    expect(&admin, "single-sign-on", "failed", &parts).await;
}

#[tokio::test]
async fn what_clients_do_wrong_is_told_by_project() {
    let app = TestApp::spawn().await;
    let (admin, project) = (admin(&app).await, app.project().await);
    let now = app.app.clock.now();
    app.report(&project, &json!({"message": "new", "sdk": {"name": "sentry.python", "version": "2.1.0"}})).await;
    expect(&admin, "sdks", "ok", &["0 of 1"]).await;
    expect(&admin, "clock", "ok", &[]).await;
    app.report(&project, &json!({"message": "old", "sdk": {"name": "raven-js", "version": "3.9.1<b>"}})).await;
    let old = ["acme/", "raven-js 3.9.1&#60;b&#62; → @sentry/browser", "not maintained any more"];
    expect(&admin, "sdks", "warning", &old).await;
    let ahead = (now + TimeDelta::hours(3)).timestamp();
    app.report(&project, &json!({"message": "future", "timestamp": ahead})).await;
    expect(&admin, "clock", "warning", &["acme/", "future_timestamp", "by a clock that is wrong"]).await;
}

#[tokio::test]
async fn refused_destinations_and_other_versions_are_told() {
    let app = TestApp::spawn().await;
    let admin = admin(&app).await;
    let now = app.app.clock.now();
    for (host, hours_ago) in [("yesterday.internal", 25), ("maps.internal", 2)] {
        app.app.redis.note_restricted(host, now - TimeDelta::hours(hours_ago)).await.unwrap();
    }
    let parts = ["1 hosts refused: maps.internal", "source-maps.allowed-hosts:"];
    expect(&admin, "outbound", "warning", &parts).await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
        VALUES (99991231235959, 'newer', TRUE, '', 0)";
    sqlx::query(newer).execute(&app.app.db).await.unwrap();
    expect(&admin, "update", "failed", &["1 migrations of a newer version", "Run that version here"]).await;
    sqlx::query("DELETE FROM _sqlx_migrations").execute(&app.app.db).await.unwrap();
    expect(&admin, "update", "failed", &["missing", "picket upgrade"]).await;
}

/// A server whose public URL is that of a proxy.
async fn behind(edit: Edit, change: fn(&mut Config)) -> (TestApp, Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = TestApp::spawn_with(move |config| {
        config.system.url_prefix.clone_from(&url);
        change(config);
    })
    .await;
    app.app.tasks.spawn(proxy::start(listener, app.address, edit));
    let admin = admin(&app).await;
    (app, admin)
}

fn without(head: &str, name: &str) -> String {
    let lines = head.split_inclusive("\r\n").filter(|line| !line.to_ascii_lowercase().starts_with(name));
    lines.collect()
}

fn with(head: &str, line: &str) -> String {
    head.replacen("\r\n", &format!("\r\n{line}\r\n"), 1)
}

#[tokio::test]
async fn what_a_proxy_does_wrong_is_shown_with_its_line() {
    let (_app, admin) = behind(|head| Ok(with(&without(&head, "host:"), "Host: picket:9000")), |_| ()).await;
    expect(&admin, "upload-url", "failed", &["picket:9000", "proxy_set_header Host $http_host;"]).await;

    let (_app, admin) = behind(|head| Ok(without(&head, "origin:")), |_| ()).await;
    expect(&admin, "cookies", "failed", &["takes the Origin header away"]).await;

    let forwards: Edit = |head| Ok(with(&head, "X-Forwarded-For: 198.51.100.7"));
    let (_app, admin) = behind(forwards, |config| config.web.trusted_proxies.clear()).await;
    expect(&admin, "proxy-headers", "failed", &["198.51.100.7", "web.trusted-proxies:"]).await;
    let (_app, admin) = behind(forwards, |_| ()).await;
    expect(&admin, "proxy-headers", "ok", &["198.51.100.7"]).await;
}

#[tokio::test]
async fn too_small_a_limit_of_a_proxy_is_found() {
    let (_app, admin) = behind(
        |head| {
            let length =
                head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let is_large = length.unwrap_or(0) > 2 << 20;
            let refusal = "HTTP/1.1 413 Too Large\r\nServer: nginx\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            if is_large { Err(refusal.to_owned()) } else { Ok(head) }
        },
        |_| (),
    )
    .await;
    expect(&admin, "body-size", "warning", &["8 MiB", "client_max_body_size"]).await;
}

#[tokio::test]
async fn another_service_at_the_public_url_is_told_from_none() {
    let other: Edit =
        |_| Err("HTTP/1.1 200 OK\r\nServer: other\r\nContent-Length: 7\r\nConnection: close\r\n\r\nwelcome".to_owned());
    let (_app, admin) = behind(other, |_| ()).await;
    expect(&admin, "reach-myself", "failed", &["welcome", "Something else answers"]).await;
    let app = TestApp::spawn_with(|config| "http://127.0.0.1:1".clone_into(&mut config.system.url_prefix)).await;
    let admin = self::admin(&app).await;
    expect(&admin, "reach-myself", "failed", &["http://127.0.0.1:1", "cannot be reached"]).await;
}

/// What a probe sees is nobody else's business.
#[tokio::test]
async fn probes_answer_to_their_sender_alone() {
    let app = TestApp::spawn().await;
    let answer = app.anonymous().post_form(&format!("/_health/probe/{}/", "0".repeat(64)), &[]).await;
    assert_eq!((answer.status, answer.body.as_str()), (404, ""));
}
