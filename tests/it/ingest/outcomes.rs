//! Every request has one recorded outcome, visible to the project's people.

use picket::types::ids::ProjectId;

use crate::support::TestApp;

#[tokio::test]
async fn refusals_are_counted_where_they_belong() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let project = sdk.project_id();
    assert_eq!(sdk.store("broken").await.status, 400);
    assert_eq!(sdk.store("broken").await.status, 400);
    let wrong_key = "a94a8fe5ccb19ba61c4c0873d391e987";
    for project in [project, ProjectId(project.0 + 1000)] {
        let path = format!("/api/{project}/store/?sentry_key={wrong_key}&sentry_client=raven/1");
        let request = sdk.client.request("POST", &path).body("{}");
        assert_eq!(sdk.send(request).await.status, 401);
    }
    let row = |project: i64, reason: &str, n| (project, "invalid".to_owned(), reason.to_owned(), "error".to_owned(), n);
    // A project that does not exist counts under 0; a wrong key under the project it named.
    assert_eq!(app.outcomes().await, [row(0, "auth", 1), row(project.0, "auth", 1), row(project.0, "encoding", 2)]);
    let keys: Vec<i64> = sqlx::query_scalar("SELECT DISTINCT key_id FROM outcomes WHERE reason = 'encoding'")
        .fetch_all(&app.app.db)
        .await
        .unwrap();
    assert_eq!(keys, [sdk.key.id.0]);

    let refusals = app.app.redis.list_refusals(project).await.unwrap();
    assert_eq!(refusals.len(), 3);
    let wrong = refusals.iter().find(|refusal| refusal.reason == "auth").unwrap();
    assert_eq!((wrong.status, wrong.client.as_str(), wrong.message.as_str()), (401, "raven/1", "Invalid api key"));
    assert_eq!(wrong.client_ip.unwrap().to_string(), "127.0.0.1");
    assert!(app.app.redis.list_refusals(ProjectId(project.0 + 1000)).await.unwrap().is_empty());
}

#[tokio::test]
async fn refusals_are_bounded() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    for _ in 0..60 {
        assert_eq!(sdk.store("broken").await.status, 400);
    }
    assert_eq!(app.outcomes().await[0].4, 60);
    assert_eq!(app.app.redis.list_refusals(sdk.project_id()).await.unwrap().len(), 50);
}

#[tokio::test]
async fn what_is_counted_survives_a_shutdown() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    assert_eq!(sdk.store("broken").await.status, 400);
    app.app.shutdown.cancel();
    let count = "SELECT count(*) FROM outcomes";
    crate::support::eventually("the last flush", || async {
        let rows: i64 = sqlx::query_scalar(count).fetch_one(&app.app.db).await.unwrap();
        (rows == 1).then_some(())
    })
    .await;
}
