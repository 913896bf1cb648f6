//! Changes to more issues than a request waits for: the set as it was chosen, progress, cancelling, taking back.

use chrono::TimeDelta;
use picket::types::role::Role;
use picket::worker;

use crate::support::{Client, Project, TestApp};

const LIST: &str = "/organizations/acme/issues/";

/// A project with many issues.
async fn many(issues: i64) -> (TestApp, Project, Client) {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    sqlx::query(
        "INSERT INTO issues (project_id, short_id, event_type, level, platform, title, first_seen, last_seen, active_at)
        SELECT $1, n, 'error', 'error', 'python', 'Error ' || n, now(), now(), now() FROM generate_series(1, $2) AS n",
    )
    .bind(project.project.id.0)
    .bind(issues)
    .execute(&app.app.db)
    .await
    .expect("issues");
    let browser = app.sign_in(&project.owner).await;
    (app, project, browser)
}

async fn number(app: &TestApp, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&app.app.db).await.expect(sql)
}

async fn execute(app: &TestApp, sql: &'static str) {
    sqlx::query(sql).execute(&app.app.db).await.expect(sql);
}

async fn all(browser: &Client, action: &str, more: &[(&str, &str)]) -> crate::support::Answer {
    let mut fields = vec![("all", "1"), ("query", "is:unresolved"), ("action", action), ("next", "/acme/shop/")];
    fields.extend(more);
    browser.post_form(LIST, &fields).await
}

const RESOLVED: &str = "SELECT count(*) FROM issues WHERE status = 'resolved'";

/// The tab of all issues has an empty query, and "all matching" there are those that it shows.
#[tokio::test]
async fn all_issues_are_all_of_them() {
    let (app, _, browser) = many(8).await;
    execute(&app, "UPDATE issues SET status = 'resolved' WHERE short_id > 5").await;
    let page = browser.get("/acme/shop/?query=").await.body;
    assert!(page.contains("All 8 matching"), "{page}");
    let answer = all(&browser, "bookmark", &[("query", "")]).await;
    assert_eq!(answer.status, 303);
    assert_eq!(number(&app, "SELECT count(*) FROM issue_bookmarks").await, 8);
}

#[tokio::test]
async fn all_matching_are_those_of_the_moment_and_can_be_taken_back() {
    let (app, _, browser) = many(1_000).await;
    execute(&app, "UPDATE issues SET status = 'ignored' WHERE short_id > 988").await;
    let answer = all(&browser, "resolve", &[]).await;
    assert_eq!(answer.status, 303);
    let path = answer.location().to_owned();
    assert!(path.starts_with("/jobs/"), "{path}");
    let page = browser.get(&path).await.body;
    for shown in
        ["Resolve 988 issues", "http-equiv=\"refresh\" content=\"3\"", "<progress value=\"0\" max=\"988\"", "/cancel/"]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(browser.get("/acme/shop/").await.body.contains("One job running"));
    // With script only the part below the title is exchanged.
    assert!(
        page.contains("<noscript><meta http-equiv=\"refresh\"")
            && page.contains(&format!("data-poll=\"{path}status/\""))
    );
    let status = browser.get(&format!("{path}status/")).await.json();
    assert_eq!(status["done"], false);
    assert!(status["html"].as_str().is_some_and(|html| html.contains("<progress value=\"0\"") && page.contains(html)));

    // One that comes to match is left alone, one that is resolved meanwhile was so already, one is gone.
    execute(&app, "UPDATE issues SET status = 'unresolved' WHERE short_id = 1000").await;
    execute(&app, "UPDATE issues SET status = 'resolved' WHERE short_id = 7").await;
    execute(&app, "DELETE FROM issues WHERE short_id = 8").await;
    worker::drain(&app.app).await.expect("jobs run");
    assert_eq!(number(&app, RESOLVED).await, 987);
    let page = browser.get(&path).await.body;
    assert!(page.contains("986 issues changed; one was so already; one was gone by then"), "{page}");
    assert!(!page.contains("http-equiv") && !page.contains("data-poll"), "it is over");
    let status = browser.get(&format!("{path}status/")).await.json();
    assert!(status["done"] == true && status["html"].as_str().is_some_and(|html| html.contains("986 issues changed")));
    assert!(!browser.get("/acme/shop/").await.body.contains("One job running"));

    // Somebody changes one again; a new event of another stays counted.
    let someone = number(&app, "SELECT id FROM issues WHERE short_id = 3").await.to_string();
    browser.post_form(LIST, &[("id", &someone), ("action", "ignore")]).await;
    execute(&app, "UPDATE issues SET times_seen = 41 WHERE short_id = 4").await;
    let undo = browser.post_form(&format!("{path}undo/"), &[]).await;
    let undo_path = undo.location().to_owned();
    worker::drain(&app.app).await.expect("jobs run");
    let page = browser.get(&undo_path).await.body;
    assert!(page.contains("985 issues restored; one stays as somebody left it since"), "{page}");
    assert_eq!(number(&app, RESOLVED).await, 1);
    assert_eq!(number(&app, "SELECT times_seen FROM issues WHERE short_id = 4").await, 41);
    assert_eq!(number(&app, "SELECT count(*) FROM activities WHERE kind = 'set_resolved'").await, 1);
    assert_eq!(number(&app, "SELECT count(*) FROM issue_subscriptions").await, 1);
    assert_eq!(browser.post_form(&format!("{path}undo/"), &[]).await.location(), path, "once");
    assert!(
        browser.get(&path).await.body.contains(&format!("href=\"{undo_path}\"")),
        "it tells that it was taken back"
    );
}

#[tokio::test]
async fn all_matching_stay_within_the_list() {
    let (app, project, browser) = many(3).await;
    sqlx::query("INSERT INTO projects (organization_id, slug, name, created_at) VALUES ($1, 'blog', 'blog', now())")
        .bind(project.organization.id.0)
        .execute(&app.app.db)
        .await
        .expect("a project");
    execute(
        &app,
        "INSERT INTO issues (project_id, short_id, event_type, level, platform, title, first_seen, last_seen, active_at)
        SELECT max(id), 1, 'error', 'error', 'python', 'of the blog', now(), now(), now() FROM projects",
    )
    .await;
    let field = format!("name=\"project\" value=\"{}\"", project.project.id);
    assert!(browser.get("/acme/shop/").await.body.contains(&field));
    assert!(!browser.get(LIST).await.body.contains("name=\"project\""));
    let id = project.project.id.to_string();
    assert_eq!(all(&browser, "resolve", &[("project", &id), ("environment", "nowhere")]).await.status, 303);
    assert_eq!(number(&app, RESOLVED).await, 0, "nothing was seen in that environment");
    assert_eq!(all(&browser, "resolve", &[("project", &id)]).await.status, 303);
    assert_eq!(number(&app, RESOLVED).await, 3);
}

#[tokio::test]
async fn after_ten_minutes_nothing_is_taken_back() {
    let (app, _, browser) = many(101).await;
    let path = all(&browser, "ignore", &[]).await.location().to_owned();
    worker::drain(&app.app).await.expect("jobs run");
    assert!(browser.get(&path).await.body.contains("/undo/"));
    app.app.clock.advance(TimeDelta::minutes(11));
    assert!(!browser.get(&path).await.body.contains("/undo/"));
    browser.post_form(&format!("{path}undo/"), &[]).await;
    worker::drain(&app.app).await.expect("jobs run");
    assert_eq!(number(&app, "SELECT count(*) FROM issues WHERE status = 'ignored'").await, 101);
}

#[tokio::test]
async fn a_job_stops_where_it_is_when_cancelled_and_survives_its_worker() {
    let (app, _, browser) = many(300).await;
    let path = all(&browser, "resolve", &[]).await.location().to_owned();
    // A worker takes it, changes a slice and dies: what is ticked off is done, and only that.
    execute(
        &app,
        "UPDATE jobs SET state = 'running', attempts = 1, leased_until = now() + interval '1 hour', started_at = now()",
    )
    .await;
    execute(
        &app,
        "WITH slice AS (
            UPDATE job_issues SET outcome = 'changed' WHERE issue_id IN (SELECT id FROM issues WHERE short_id <= 100)
            RETURNING issue_id
        ), counted AS (UPDATE jobs SET done = 100)
        UPDATE issues SET status = 'resolved' FROM slice WHERE id = issue_id",
    )
    .await;
    worker::drain(&app.app).await.expect("jobs run");
    assert_eq!(number(&app, RESOLVED).await, 100, "the dead worker's lease runs");
    assert!(browser.get(&path).await.body.contains("100 of 300"));
    assert_eq!(browser.post_form(&format!("{path}cancel/"), &[]).await.status, 303);
    assert!(browser.get(&path).await.body.contains("It is being stopped"));
    app.app.clock.advance(TimeDelta::hours(2));
    worker::drain(&app.app).await.expect("jobs run");
    assert_eq!(number(&app, RESOLVED).await, 100);
    let page = browser.get(&path).await.body;
    assert!(page.contains("Cancelled") && page.contains("100 issues changed; 200 were not come to"), "{page}");

    let second = all(&browser, "resolve", &[]).await.location().to_owned();
    execute(&app, "UPDATE jobs SET state = 'running', attempts = 1, leased_until = now() WHERE state = 'waiting'")
        .await;
    app.app.clock.advance(TimeDelta::hours(2));
    worker::drain(&app.app).await.expect("jobs run");
    assert_eq!(number(&app, RESOLVED).await, 300);
    assert_eq!(number(&app, "SELECT count(*) FROM activities").await, 200, "each once");
    assert!(browser.get(&second).await.body.contains("200 issues changed"));
}

#[tokio::test]
async fn deleting_all_asks_for_the_number_of_the_moment() {
    let (app, _, browser) = many(150).await;
    let question = all(&browser, "delete", &[]).await;
    assert!(question.body.contains("Delete 150 issues?"), "{}", question.body);
    assert_eq!(question.body.matches("<li><span class=\"mono\">SHOP-").count(), 25, "it names some");
    assert!(question.body.contains("and 125 more"));
    let token = question.body.split("name=\"selection\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let token = token.expect("what was chosen is written down");
    execute(&app, "INSERT INTO issues (project_id, short_id, event_type, level, platform, title, first_seen, last_seen, active_at)
        SELECT project_id, 999, 'error', 'error', 'python', 'new', now(), now(), now() FROM issues LIMIT 1").await;
    let confirm = async |number: &str| {
        let fields = [("selection", token), ("action", "delete"), ("confirm", number), ("next", "/acme/shop/")];
        browser.post_form(LIST, &fields).await
    };
    assert_eq!(confirm("151").await.status, 422);
    let answer = confirm("150").await;
    assert!(answer.location().starts_with("/jobs/"), "{}", answer.body);
    let gone = "SELECT count(*) FROM issues WHERE status = 'pending_deletion'";
    assert_eq!(number(&app, gone).await, 150, "at once");
    worker::drain(&app.app).await.expect("jobs run");
    assert_eq!(number(&app, "SELECT count(*) FROM issues").await, 1);
    assert!(browser.get(answer.location()).await.body.contains("150 issues deleted"));
}

#[tokio::test]
async fn a_cancelled_deletion_gives_back_what_it_has_not_come_to() {
    let (app, _, browser) = many(150).await;
    execute(&app, "UPDATE issues SET status = 'ignored' WHERE short_id = 150").await;
    let fields = [("all", "1"), ("query", " "), ("action", "delete"), ("confirm", "150")];
    let path = browser.post_form(LIST, &fields).await.location().to_owned();
    browser.post_form(&format!("{path}cancel/"), &[]).await;
    worker::drain(&app.app).await.expect("jobs run");
    assert_eq!(number(&app, "SELECT count(*) FROM issues WHERE status = 'unresolved'").await, 149);
    assert_eq!(number(&app, "SELECT count(*) FROM issues WHERE status = 'ignored'").await, 1);
}

#[tokio::test]
async fn a_failed_job_says_why_and_runs_again() {
    let (app, _, browser) = many(120).await;
    let path = all(&browser, "resolve-next", &[]).await.location().to_owned();
    worker::drain(&app.app).await.expect("jobs run");
    let page = browser.get(&path).await.body;
    assert!(page.contains("Failed") && page.contains("the project has no release yet"), "{page}");
    execute(
        &app,
        "INSERT INTO releases (organization_id, version, created_at) SELECT id, '1', now() FROM organizations",
    )
    .await;
    execute(
        &app,
        "INSERT INTO release_projects (release_id, project_id) SELECT releases.id, projects.id FROM releases, projects",
    )
    .await;
    assert_eq!(browser.post_form(&format!("{path}retry/"), &[]).await.status, 303);
    worker::drain(&app.app).await.expect("jobs run");
    assert_eq!(number(&app, RESOLVED).await, 120);
}

#[tokio::test]
async fn jobs_are_their_owners() {
    let (app, project, browser) = many(120).await;
    let path = all(&browser, "resolve", &[]).await.location().to_owned();
    let lin = app.member(&project, "lin@acme.example", Role::Owner, true).await;
    let other = app.sign_in(&lin).await;
    let root = app.user("root@example.com", true).await;
    let root = app.sign_in(&root).await;
    for act in ["cancel/", "retry/", "undo/"] {
        assert_eq!(other.post_form(&format!("{path}{act}"), &[]).await.status, 404, "{act}");
    }
    assert_eq!(other.get(&path).await.status, 404);
    assert!(!other.get("/jobs/").await.body.contains("Resolve 120"));
    assert_eq!(root.get(&path).await.status, 200);
    assert!(browser.get("/jobs/").await.body.contains("Resolve 120 issues"));
    assert!(app.anonymous().get(&path).await.location().starts_with("/auth/login/"));
    for wrong in ["/jobs/0/", "/jobs/x/", "/jobs/99999999999999999999/"] {
        assert_eq!(browser.get(wrong).await.status, 404, "{wrong}");
    }
}
