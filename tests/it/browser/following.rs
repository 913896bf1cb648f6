//! A job's page follows the job: with script it exchanges what changed and lets be who reads it.

use picket::worker;

use super::driver::{Browser, Script, with_browser};
use super::stage::Stage;

const HELD: &str = "return document.activeElement.textContent";

async fn text(browser: &Browser, script: &str) -> String {
    browser.evaluate(script).await.as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_jobs_page_follows_it_without_taking_the_focus() {
    let stage = Stage::new().await;
    sqlx::query(
        "INSERT INTO issues (project_id, short_id, event_type, level, platform, title, first_seen, last_seen, active_at)
        SELECT $1, n, 'error', 'error', 'python', 'Error ' || n, now(), now(), now() FROM generate_series(1, 200) AS n",
    )
    .bind(stage.project.project.id.0)
    .execute(&stage.test.app.db)
    .await
    .expect("issues");
    with_browser(stage.test.url(""), Script::On, async |browser| {
        browser.resize(1360, 900).await;
        stage.sign_in(browser).await;
        browser.open("/acme/shop/").await;
        browser.click("input[name=all]").await;
        browser.click(".bulk button[value=resolve]").await;
        browser.wait_for("document.querySelector('.job progress')").await;
        browser.evaluate("window.same = true; document.querySelector('.job button').focus()").await;
        sqlx::query("UPDATE jobs SET state = 'running', done = 50, started_at = now() WHERE user_id IS NOT NULL")
            .execute(&stage.test.app.db)
            .await
            .expect("a job");
        browser.wait_for("document.querySelector('.job progress').value == 50").await;
        assert_eq!(text(browser, HELD).await, "Cancel", "who was about to cancel still is");

        sqlx::query("UPDATE jobs SET state = 'waiting', done = 0 WHERE user_id IS NOT NULL")
            .execute(&stage.test.app.db)
            .await
            .expect("a job");
        worker::drain(&stage.test.app).await.expect("jobs run");
        browser.wait_for("document.querySelector('.job [role=status]')").await;
        assert_eq!(text(browser, HELD).await, "To the issues", "not on what would take it back");
        assert_eq!(browser.evaluate("return window.same === true").await, true, "the page was never loaded anew");
    })
    .await;
}
