//! Every request has one recorded outcome, visible to the project's people.

use picket::app::App;
use picket::config::LiveConfig;
use picket::types::ids::ProjectId;
use tokio::net::TcpListener;

use crate::support::{LossyDatabase, TestApp, eventually};

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
    eventually("the last flush", || async {
        let rows: i64 = sqlx::query_scalar(count).fetch_one(&app.app.db).await.unwrap();
        (rows == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_commit_whose_end_is_unknown_counts_once() {
    let test = TestApp::spawn().await;
    let sdk = test.sdk().await;
    let lossy = LossyDatabase::before(&test.app.db).await;
    let parts = &test.app;
    let app = App::new(
        LiveConfig::fixed((*parts.config).clone()),
        lossy.db.clone(),
        parts.redis.clone(),
        parts.clock.clone(),
    )
    .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}{}", listener.local_addr().unwrap(), sdk.path("store"));
    app.tasks.spawn(picket::web::serve(app.clone(), listener));
    let http = reqwest::Client::new();
    let count = "SELECT coalesce(sum(quantity), 0)::bigint FROM outcomes";
    let lose: [fn(&LossyDatabase); 3] =
        [LossyDatabase::lose_commit, LossyDatabase::lose_confirmation, LossyDatabase::lose_commit];
    for (sent, lose) in (1..).zip(lose) {
        lose(&lossy);
        let request = http.post(&url).header("x-sentry-auth", sdk.auth()).body("broken");
        assert_eq!(request.send().await.unwrap().status(), 400);
        eventually("the loss", || async { lossy.has_lost().then_some(()) }).await;
        let counted = || async {
            let counted: i64 = sqlx::query_scalar(count).fetch_one(&test.app.db).await.unwrap();
            (counted >= sent).then_some(counted)
        };
        assert_eq!(eventually("the count", counted).await, sent);
    }
    // Nothing more comes of it.
    app.shutdown.cancel();
    app.tasks.close();
    app.tasks.wait().await;
    assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&test.app.db).await.unwrap(), 3);
}
