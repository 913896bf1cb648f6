//! An issue in one environment: its graphs, its counters, how its events spread; remembered until another is chosen.

use serde_json::{Value, json};

use crate::support::TestApp;

fn event(environment: &str, plan: &str) -> Value {
    json!({"message": "cannot pay", "environment": environment, "tags": {"plan": plan}})
}

#[tokio::test]
async fn an_issue_is_shown_in_the_chosen_environment() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    for (environment, plan) in [("live", "pro"), ("live", "pro"), ("test", "free"), ("live", "free")] {
        app.report(&project, &event(environment, plan)).await;
    }
    // Known in the project, but not by this issue.
    app.report(&project, &json!({"message": "elsewhere", "environment": "dev"})).await;
    let id: i64 = sqlx::query_scalar("SELECT id FROM issues WHERE title = 'cannot pay'")
        .fetch_one(&app.app.db)
        .await
        .expect("the issue");
    let path = format!("/organizations/acme/issues/{id}/");
    let browser = app.sign_in(&project.owner).await;
    let page = async |query: &str| browser.get(&format!("{path}{query}")).await.body;

    let all = page("").await;
    assert!(all.contains("max 4") && all.contains("50 % ") && !all.contains("In live"), "{all}");
    let live = page("?environment=live").await;
    for shown in ["In live", "seen 3 times", "max 3", "67 % pro", "<option selected>live</option>"] {
        assert!(live.contains(shown), "{shown}: {live}");
    }
    assert!(page("").await.contains("In live"), "it is remembered");
    let test = page("?environment=test").await;
    assert!(test.contains("In test") && test.contains("seen once") && test.contains("100 % free"), "{test}");
    let dev = page("?environment=dev").await;
    assert!(dev.contains("In dev") && dev.contains("Not seen here."), "{dev}");
    assert!(!page("?environment=nowhere").await.contains("max 4"), "nothing came from there");
    assert!(!page("?environment=").await.contains("In dev"), "all of them again");
    assert!(page("").await.contains("max 4"), "also the next time");

    // The tags have the choice, too.
    let tags = page("tags/?environment=live").await;
    for shown in ["In live", "newest 1,000", "67 %", "<option selected>live</option>"] {
        assert!(tags.contains(shown), "{shown}: {tags}");
    }
    assert!(!tags.contains(">test</a>"), "{tags}");
    assert!(page("tags/").await.contains("In live") && page("").await.contains("In live"), "it is remembered");
    assert!(page("tags/?environment=dev").await.contains("Not seen here."));
    let all = page("tags/?environment=").await;
    assert!(all.contains(">test</a>") && !all.contains("In dev"), "{all}");
    assert!(page("").await.contains("max 4"));

    // What others chose is theirs.
    page("?environment=live").await;
    let other = app.member(&project, "lin@acme.example", picket::types::role::Role::Member, true).await;
    let other = app.sign_in(&other).await;
    assert!(other.get(&path).await.body.contains("max 4"));
}

#[tokio::test]
async fn releases_follow_the_environment_of_the_issues() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    for (environment, release) in [("live", "shop@1.0.0"), ("test", "shop@2.0.0")] {
        let mut event = event(environment, "pro");
        event["release"] = json!(release);
        app.report(&project, &event).await;
    }
    let browser = app.sign_in(&project.owner).await;
    let shows = async |path: &str| {
        let page = browser.get(path).await.body;
        [page.contains("title=\"shop@1.0.0\""), page.contains("title=\"shop@2.0.0\"")]
    };
    for (issues, releases) in
        [("/acme/shop/", "/acme/shop/releases/"), ("/organizations/acme/issues/", "/organizations/acme/releases/")]
    {
        assert_eq!(shows(releases).await, [true, true], "{releases}");
        browser.get(&format!("{issues}?environment=live")).await;
        assert_eq!(shows(releases).await, [true, false], "{releases}");
        // What is chosen here holds there, and stays while the list is looked at in other ways.
        assert_eq!(shows(&format!("{releases}?environment=test")).await, [false, true], "{releases}");
        assert!(browser.get(issues).await.body.contains("<option selected>test</option>"), "{issues}");
        let page = browser.get(&format!("{releases}?query=1.0")).await.body;
        assert!(
            page.contains("No release matches in test.") && page.contains("?status=all&amp;environment="),
            "{page}"
        );
        let page = browser.get(releases).await.body;
        assert!(page.contains(&format!("{releases}?environment=test&#38;status=all")), "{page}");
        assert_eq!(shows(&format!("{releases}?environment=nowhere")).await, [false, false], "{releases}");
        assert_eq!(shows(releases).await, [false, true], "one that nobody knows is not remembered");
        assert_eq!(shows(&format!("{releases}?environment=")).await, [true, true], "{releases}");
        assert_eq!(shows(releases).await, [true, true], "{releases}");
    }
}
