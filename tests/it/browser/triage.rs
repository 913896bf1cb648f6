//! A day's work on issues, from the list to the decision and back: in both languages, with script and without.

use chrono::TimeDelta;
use fantoccini::Locator;
use picket::worker;
use serde_json::json;

use super::driver::{Browser, Script, with_browser};
use super::reading::{count, reads, waits_for};
use super::stage::{Look, Stage};

const LIST: &str = "/organizations/acme/issues/";

/// Sends an event of an issue in a release, and has it saved.
async fn report(stage: &Stage, kind: &str, release: &str) {
    let event = json!({
        "platform": "python", "release": release,
        "exception": {"values": [{"type": kind, "value": "cannot pay", "stacktrace": {"frames": [
            {"filename": format!("shop/{kind}.py"), "function": "pay", "lineno": 3, "in_app": true,
             "context_line": "    raise PaymentDeclined(cart)"}]}}]},
    });
    // Whatever comes within seconds of a change belongs to what was before it.
    stage.test.app.clock.advance(TimeDelta::seconds(10));
    stage.test.report(&stage.project, &event).await;
}

async fn state(stage: &Stage, kind: &str) -> (String, bool) {
    sqlx::query_as("SELECT status, is_regressed FROM issues WHERE title LIKE $1 || '%'")
        .bind(kind)
        .fetch_one(&stage.test.app.db)
        .await
        .expect("the issue")
}

async fn number(stage: &Stage, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&stage.test.app.db).await.expect(sql)
}

/// Runs a walk in every language, with script and without; each time with another name for what it makes.
async fn in_every_way(stage: &Stage, walk: impl AsyncFn(&Browser, &str)) {
    for (script, letter) in [(Script::On, 'S'), (Script::Off, 'N')] {
        with_browser(stage.test.url(""), script, async |browser| {
            browser.resize(1360, 900).await;
            stage.sign_in(browser).await;
            for language in ["en", "zh-CN"] {
                stage.look(Look { language, theme: "light", density: "cozy" }).await;
                walk(browser, &format!("Declined{letter}{}", &language[..2])).await;
                assert_eq!(browser.complaints().await, Vec::<String>::new());
            }
        })
        .await;
    }
}

async fn search(browser: &Browser, query: &str) {
    let form = browser.client.form(Locator::Css("form.search")).await.expect("the search");
    form.set_by_name("query", query).await.expect("its field");
    form.submit().await.expect("the form is sent");
}

#[tokio::test]
async fn an_issue_is_found_read_decided_and_taken_back() {
    let stage = Stage::new().await;
    in_every_way(&stage, async |browser, kind| {
        for release in ["shop@1.0.0", "shop@1.1.0"] {
            report(&stage, kind, release).await;
        }
        report(&stage, &format!("Other{kind}"), "shop@1.0.0").await;
        browser.open(LIST).await;
        search(browser, &format!("is:unresolved {kind}.py")).await;
        reads(browser, &format!("{kind}.py")).await;
        waits_for(browser, ".issue .title").await;
        assert_eq!(count(browser, "[data-issue]").await, 2, "file names are searched, by parts");
        search(browser, &format!("is:unresolved \"shop/{kind}.py\"")).await;
        waits_for(browser, &format!("input[value='is:unresolved \"shop/{kind}.py\"']")).await;
        assert_eq!(count(browser, "[data-issue]").await, 1);
        browser.click(".issue .title").await;
        reads(browser, "raise PaymentDeclined(cart)").await;
        let path = browser.path().await;

        browser.click(".issue-actions .split summary").await;
        browser.click("button[value=resolve-next]").await;
        waits_for(browser, "button[value=unresolve]").await;
        browser.screenshot(&format!("triage-{kind}-resolved")).await;
        for (release, expected) in [
            ("shop@1.0.0", ("resolved", false)),
            ("shop@1.1.0", ("resolved", false)),
            ("shop@1.2.0", ("unresolved", true)),
        ] {
            report(&stage, kind, release).await;
            let (status, is_regressed) = state(&stage, kind).await;
            assert_eq!((status.as_str(), is_regressed), expected, "{kind} in {release}");
        }
        browser.open(&path).await;
        reads(browser, "1.2.0").await;
        waits_for(browser, ".status-strip").await;
        browser.screenshot(&format!("triage-{kind}-regressed")).await;
        browser.click("button[value=resolve]").await;
        waits_for(browser, ".strip form button").await;
        assert_eq!(state(&stage, kind).await.0, "resolved");
        browser.click(".strip form button").await;
        waits_for(browser, "button[value=resolve]").await;
        assert_eq!(state(&stage, kind).await, ("unresolved".to_owned(), true), "as it was");
        // The next round must not find newer releases.
        sqlx::query("DELETE FROM issues").execute(&stage.test.app.db).await.expect("issues go");
        sqlx::query("DELETE FROM releases").execute(&stage.test.app.db).await.expect("releases go");
    })
    .await;
}

#[tokio::test]
async fn people_talk_about_an_issue() {
    let stage = Stage::new().await;
    in_every_way(&stage, async |browser, kind| {
        report(&stage, kind, "shop@1.0.0").await;
        let issue = stage.latest_issue().await;
        browser.open(&format!("{LIST}{issue}/activity/")).await;
        let form = browser.client.form(Locator::Css("form.comment")).await.expect("a form");
        form.set_by_name("text", "The **gateway** says no").await.expect("a field");
        browser.click("form.comment button[value=save]").await;
        waits_for(browser, ".activity .markdown strong").await;
        browser.screenshot(&format!("triage-{kind}-comment")).await;
        browser.open(LIST).await;
        waits_for(browser, "[data-issue]").await;
    })
    .await;
    assert_eq!(number(&stage, "SELECT sum(comments_count)::bigint FROM issues").await, 4);
}

/// More than a page, and more than a request waits for.
const MANY: i64 = 5_200;

const RESOLVED: &str = "SELECT count(*) FROM issues WHERE status = 'resolved'";

#[tokio::test]
async fn thousands_are_changed_watched_stopped_and_taken_back() {
    let stage = Stage::new().await;
    sqlx::query(
        "INSERT INTO issues (project_id, short_id, event_type, level, platform, title, first_seen, last_seen, active_at)
        SELECT $1, n, 'error', 'error', 'python', 'Error ' || n, now(), now(), now() FROM generate_series(1, $2) AS n",
    )
    .bind(stage.project.project.id.0)
    .bind(MANY)
    .execute(&stage.test.app.db)
    .await
    .expect("issues");
    in_every_way(&stage, async |browser, kind| {
        let resolve_all = async || {
            browser.open("/acme/shop/").await;
            browser.click("input[name=all]").await;
            browser.click(".bulk button[value=resolve]").await;
            waits_for(browser, ".job progress").await;
        };
        // Asked to stop before it has begun.
        resolve_all().await;
        browser.click("form[action$='/cancel/'] button").await;
        waits_for(browser, ".job .notice").await;
        worker::drain(&stage.test.app).await.expect("jobs run");
        let path = browser.path().await;
        browser.open(&path).await;
        waits_for(browser, ".job [role=status]").await;
        assert_eq!(number(&stage, RESOLVED).await, 0);
        resolve_all().await;
        browser.screenshot(&format!("triage-{kind}-job")).await;
        let path = browser.path().await;
        worker::drain(&stage.test.app).await.expect("jobs run");
        browser.open(&path).await;
        reads(browser, if kind.ends_with("zh") { "5,200" } else { "5,200 issues changed" }).await;
        assert_eq!(number(&stage, RESOLVED).await, MANY);
        browser.click("form[action$='/undo/'] button").await;
        while browser.path().await == path {
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        waits_for(browser, ".job").await;
        worker::drain(&stage.test.app).await.expect("jobs run");
        assert_eq!(number(&stage, RESOLVED).await, 0, "as it was");
    })
    .await;
}

/// Waits for the job that a page began, has it done, and shows its page again.
async fn finish_job(stage: &Stage, browser: &Browser) {
    waits_for(browser, ".job").await;
    worker::drain(&stage.test.app).await.expect("jobs run");
    let path = browser.path().await;
    browser.open(&path).await;
    waits_for(browser, ".job [role=status]").await;
}

#[tokio::test]
async fn issues_are_merged_and_taken_apart() {
    let stage = Stage::new().await;
    in_every_way(&stage, async |browser, kind| {
        sqlx::query("UPDATE issues SET status = 'resolved'").execute(&stage.test.app.db).await.expect("a query");
        for half in ["A", "A", "B"] {
            report(&stage, &format!("{kind}{half}"), "shop@1.0.0").await;
        }
        let before = number(&stage, "SELECT count(*) FROM issues").await;
        browser.open("/acme/shop/").await;
        for tick in browser.client.find_all(Locator::Css("input[name=id]")).await.expect("a selector") {
            tick.click().await.expect("it can be seen");
        }
        browser.click(".bulk button[value=merge]").await;
        waits_for(browser, "input[name=confirm]").await;
        browser.screenshot(&format!("triage-{kind}-merge")).await;
        let form = browser.client.form(Locator::Css("main form")).await.expect("a form");
        form.set_by_name("confirm", "2").await.expect("a field");
        browser.click("button.primary[value=merge]").await;
        finish_job(&stage, browser).await;
        assert_eq!(number(&stage, "SELECT count(*) FROM issues").await, before - 1);
        browser.open("/acme/shop/").await;
        browser.click(".issue .title").await;
        waits_for(browser, "[data-issue-page]").await;
        reads(browser, &format!("{kind}B")).await;

        let path = browser.path().await;
        browser.open(&format!("{path}merged/")).await;
        assert_eq!(count(browser, "input[name=hash]").await, 2);
        browser.click("input[name=hash]").await;
        browser.click("form[action$='/merged/'] button").await;
        waits_for(browser, "button[name=confirm]").await;
        browser.screenshot(&format!("triage-{kind}-unmerge")).await;
        browser.click("button[name=confirm]").await;
        finish_job(&stage, browser).await;
        assert_eq!(number(&stage, "SELECT count(*) FROM issues").await, before);
        let counted = "SELECT count(*) FROM issues WHERE times_seen IN (1, 2) AND status = 'unresolved'";
        assert_eq!(number(&stage, counted).await, 2);
    })
    .await;
}
