//! Comments and the history of an issue.

use picket::types::role::Role;
use serde_json::json;

use crate::support::{Client, Project, TestApp};

struct Scene {
    app: TestApp,
    project: Project,
    browser: Client,
    issue: i64,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::spawn().await;
        let project = app.project().await;
        app.report(&project, &json!({"message": "out of stock", "release": "shop@1.0"})).await;
        let browser = app.sign_in(&project.owner).await;
        let issue = sqlx::query_scalar("SELECT id FROM issues").fetch_one(&app.app.db).await.unwrap();
        Self { app, project, browser, issue }
    }

    fn path(&self) -> String {
        format!("/organizations/acme/issues/{}/activity/", self.issue)
    }

    async fn count(&self) -> i32 {
        sqlx::query_scalar("SELECT comments_count FROM issues").fetch_one(&self.app.app.db).await.unwrap()
    }

    async fn subscribed(&self) -> Vec<(String, String)> {
        sqlx::query_as(
            "SELECT email, reason FROM issue_subscriptions JOIN users ON users.id = user_id WHERE issue_subscriptions.is_active ORDER BY email",
        )
        .fetch_all(&self.app.app.db)
        .await
        .unwrap()
    }
}

#[tokio::test]
async fn comments_are_written_changed_and_deleted_by_their_author() {
    let scene = Scene::new().await;
    let path = scene.path();
    let preview = scene.browser.post_form(&path, &[("text", "**so** <b>x</b>"), ("action", "preview")]).await;
    assert_eq!(preview.status, 200);
    assert!(preview.body.contains("<strong>so</strong> &lt;b&gt;x&lt;/b&gt;"), "{}", preview.body);
    assert!(preview.body.contains("**so** &#60;b&#62;x&#60;/b&#62;</textarea>"), "the text stays in the field");
    assert_eq!(scene.count().await, 0, "a preview writes nothing");

    let written = scene.browser.post_form(&path, &[("text", "It is the *cart*."), ("action", "save")]).await;
    assert_eq!(written.status, 303, "{}", written.body);
    let id = written.location().rsplit('-').next().unwrap().to_owned();
    let page = scene.browser.get(&path).await.body;
    assert!(page.contains("<p>It is the <em>cart</em>.</p>") && page.contains("First seen, in shop@1.0"), "{page}");
    assert_eq!(scene.count().await, 1);
    assert!(scene.browser.get("/acme/shop/").await.body.contains("one comment<"), "the row counts comments");
    assert_eq!(scene.subscribed().await, [("owner@acme.example".to_owned(), "commented".to_owned())]);

    let again = scene.browser.post_form(&path, &[("text", " It is the *cart*.\r\n"), ("action", "save")]).await;
    assert_eq!(again.status, 422);
    assert!(again.body.contains("within the last hour"));
    let empty = scene.browser.post_form(&path, &[("text", " \n"), ("action", "save")]).await;
    assert!(empty.status == 422 && empty.body.contains("Write something first."), "{}", empty.status);
    let long = scene.browser.post_form(&path, &[("text", &"字".repeat(10_001)), ("action", "save")]).await;
    assert!(long.status == 422 && long.body.contains("up to 10000 characters"), "{}", long.status);
    assert_eq!(scene.count().await, 1);

    let own = format!("{path}{id}/");
    let other = scene.app.member(&scene.project, "wei@acme.example", Role::Member, true).await;
    let other = scene.app.sign_in(&other).await;
    assert!(other.get(&path).await.body.contains("<em>cart</em>"));
    assert!(!other.get(&path).await.body.contains(&format!("?edit={id}")), "only authors edit");
    assert_eq!(other.get(&format!("{path}?edit={id}")).await.status, 404);
    for action in ["save", "delete"] {
        assert_eq!(other.post_form(&own, &[("text", "mine now"), ("action", action)]).await.status, 404, "{action}");
    }

    assert!(scene.browser.get(&format!("{path}?edit={id}")).await.body.contains("It is the *cart*.</textarea>"));
    assert_eq!(scene.browser.post_form(&own, &[("text", "It was the till."), ("action", "save")]).await.status, 303);
    assert!(scene.browser.get(&path).await.body.contains("<p>It was the till.</p>"));
    assert_eq!(scene.browser.post_form(&own, &[("action", "delete")]).await.status, 303);
    assert!(!scene.browser.get(&path).await.body.contains("till"));
    assert_eq!(scene.count().await, 0);
    assert_eq!(scene.browser.post_form(&own, &[("action", "delete")]).await.status, 404);
}

#[tokio::test]
async fn those_who_are_called_follow_the_issue() {
    let scene = Scene::new().await;
    scene.app.member(&scene.project, "lin@acme.example", Role::Member, true).await;
    let outsider = scene.app.member(&scene.project, "out@acme.example", Role::Member, false).await;
    let text = "@lin, @out and @nobody: see #team. `@owner`";
    assert_eq!(scene.browser.post_form(&scene.path(), &[("text", text), ("action", "save")]).await.status, 303);
    let expected = [("lin@acme.example", "mentioned"), ("owner@acme.example", "commented")];
    assert_eq!(scene.subscribed().await, expected.map(|(who, why)| (who.to_owned(), why.to_owned())));
    let page = scene.browser.get(&scene.path()).await.body;
    assert!(
        page.contains("<b class=\"mention\" title=\"lin@acme.example\">@lin</b>, @out and @nobody: see "),
        "{page}"
    );
    assert!(page.contains("\">#team</b>. <code>@owner</code>"), "{page}");
    let known = scene.browser.get(&format!("{}mentions/", scene.path())).await.json();
    let handles: Vec<&str> = known.as_array().unwrap().iter().map(|one| one["handle"].as_str().unwrap()).collect();
    assert_eq!(handles, ["@lin", "@owner", "#team"], "those who see the project, and its teams");

    let outsider = scene.app.sign_in(&outsider).await;
    assert_eq!(outsider.get(&scene.path()).await.status, 404);
    assert_eq!(outsider.post_form(&scene.path(), &[("text", "x"), ("action", "save")]).await.status, 404);
    assert_eq!(outsider.get(&format!("{}mentions/", scene.path())).await.status, 404);
    assert_eq!(scene.app.anonymous().get(&scene.path()).await.status, 303, "visitors sign in first");
}

#[tokio::test]
async fn long_histories_come_in_pages() {
    let scene = Scene::new().await;
    sqlx::query(
        "INSERT INTO activities (project_id, issue_id, kind, data, created_at)
        SELECT project_id, id, 'set_regression', jsonb_build_object('version', 'v' || n), now()
        FROM issues, generate_series(1, 230) AS n",
    )
    .execute(&scene.app.app.db)
    .await
    .unwrap();
    let mut path = scene.path();
    let mut seen = Vec::new();
    loop {
        let page = scene.browser.get(&path).await.body;
        seen.extend((1..=230).rev().filter(|n| page.contains(&format!("Seen again in v{n} after"))));
        let is_last = page.contains("First seen, in shop@1.0");
        let Some(older) = page.split("?before=").nth(1).and_then(|rest| rest.split('"').next()) else {
            assert!(is_last, "the last page ends with the first event");
            break;
        };
        assert!(!is_last);
        path = format!("{}?before={older}", scene.path());
    }
    assert_eq!(seen, (1..=230).rev().collect::<Vec<i32>>());
}
