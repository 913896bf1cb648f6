//! What pages weigh (ui.md 11): bytes on the wire, bytes to parse, elements.

use chrono::TimeDelta;
use picket::services::seed::{self, Plan};
use serde_json::{Value, json};

use crate::support::{Client, TestApp, gzip};

/// Weights of a page.
#[derive(Clone, Copy, Debug)]
struct Weight {
    packed: usize,
    raw: usize,
    elements: usize,
}

impl Weight {
    const LIST: Self = Self { packed: 12_000, raw: 600_000, elements: 1_500 };
    const TYPICAL: Self = Self { packed: 25_000, raw: 600_000, elements: 5_000 };
    const WORST: Self = Self { packed: 60_000, raw: 600_000, elements: 5_000 };

    fn of(page: &str) -> Self {
        let opens = |pair: &&[u8]| pair[0] == b'<' && pair[1].is_ascii_lowercase();
        let elements = page.as_bytes().windows(2).filter(opens).count();
        Self { packed: gzip(page.as_bytes()).len(), raw: page.len(), elements }
    }
}

async fn check(browser: &Client, path: &str, limit: Weight) {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{path}");
    let weight = Weight::of(&page.body);
    let fits = weight.packed <= limit.packed && weight.raw <= limit.raw && weight.elements <= limit.elements;
    assert!(fits, "{path} weighs {weight:?}, limit {limit:?}");
}

/// Frames with source and variables, as an SDK sends them.
fn frames(count: usize, variables: &Value) -> Vec<Value> {
    let frame = |number: usize| {
        json!({
            "filename": format!("shop/orders/step_{number}.py"), "module": format!("shop.orders.step_{number}"),
            "function": format!("handle_{number}"), "lineno": 40 + number, "in_app": number.is_multiple_of(3),
            "pre_context": ["def handle(order):", "    total = 0", "    for line in order.lines:"],
            "context_line": format!("        total += price(line, {number})"),
            "post_context": ["    if total < 0:", "        raise ValueError(total)", "    return total"],
            "vars": variables,
        })
    };
    (0..count).map(frame).collect()
}

fn exception(kind: &str, value: &str, frames: &[Value]) -> Value {
    json!({"platform": "python", "exception": {"values": [
        {"type": kind, "value": value, "stacktrace": {"frames": frames}}]}})
}

async fn issue_path(app: &TestApp, title: &str) -> String {
    let id: i64 = sqlx::query_scalar("SELECT id FROM issues WHERE title LIKE $1 || '%'")
        .bind(title)
        .fetch_one(&app.app.db)
        .await
        .expect("the issue");
    format!("/organizations/acme/issues/{id}/")
}

#[tokio::test]
async fn lists_and_issues_of_a_busy_organization_are_light() {
    let app = TestApp::spawn().await;
    let user = app.user("admin@acme.example", true).await;
    let plan = Plan {
        organization: "Demo".to_owned(),
        projects: 4,
        issues: 60,
        events: 3_000,
        days: 2,
        until: app.app.clock.now() - TimeDelta::minutes(1),
        seed: 1,
    };
    seed::run(&app.app, plan, |_| {}).await.expect("a seeded organization");
    let browser = app.sign_in(&user).await;
    for path in [
        "/organizations/demo/issues/",
        "/organizations/demo/issues/?sort=freq",
        "/demo/account-service/",
        "/demo/account-service/dashboard/?statsPeriod=7d",
    ] {
        check(&browser, path, Weight::LIST).await;
    }
    let issues: Vec<i64> = sqlx::query_scalar("SELECT id FROM issues ORDER BY times_seen DESC LIMIT 12")
        .fetch_all(&app.app.db)
        .await
        .expect("issues");
    for id in issues {
        check(&browser, &format!("/organizations/demo/issues/{id}/"), Weight::TYPICAL).await;
        check(&browser, &format!("/organizations/demo/issues/{id}/tags/"), Weight::TYPICAL).await;
        check(&browser, &format!("/organizations/demo/issues/{id}/events/"), Weight::TYPICAL).await;
    }
}

#[tokio::test]
async fn the_heaviest_events_stay_within_limits() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let browser = app.sign_in(&project.owner).await;
    let variables = json!({"order": {"id": 4711, "lines": [1, 2, 3]}, "total": 12, "currency": "EUR"});
    let long = (0..1_200).map(|number| format!("{number:x}")).collect::<Vec<_>>().join(" ");
    let chinese = "支付网关在结算过程中返回了无法识别的响应".repeat(20);
    for (kind, event) in [
        ("SixtyFrames", exception("SixtyFrames", "deep", &frames(60, &variables))),
        ("Megabyte", exception("Megabyte", &long, &frames(50, &json!({ "blob": long, "rows": [long, long] })))),
        ("错误", exception("错误", &chinese, &frames(20, &json!({ "订单": chinese })))),
    ] {
        app.report(&project, &event).await;
        let path = issue_path(&app, kind).await;
        for view in ["", "?stack=full", "?stack=raw", "grouping/", "events/"] {
            check(&browser, &format!("{path}{view}"), Weight::WORST).await;
        }
    }
    check(&browser, "/acme/shop/", Weight::LIST).await;
}
