use crate::support::TestApp;

const PAGES: [&str; 11] = [
    "/manage/",
    "/manage/queue/",
    "/manage/mail/",
    "/manage/checks/",
    "/manage/settings/",
    "/manage/users/",
    "/manage/organizations/",
    "/manage/projects/",
    "/manage/status/environment/",
    "/manage/status/packages/",
    "/manage/status/warnings/",
];

#[tokio::test]
async fn only_superusers_administer() {
    let app = TestApp::spawn().await;
    let fake = app.project().await;
    let admin = app.sign_in(&app.user("admin@example.com", true).await).await;
    let owner = app.sign_in(&fake.owner).await;
    for path in PAGES {
        assert_eq!(admin.get(path).await.status, 200, "{path}");
        assert_eq!(owner.get(path).await.status, 403, "{path}");
        assert_eq!(app.anonymous().get(path).await.status, 303, "{path}");
    }
    assert_eq!(owner.post_form("/manage/queue/1-1/replay/", &[]).await.status, 403);
    assert_eq!(owner.post_form("/manage/queue/1-1/drop/", &[]).await.status, 403);
    let overview = admin.get("/manage/").await.body;
    assert!(overview.contains("No worker is running"), "{overview}");
    assert!(admin.get("/manage/users/?query=owner@").await.body.contains(&fake.owner.email));
    assert!(admin.get("/manage/users/?query=nobody").await.body.contains("Nobody matches"));
    assert!(admin.get("/manage/organizations/").await.body.contains("1 project"));
}

#[tokio::test]
async fn an_event_that_could_not_be_saved_is_replayed_or_dropped() {
    let app = TestApp::spawn().await;
    let admin = app.sign_in(&app.user("admin@example.com", true).await).await;
    let mut redis = app.app.redis.connection.clone();
    let dead = app.app.redis.dead_events();
    for _ in 0..2 {
        let mut command = redis::cmd("XADD");
        command.arg(&dead).arg("*").arg(&[("h", "{}"), ("b", "body"), ("r", "no such column <b>")]);
        let _: String = command.query_async(&mut redis).await.unwrap();
    }
    let page = admin.get("/manage/queue/").await.body;
    assert!(page.contains("no such column &#60;b&#62;"), "{page}");
    let ids: Vec<&str> =
        page.split("/manage/queue/").filter_map(|rest| rest.split_once("/replay/")).map(|(id, _)| id).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(admin.post_form(&format!("/manage/queue/{}/replay/", ids[0]), &[]).await.status, 303);
    assert_eq!(admin.post_form(&format!("/manage/queue/{}/drop/", ids[1]), &[]).await.status, 303);
    assert!(admin.get("/manage/queue/").await.body.contains("Every accepted event was saved"));
    assert_eq!(app.app.redis.queue_length().await.unwrap(), 1);
    assert_eq!(admin.post_form("/manage/queue/nonsense/replay/", &[]).await.status, 404);
}
