//! The page of an issue: what was sent is shown, and nothing of it acts.

use std::time::Instant;

use serde_json::{Value, json};

use crate::support::{Client, TestApp, hostile};

async fn shown(event: &Value) -> (TestApp, Client, String) {
    let app = TestApp::spawn().await;
    let (browser, path) = report(&app, event).await;
    (app, browser, path)
}

/// Sends an event; the owner's browser and the event's page.
async fn report(app: &TestApp, event: &Value) -> (Client, String) {
    let project = app.project().await;
    let id = app.report(&project, event).await;
    let browser = app.sign_in(&project.owner).await;
    let issue: i64 = sqlx::query_scalar("SELECT id FROM issues").fetch_one(&app.app.db).await.expect("one issue");
    (browser, format!("/organizations/acme/issues/{issue}/events/{id}/"))
}

fn fixture(name: &str) -> Value {
    let text = std::fs::read_to_string(format!("tests/fixtures/events/{name}.json")).expect("a fixture");
    serde_json::from_str(&text).expect("JSON")
}

/// The text of a page without its tags.
fn text_of(page: &str) -> String {
    let mut text = String::new();
    for (place, part) in page.split('<').enumerate() {
        text.push_str(if place == 0 { part } else { part.split_once('>').map_or("", |(_, text)| text) });
    }
    text.replace("&#39;", "'").replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[tokio::test]
async fn a_chained_error_is_shown_as_it_was_sent() {
    let (_app, browser, path) = shown(&fixture("python-chained-locals")).await;
    let page = browser.get(&path).await;
    assert_eq!(page.status, 200);
    let text = text_of(&page.body);
    for part in [
        "PaymentDeclined",
        "insufficient_funds",
        "shop/gateway.py in charge at line 73",
        "PaymentDeclined was caused by:",
        "raise PaymentDeclined(reply['reason']) from error",
        "Decimal('116.10')",
        "[Filtered]",
        "Called from:",
        "framework frames",
        "POST",
        "charge failed: 402 Client Error",
        "lin@example.com",
        "CPython",
        "shop@2.14.0",
        "1 of 1 stored",
        "sentry.python.django",
    ] {
        assert!(text.contains(part), "no {part}");
    }
    for (stack, part) in [("full", "django/"), ("raw", "Traceback (most recent call last):")] {
        let page = browser.get(&format!("{path}?stack={stack}")).await.body;
        assert!(text_of(&page).contains(part), "{stack}");
    }
    let oldest = text_of(&browser.get(&format!("{path}?order=oldest")).await.body);
    assert!(oldest.contains("HTTPError led to:"), "{oldest}");
}

#[tokio::test]
async fn every_sample_has_a_page_in_both_languages() {
    let samples = [
        "cocoa-threads",
        "csp-report",
        "dotnet-aspnetcore",
        "go-wrapped",
        "java-chained",
        "javascript-browser",
        "message-breadcrumbs",
        "node-express",
        "php-laravel",
        "python-chained-locals",
        "ruby-rails",
        "rust-panic",
    ];
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let browser = app.sign_in(&project.owner).await;
    for name in samples {
        let id = app.report(&project, &fixture(name)).await;
        for tail in ["", "?lang=zh", "?stack=raw", "?stack=full&order=oldest", "?form=sent"] {
            let target = browser.get(&format!("/acme/shop/events/{id}/")).await;
            let page = browser.get(&format!("{}{tail}", target.location())).await;
            assert_eq!(page.status, 200, "{name}{tail}: {}", page.body);
            assert!(page.body.contains("class=\"event-bar\""), "{name}{tail}");
            assert!(!page.body.contains("style=\"") && !page.body.contains("onclick"), "{name}{tail}");
        }
    }
    let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM issues").fetch_all(&app.app.db).await.expect("issues");
    for id in ids {
        for tab in [
            "",
            "activity/",
            "tags/",
            "events/",
            "grouping/",
            "tags/level/",
            "events/latest/",
            "events/oldest/",
            "events/1/",
        ] {
            let page = browser.get(&format!("/organizations/acme/issues/{id}/{tab}")).await;
            assert_eq!(page.status, 200, "{id}/{tab}: {}", page.body);
        }
    }
}

#[tokio::test]
async fn hostile_texts_are_inert() {
    let (_app, browser, path) = shown(&hostile::scripts()).await;
    let list = "/acme/shop/".to_owned();
    let issue = path.split("events/").next().expect("a path").to_owned();
    let paths = [
        path.clone(),
        format!("{path}?stack=full"),
        format!("{path}?stack=raw"),
        format!("{path}part/exception/"),
        issue.clone(),
        format!("{issue}tags/"),
        format!("{issue}events/"),
        format!("{issue}activity/"),
        format!("{issue}grouping/"),
        list,
    ];
    for path in paths {
        let page = browser.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        let body = page.body.to_lowercase();
        for bad in [
            "<script>alert",
            "<img",
            "href=\"javascript",
            "src=\"javascript",
            " style=\"x",
            "\u{202e}",
            "\u{0}",
            "\u{1b}",
        ] {
            assert!(!body.contains(bad), "{path}: {bad:?}");
        }
        assert!(page.header("content-security-policy").contains("script-src 'self'"), "{path}");
    }
    let page = browser.get(&path).await.body;
    assert!(page.contains("⟨U+202E⟩") && page.contains("␛"), "marks are shown");
    assert!(page.contains("&#39;X-Evil: $(reboot)&#39;\\&#39;&#39;; rm -rf /&#39;"), "curl keeps its quotes");
}

#[tokio::test]
async fn exports_are_what_they_say() {
    let (_app, browser, path) = shown(&hostile::scripts()).await;
    let json = browser.get(&format!("{path}json/")).await;
    assert_eq!((json.status, json.header("content-type")), (200, "application/json; charset=utf-8"));
    assert_eq!(json.header("x-content-type-options"), "nosniff");
    assert_eq!(json.json()["platform"], "javascript");
    for extension in ["txt", "md"] {
        let text = browser.get(&format!("{}.{extension}", path.trim_end_matches('/'))).await;
        assert_eq!((text.status, text.header("content-type")), (200, "text/plain; charset=utf-8"));
        assert!(text.body.contains("SHOP-1") && !text.body.contains('\u{202e}'), "{extension}");
    }
    assert_eq!(browser.get(&format!("{}.exe", path.trim_end_matches('/'))).await.status, 404);
    assert_eq!(browser.get(path.trim_end_matches('/')).await.status, 301);
    let issue = path.split("events/").next().expect("a path");
    for unknown in ["events/00000000000000000000000000000000/", "nothing/", "events/latest/part/nothing/"] {
        assert_eq!(browser.get(&format!("{issue}{unknown}")).await.status, 404, "{unknown}");
    }
}

#[tokio::test]
async fn the_worst_event_stays_within_its_page() {
    let app = TestApp::spawn_with(|config| {
        config.ingest.max_body_bytes = 50 << 20;
        config.ingest.max_event_bytes = 50 << 20;
    })
    .await;
    let (browser, path) = report(&app, &hostile::huge()).await;
    for tail in [
        "",
        "?stack=full",
        "?stack=raw",
        "part/exception/",
        "part/breadcrumbs/",
        "part/extra/",
        "part/packages/",
        "part/request/",
        "part/contexts/",
    ] {
        let started = Instant::now();
        let page = browser.get(&format!("{path}{tail}")).await;
        assert_eq!(page.status, 200, "{tail}");
        let elements = page.body.matches('<').count() - page.body.matches("</").count();
        assert!(
            page.body.len() <= 600_000 && elements <= 5_000,
            "{tail}: {} bytes, {elements} elements",
            page.body.len()
        );
        assert!(started.elapsed().as_secs() < 3, "{tail}");
    }
    let page = browser.get(&path).await.body;
    for more in ["part/exception/", "part/breadcrumbs/", "part/extra/"] {
        assert!(page.contains(more), "no way to {more}");
    }
}

#[tokio::test]
async fn events_lead_to_their_neighbours() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let mut ids = Vec::new();
    for minute in 0..3 {
        let at = app.app.clock.now() - chrono::TimeDelta::minutes(30 - minute);
        ids.push(app.report(&project, &json!({"message": "hello", "timestamp": at.timestamp()})).await);
    }
    let browser = app.sign_in(&project.owner).await;
    let issue: i64 = sqlx::query_scalar("SELECT id FROM issues").fetch_one(&app.app.db).await.expect("one issue");
    let page = format!("/organizations/acme/issues/{issue}/");
    let middle = browser.get(&format!("{page}events/{}/", ids[1])).await.body;
    assert!(middle.contains("2 of 3 stored"));
    assert!(middle.contains(&format!("events/{}/\" rel=\"prev\"", ids[0])), "older");
    assert!(middle.contains(&format!("events/{}/\" rel=\"next\"", ids[2])), "newer");
    for (name, id) in [("", &ids[2]), ("events/latest/", &ids[2]), ("events/oldest/", &ids[0]), ("events/2/", &ids[1])]
    {
        let body = browser.get(&format!("{page}{name}")).await.body;
        assert!(body.contains(&format!("title=\"{id}\"")), "{name}");
    }
    let old_number = browser.get(&format!("{page}events/481516/")).await.body;
    assert!(old_number.contains("this is the newest one") && old_number.contains(&ids[2]));
    sqlx::query("DELETE FROM events").execute(&app.app.db).await.expect("the events are gone");
    let empty = browser.get(&page).await;
    assert_eq!(empty.status, 200);
    assert!(empty.body.contains("No event of this issue is stored any more"));
}

#[tokio::test]
async fn a_damaged_event_is_told_and_the_rest_is_shown() {
    let (app, browser, path) = shown(&fixture("python-chained-locals")).await;
    let issue = path.split("events").next().unwrap();
    // Cut off, garbage, and something that unpacks but is no JSON.
    let no_json = picket::store::event_body::pack(b"{\"title\":").unwrap();
    for body in [&b""[..], &[1, 40, 181, 47], &[99; 50], &no_json] {
        sqlx::query("UPDATE event_bodies SET body = $1").bind(body).execute(&app.app.db).await.unwrap();
        for path in [&path, issue, &format!("{path}part/exception/")] {
            let page = browser.get(path).await;
            assert_eq!(page.status, 200, "{path}");
            let text = text_of(&page.body);
            assert!(text.contains("The stored data of this event is damaged"), "{path}");
            assert!(
                text.contains("PaymentDeclined") && text.contains("1 of 1 stored"),
                "the issue's own facts, {path}"
            );
        }
        let file = path.trim_end_matches('/');
        for path in [format!("{file}.txt"), format!("{file}.md")] {
            let answer = browser.get(&path).await;
            assert_eq!(answer.status, 500, "{path}");
            assert!(answer.body.contains("The stored data of this event is damaged"), "{path} {}", answer.body);
        }
    }
    let chinese = browser.request("GET", &path).header("accept-language", "zh-CN");
    assert!(browser.send(chinese).await.body.contains("存储的数据已损坏"));
}
