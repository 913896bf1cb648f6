//! Space comes back, and never under anybody's feet.

use chrono::TimeDelta;
use picket::outbound::blobs::Blobs;
use picket::services::{artifacts, assemble, blobs, releases};
use serde_json::json;

use super::zip::bundle;
use super::{BUNDLES, FILES, Stage, file_form, release};

#[tokio::test]
async fn what_nothing_refers_to_goes_after_a_while() {
    let stage = Stage::new().await;
    let app = &stage.test.app;
    assert_eq!(stage.upload(FILES, file_form("~/a.js", b"kept")).await.status, 201);
    assert_eq!(stage.upload(FILES, file_form("~/b.js", b"deleted")).await.status, 201);
    let gone = Blobs::arrived("deleted".into()).key;
    app.clock.advance(TimeDelta::hours(49));
    assert_eq!(blobs::delete_unused(app).await.unwrap(), 0, "both are in use");
    let id = stage.script.get(&format!("{FILES}?query=b.js")).await.json()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(stage.script.delete(&format!("{FILES}{id}/")).await.status, 204);
    assert_eq!(blobs::delete_unused(app).await.unwrap(), 1);
    assert!(app.blobs.get(&gone).await.is_err());
    assert_eq!(app.blobs.get(&Blobs::arrived("kept".into()).key).await.unwrap(), "kept");

    // The same content comes again.
    assert_eq!(stage.upload(FILES, file_form("~/c.js", b"deleted")).await.status, 201);
    assert_eq!(app.blobs.get(&gone).await.unwrap(), "deleted");
}

#[tokio::test]
async fn an_upload_waits_for_the_cleanup_of_the_same_content() {
    let stage = Stage::new().await;
    let app = &stage.test.app;
    let key = blobs::put(app, "content".into()).await.unwrap();
    app.clock.advance(TimeDelta::hours(49));
    // A cleanup that has forgotten the content, and has not deleted it yet.
    let mut cleanup = app.db.begin().await.unwrap();
    let before = app.clock.now() - TimeDelta::hours(48);
    let found = picket::store::blobs::delete_unused(&mut *cleanup, before, 10).await.unwrap();
    assert_eq!(found, std::slice::from_ref(&key));
    let uploading = app.clone();
    let upload = app.tasks.spawn(async move { blobs::put(&uploading, "content".into()).await.unwrap() });
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(!upload.is_finished(), "it would find the file that is about to go");
    app.blobs.delete(&key).await.unwrap();
    cleanup.commit().await.unwrap();
    assert_eq!(upload.await.unwrap(), key);
    assert_eq!(app.blobs.get(&key).await.unwrap(), "content");
    assert_eq!(stage.number("SELECT count(*) FROM blobs").await, 1);
}

#[tokio::test]
async fn releases_go_with_their_last_project() {
    let stage = Stage::new().await;
    let (app, project_id) = (&stage.test.app, stage.project.project.id.0);
    let other = stage.test.project_named("other", "site").await;
    release(&stage.test, &other, "1.0").await;
    assert_eq!(stage.upload(FILES, file_form("~/a.js", b"x")).await.status, 201);
    app.clock.advance(TimeDelta::hours(49));
    assert_eq!(releases::delete_unlinked(app).await.unwrap(), 0);

    // One that is being linked to a project again stays.
    let unlink = "DELETE FROM release_projects WHERE project_id = $1";
    sqlx::query(unlink).bind(project_id).execute(&app.db).await.unwrap();
    let mut linking = app.db.begin().await.unwrap();
    let id = stage.release_id;
    picket::store::release_projects::insert_missing(&mut *linking, id, &[project_id]).await.unwrap();
    assert_eq!(releases::delete_unlinked(app).await.unwrap(), 0);
    linking.commit().await.unwrap();
    assert_eq!(releases::delete_unlinked(app).await.unwrap(), 0);

    sqlx::query("DELETE FROM projects WHERE id = $1").bind(project_id).execute(&app.db).await.unwrap();
    let mut connection = app.db.acquire().await.unwrap();
    picket::cron::promise_due(&mut connection, &app.clock).await.unwrap();
    stage.work().await;
    assert_eq!(stage.number("SELECT count(*) FROM releases").await, 1, "that of the other organization");
    assert_eq!(stage.number("SELECT count(*) FROM release_files").await, 0);
    assert_eq!(stage.number("SELECT count(*) FROM blobs").await, 0);
}

#[tokio::test]
async fn bundles_chunks_and_requests_go_with_time_and_their_projects() {
    let stage = Stage::new().await;
    let app = &stage.test.app;
    let file = bundle(&json!({}));
    assert_eq!(
        stage.assemble(BUNDLES, &file, json!({"projects": ["shop"], "version": "1.0"})).await.json()["state"],
        "ok"
    );
    app.clock.advance(TimeDelta::hours(25));
    assert_eq!(assemble::clean_up(app).await.unwrap(), 1);
    assert_eq!(stage.number("SELECT count(*) FROM assemblies").await, 0);
    assert_eq!(artifacts::delete_old_bundles(app).await.unwrap(), 0);
    app.clock.advance(TimeDelta::days(50));
    assert_eq!(stage.assemble(BUNDLES, &file, json!({"projects": ["shop"]})).await.json()["state"], "ok", "renewed");
    app.clock.advance(TimeDelta::days(50));
    assert_eq!(artifacts::delete_old_bundles(app).await.unwrap(), 0);
    app.clock.advance(TimeDelta::days(41));
    assert_eq!(artifacts::delete_old_bundles(app).await.unwrap(), 1);
    assert_eq!(stage.number("SELECT count(*) FROM artifact_bundle_files").await, 0);

    assert_eq!(stage.assemble(BUNDLES, &file, json!({"projects": ["shop"]})).await.json()["state"], "ok");
    sqlx::query("DELETE FROM artifact_bundle_projects").execute(&app.db).await.unwrap();
    assert_eq!(artifacts::delete_old_bundles(app).await.unwrap(), 1, "it belongs to no project");
    app.clock.advance(TimeDelta::days(3));
    assemble::clean_up(app).await.unwrap();
    blobs::delete_unused(app).await.unwrap();
    assert_eq!(stage.number("SELECT count(*) FROM blobs").await, 0);
}
