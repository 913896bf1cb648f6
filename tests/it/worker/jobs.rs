use chrono::TimeDelta;
use picket::cron;
use picket::services::job::promise;
use picket::services::retention::DeleteIssues;
use picket::store::{job_issues, jobs};

use super::{Stage, event};

#[tokio::test]
async fn an_issue_is_deleted_in_the_background() {
    let stage = Stage::new().await;
    stage.send(&event("KeyError", "1")).await;
    stage.send(&event("ValueError", "1")).await;
    let id = stage.number("SELECT id FROM issues WHERE short_id = 1").await;
    let job = DeleteIssues { is_discard: false };
    for _ in 0..2 {
        let job_id = promise(stage.db(), &job, None, stage.now()).await.unwrap().unwrap();
        job_issues::insert(stage.db(), job_id, &[id]).await.unwrap();
        stage.work().await;
        if stage.number("SELECT count(*) FROM jobs").await == 1 {
            assert_eq!(stage.number("SELECT count(*) FROM issues").await, 2, "it was not pending deletion");
            stage.execute("UPDATE issues SET status = 'pending_deletion' WHERE short_id = 1").await;
        }
    }
    assert_eq!(stage.number("SELECT count(*) FROM issues").await, 1);
    assert_eq!(stage.number("SELECT count(*) FROM events").await, 1);
    assert_eq!(stage.number("SELECT count(*) FROM jobs WHERE state = 'done'").await, 2);
    stage.assert_consistent_issues().await;
}

#[tokio::test]
async fn timed_jobs_are_promised_when_due_and_once() {
    let stage = Stage::new().await;
    let mut connection = stage.db().acquire().await.unwrap();
    let waiting = "SELECT count(*) FROM jobs WHERE state = 'waiting'";
    cron::promise_due(&mut connection, &stage.test.app.clock).await.unwrap();
    let all = stage.number(waiting).await;
    assert!(all >= 4);
    cron::promise_due(&mut connection, &stage.test.app.clock).await.unwrap();
    assert_eq!(stage.number(waiting).await, all);
    stage.work().await;
    assert_eq!(stage.number(waiting).await, 0);
    assert_eq!(stage.number("SELECT count(*) FROM jobs WHERE state = 'failed'").await, 0);
    assert!(stage.number("SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass").await >= 3);

    stage.test.app.clock.advance(TimeDelta::minutes(6));
    cron::promise_due(&mut connection, &stage.test.app.clock).await.unwrap();
    let due = "SELECT string_agg(kind, ' ' ORDER BY kind) FROM jobs WHERE state = 'waiting'";
    assert_eq!(stage.text(due).await, "name_next_releases release_held_mail sweep_snoozes");
}

#[tokio::test]
async fn a_job_of_a_dead_worker_is_taken_again() {
    let stage = Stage::new().await;
    promise(stage.db(), &DeleteIssues { is_discard: false }, None, stage.now()).await.unwrap();
    let lease = TimeDelta::seconds(60);
    let first = jobs::claim(stage.db(), stage.now(), lease).await.unwrap().unwrap();
    assert!(jobs::claim(stage.db(), stage.now(), lease).await.unwrap().is_none());
    stage.test.app.clock.advance(TimeDelta::seconds(61));
    let again = jobs::claim(stage.db(), stage.now(), lease).await.unwrap().unwrap();
    assert_eq!((again.id, again.attempts), (first.id, 2));
}

#[tokio::test]
async fn a_snooze_ends_with_its_time() {
    let stage = Stage::new().await;
    stage.send(&event("KeyError", "1")).await;
    stage.execute("UPDATE issues SET status = 'ignored'").await;
    sqlx::query("INSERT INTO issue_snoozes (issue_id, until_at, created_at) SELECT id, $1, $1 FROM issues")
        .bind(stage.now() + TimeDelta::minutes(30))
        .execute(stage.db())
        .await
        .unwrap();
    let mut connection = stage.db().acquire().await.unwrap();
    cron::promise_due(&mut connection, &stage.test.app.clock).await.unwrap();
    stage.work().await;
    assert_eq!(stage.text("SELECT status FROM issues").await, "ignored");
    stage.test.app.clock.advance(TimeDelta::minutes(31));
    cron::promise_due(&mut connection, &stage.test.app.clock).await.unwrap();
    stage.work().await;
    assert_eq!(stage.text("SELECT status FROM issues").await, "unresolved");
}
