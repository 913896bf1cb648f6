use chrono::TimeDelta;
use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::{Value, json};

use crate::support::{Client, Project, TestApp};

/// A project with a browser of its owner, and a script that makes releases.
struct Stage {
    app: TestApp,
    project: Project,
    browser: Client,
    script: Client,
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::spawn().await;
        let project = app.project().await;
        let browser = app.sign_in(&project.owner).await;
        let script = app.script(&project.owner, &Scope::ALL).await;
        Self { app, project, browser, script }
    }

    async fn release(&self, body: &Value) {
        self.app.app.clock.advance(TimeDelta::minutes(1));
        let made = self.script.post_json("/api/0/projects/acme/shop/releases/", body).await;
        assert_eq!(made.status, 201, "{}", made.body);
    }

    async fn event(&self, error: &str, release: &str) {
        let event = json!({"platform": "python", "release": release, "environment": "production",
            "exception": {"values": [{"type": error, "value": "it broke"}]}});
        self.app.report(&self.project, &event).await;
    }

    /// A page that is there.
    async fn page(&self, path: &str) -> String {
        let page = self.browser.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        page.body
    }

    async fn has(&self, path: &str, expected: &[&str], absent: &[&str]) {
        let page = self.page(path).await;
        for text in expected {
            assert!(page.contains(text), "{path} lacks {text}: {page}");
        }
        for text in absent {
            assert!(!page.contains(text), "{path} has {text}");
        }
    }
}

#[tokio::test]
async fn the_list_tells_what_was_shipped_and_what_it_broke() {
    let stage = Stage::new().await;
    let list = "/organizations/acme/releases/";
    stage.has(list, &["No releases yet", "sentry-cli releases new"], &[]).await;
    let commits = json!([{"id": "a1", "message": "Add", "author_name": "Ada <b>", "author_email": "ada@example.com"}]);
    stage.release(&json!({"version": "shop@1.9.0", "commits": commits, "dateReleased": "2019-01-01T00:00:00Z"})).await;
    stage.release(&json!({"version": "shop@1.10.0"})).await;
    stage.release(&json!({"version": "old <i>", "status": "archived"})).await;
    stage
        .script
        .post_json("/api/0/organizations/acme/releases/shop@1.9.0/deploys/", &json!({"environment": "staging"}))
        .await;
    stage.event("KeyError", "shop@1.10.0").await;

    let page = stage.page(list).await;
    for text in [
        r#"href="/organizations/acme/releases/shop%401.10.0/" title="shop@1.10.0">1.10.0</a>"#,
        "one commit",
        "Ada &#60;b&#62;",
        "<span class=\"chip deployed\">staging",
        r#"<a class="chip" href="/acme/shop/releases/">shop</a>"#,
        "<b>1</b> <span class=\"muted small\">New issues",
        "Adoption",
        "100 %",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!page.contains("old &#60;i&#62;"));
    let place = |page: &str, text: &str| page.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
    assert!(place(&page, ">1.10.0</a> <button") < place(&page, ">1.9.0</a> <button"));
    stage.has("/acme/shop/releases/?status=archived", &["old &#60;i&#62;"], &["1.10.0</a> <button"]).await;
    stage.has("/acme/shop/releases/?status=all&sort=version", &["old &#60;i&#62;", "1.10.0</a> <button"], &[]).await;
    stage.has("/acme/shop/releases/?environment=staging", &["1.9.0</a> <button"], &["1.10.0</a> <button"]).await;
    stage.has("/acme/shop/releases/?environment=&query=10", &["1.10.0</a> <button"], &["1.9.0</a> <button"]).await;
    stage.has("/acme/shop/releases/?query=nothing", &["No release matches"], &["No releases yet"]).await;
    stage.has("/acme/shop/releases/?page=2", &["No release matches"], &[]).await;
    stage.has("/acme/shop/releases/?page=x&query=%00", &["1.10.0</a> <button"], &[]).await;
}

#[tokio::test]
async fn long_lists_have_pages() {
    let stage = Stage::new().await;
    for number in 0..27 {
        stage.release(&json!({"version": format!("1.{number}")})).await;
    }
    stage
        .has(
            "/acme/shop/releases/",
            &[">1.26</a>", ">1.2</a>", "/acme/shop/releases/?page=2"],
            &[">1.1</a>", "rel=\"prev\""],
        )
        .await;
    stage
        .has("/acme/shop/releases/?page=2", &[">1.1</a>", ">1.0</a>", "rel=\"prev\""], &[">1.2</a>", "rel=\"next\""])
        .await;
}

#[tokio::test]
async fn a_release_shows_its_issues_events_deploys_and_neighbours() {
    let stage = Stage::new().await;
    for version in ["shop@1.10.0", "shop@1.9.0", "shop@1.2.0", "other@1.9.5"] {
        stage.release(&json!({ "version": version })).await;
    }
    stage
        .script
        .put_json(
            "/api/0/projects/acme/shop/releases/shop@1.9.0/",
            &json!({"url": "https://ci.example/7", "ref": "main"}),
        )
        .await;
    let deploy = json!({"environment": "production", "name": "blue", "url": "https://ci.example/deploys/1"});
    stage.script.post_json("/api/0/organizations/acme/releases/shop@1.9.0/deploys/", &deploy).await;
    stage.event("OldError", "shop@1.2.0").await;
    stage.event("OldError", "shop@1.9.0").await;
    stage.event("NewError", "shop@1.9.0").await;

    for path in ["/acme/shop/releases/shop@1.9.0/", "/organizations/acme/releases/shop%401.9.0/"] {
        let expected =
            ["<h1>1.9.0", "shop@1.9.0", "https://ci.example/7", "main", "NewError", "OldError", "production", "blue"];
        stage.has(path, &expected, &[]).await;
        // By version within the package, not by date.
        stage
            .has(path, &[r#"shop%401.2.0/" data-key="[">‹ 1.2.0"#, r#"shop%401.10.0/" data-key="]">1.10.0 ›"#], &[])
            .await;
    }
    let base = "/acme/shop/releases/shop@1.9.0/";
    stage.has(&format!("{base}new-events/"), &["NewError"], &["OldError"]).await;
    stage
        .has(&format!("{base}all-events/"), &["NewError", "OldError", "query=release%3A%22shop%401.9.0%22"], &[])
        .await;
    stage.has("/acme/shop/releases/shop@1.10.0/new-events/", &["brought no new issue"], &[]).await;
    stage.has("/acme/shop/?query=release%3A%22shop%401.9.0%22", &["NewError", "OldError"], &[]).await;
    assert_eq!(stage.browser.get(&format!("{base}all-events/?cursor=x")).await.status, 400);
}

#[tokio::test]
async fn commits_are_listed_with_what_they_changed() {
    let stage = Stage::new().await;
    stage.release(&json!({"version": "1.0", "commits": [
        {"id": "0123456789abcdef", "repository": "acme/shop", "message": "Mend <cart>\n\nMore of it", "author_name": "Ada",
            "timestamp": "2019-01-02T00:00:00Z", "patch_set": [{"path": "cart.py", "type": "A"}]},
        {"id": "b", "message": "Older", "timestamp": "2019-01-01T00:00:00Z"},
    ]})).await;
    stage.release(&json!({"version": "1.1"})).await;
    let expected = [
        "Mend &#60;cart&#62;",
        "More of it",
        "0123456789ab",
        "Ada",
        "acme/shop",
        "One file changed",
        "cart.py",
        "Older",
    ];
    stage.has("/acme/shop/releases/1.0/commits/", &expected, &[]).await;
    stage.has("/acme/shop/releases/1.1/commits/", &["sentry-cli releases set-commits 1.1"], &[]).await;
    stage.has("/acme/shop/releases/1.0/", &["Ada"], &[]).await;
}

#[tokio::test]
async fn any_version_has_a_page() {
    let stage = Stage::new().await;
    for (version, address) in [
        ("main/ab 12", "main%2Fab%2012"),
        ("main/ab 12", "main/ab%2012"),
        ("100%2F+#?", "100%252F%2B%23%3F"),
        ("\u{202e}<script>", "%E2%80%AE%3Cscript%3E"),
    ] {
        stage.script.post_json("/api/0/projects/acme/shop/releases/", &json!({ "version": version })).await;
        for tab in ["", "new-events/", "all-events/", "commits/", "delete/"] {
            let page = stage.page(&format!("/acme/shop/releases/{address}/{tab}")).await;
            assert!(!page.contains("<script>") && !page.contains('\u{202e}'), "{version}");
        }
    }
    assert_eq!(stage.browser.get("/acme/shop/releases/nope/").await.status, 404);
    let without_slash = stage.browser.get("/acme/shop/releases/main/ab%2012").await;
    assert_eq!((without_slash.status, without_slash.location()), (301, "/acme/shop/releases/main%2Fab%2012/"));
}

#[tokio::test]
async fn a_release_is_archived_restored_and_deleted() {
    let stage = Stage::new().await;
    stage.release(&json!({"version": "1.0"})).await;
    let page = "/acme/shop/releases/1.0/";
    let answer = stage.browser.post_form(&format!("{page}archive/"), &[("status", "archived")]).await;
    assert_eq!((answer.status, answer.location()), (303, page));
    stage.has(page, &["archived", "Release archived.", "Restore"], &[]).await;
    stage.has("/acme/shop/releases/", &["No releases"], &[">1.0</a>"]).await;
    stage.browser.post_form(&format!("{page}archive/"), &[("status", "open")]).await;
    stage.has("/acme/shop/releases/", &[">1.0</a>"], &[]).await;

    stage.event("KeyError", "1.0").await;
    let refused = stage.browser.post_form(&format!("{page}delete/"), &[]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("first release of an issue"), "{}", refused.body);
    stage.release(&json!({"version": "2.0"})).await;
    stage.has("/acme/shop/releases/2.0/delete/", &["Delete this release?"], &[]).await;
    let deleted = stage.browser.post_form("/organizations/acme/releases/2.0/delete/", &[]).await;
    assert_eq!((deleted.status, deleted.location()), (303, "/organizations/acme/releases/"));
    assert_eq!(stage.browser.get("/acme/shop/releases/2.0/").await.status, 404);
}

#[tokio::test]
async fn only_members_of_its_projects_see_a_release() {
    let stage = Stage::new().await;
    stage.release(&json!({"version": "1.0"})).await;
    let other = stage.app.project_named("other", "site").await;
    let stranger = stage.app.sign_in(&other.owner).await;
    let outsider = stage.app.member(&stage.project, "outsider@acme.example", Role::Member, false).await;
    let outsider = stage.app.sign_in(&outsider).await;
    let pages = ["/acme/shop/releases/", "/acme/shop/releases/1.0/", "/organizations/acme/releases/1.0/commits/"];
    for page in pages {
        assert_eq!(stranger.get(page).await.status, 404, "{page}");
        assert_eq!(outsider.get(page).await.status, 404, "{page}");
        assert!(stage.app.anonymous().get(page).await.location().starts_with("/auth/login/"), "{page}");
    }
    assert_eq!(outsider.get("/organizations/acme/releases/").await.status, 200);
    assert_eq!(outsider.post_form("/acme/shop/releases/1.0/archive/", &[]).await.status, 404);
    let member = stage.app.member(&stage.project, "member@acme.example", Role::Member, true).await;
    let member = stage.app.sign_in(&member).await;
    assert!(member.get("/acme/shop/releases/1.0/").await.body.contains("Archive"));
}

#[tokio::test]
async fn an_issue_leads_to_its_releases_and_to_the_commit_that_fixed_it() {
    let stage = Stage::new().await;
    stage.event("KeyError", "main/1").await;
    stage.event("KeyError", "main/2").await;
    stage.release(&json!({"version": "3", "commits": [{"id": "abc", "message": "Fixes SHOP-1"}]})).await;
    let list = stage.page("/acme/shop/?query=").await;
    let at = list.find("/organizations/acme/issues/").unwrap();
    let issue = list[list.find("<a class=\"title\" href=\"").unwrap() + 23..].split('"').next().unwrap().to_owned();
    assert!(at > 0 && issue.starts_with("/organizations/acme/issues/"), "{issue}");
    stage.has(&issue, &["/acme/shop/releases/main%2F1/", "/acme/shop/releases/main%2F2/"], &[]).await;
    stage.has(&format!("{issue}activity/"), &["resolved this with commit abc in 3"], &[]).await;
    stage.has(&issue, &["/organizations/acme/releases/\" data-key=\"g r\""], &[]).await;
}
