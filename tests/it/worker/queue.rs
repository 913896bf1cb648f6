use std::time::Duration;

use picket::services::events::{list_dead, replay_dead};
use picket::volatile::event_stream::EventReader;
use redis::AsyncCommands;
use uuid::Uuid;

use super::{Stage, event};

#[tokio::test]
async fn what_a_dead_worker_held_is_taken_over() {
    let stage = Stage::new().await;
    let redis = &stage.test.app.redis;
    for user in ["1", "2", "3"] {
        stage.queue(Uuid::new_v4(), &event("KeyError", user)).await;
    }
    let mut dead = EventReader::join(redis, "dead").await.unwrap();
    assert_eq!(dead.read(10, None).await.unwrap().len(), 3);
    stage.work().await;
    assert_eq!(stage.number("SELECT count(*) FROM events").await, 0, "they are in the dead worker's hands");

    tokio::time::sleep(Duration::from_millis(5)).await;
    let mut heir = EventReader::join(redis, "heir").await.unwrap();
    let taken = heir.take_over(10, Duration::from_millis(1)).await.unwrap();
    assert_eq!(taken.len(), 3);
    assert!(taken.iter().all(|entry| entry.is_redelivered));
    drop(heir);
    // A worker of the same name finds what the name holds.
    let mut again = EventReader::join(redis, "heir").await.unwrap();
    let entries = again.read(10, None).await.unwrap();
    assert_eq!(entries.len(), 3);
    assert!(entries.iter().all(|entry| entry.is_redelivered));
}

#[tokio::test]
async fn an_entry_that_keeps_killing_workers_is_put_aside() {
    let stage = Stage::new().await;
    let redis = &stage.test.app.redis;
    stage.queue(Uuid::new_v4(), &event("KeyError", "1")).await;
    let mut reader = EventReader::join(redis, "unlucky").await.unwrap();
    reader.read(10, None).await.unwrap();
    for _ in 0..6 {
        tokio::time::sleep(Duration::from_millis(3)).await;
        reader.take_over(10, Duration::from_millis(1)).await.unwrap();
    }
    assert_eq!(redis.queue_length().await.unwrap(), 0);
    let dead = list_dead(&stage.test.app, None, 10).await.unwrap();
    assert!(dead[0].reason.contains("without being saved"), "{}", dead[0].reason);

    assert!(replay_dead(&stage.test.app, &dead[0].id).await.unwrap());
    stage.work().await;
    stage.assert_consistent().await;
    assert_eq!(stage.number("SELECT count(*) FROM events").await, 1);
    assert_eq!(redis.count_dead_events().await.unwrap(), 0);
}

#[tokio::test]
async fn an_unreadable_entry_does_not_stop_the_stream() {
    let stage = Stage::new().await;
    let redis = &stage.test.app.redis;
    let key = redis.event_stream();
    let _: String = redis.connection.clone().xadd(&key, "*", &[("h", "nonsense"), ("b", "x")]).await.unwrap();
    stage.send(&event("KeyError", "1")).await;
    assert_eq!(stage.number("SELECT count(*) FROM events").await, 1);
    let dead = list_dead(&stage.test.app, None, 10).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert!(dead[0].facts.is_none());
}

#[tokio::test]
async fn an_event_that_cannot_be_saved_does_not_hold_up_the_others() {
    let stage = Stage::new().await;
    stage.send(&event("KeyError", "1")).await;
    stage.execute("ALTER TABLE environments ADD CONSTRAINT hostile CHECK (name <> 'poison')").await;
    let mut poison = event("KeyError", "1");
    poison["environment"] = "poison".into();
    stage.queue(Uuid::new_v4(), &event("KeyError", "2")).await;
    stage.queue(Uuid::new_v4(), &poison).await;
    stage.queue(Uuid::new_v4(), &event("ValueError", "2")).await;
    stage.work().await;

    stage.assert_consistent().await;
    assert_eq!(stage.number("SELECT count(*) FROM events").await, 3);
    let dead = list_dead(&stage.test.app, None, 10).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert!(dead[0].reason.contains("hostile"), "{}", dead[0].reason);
    assert_eq!(stage.test.app.redis.queue_length().await.unwrap(), 0);
}

#[tokio::test]
async fn silent_consumers_are_forgotten() {
    let stage = Stage::new().await;
    let redis = &stage.test.app.redis;
    let mut old = EventReader::join(redis, "old").await.unwrap();
    old.read(1, None).await.unwrap();
    tokio::time::sleep(Duration::from_millis(5)).await;
    let mut new = EventReader::join(redis, "new").await.unwrap();
    new.read(1, None).await.unwrap();
    new.remove_stale_consumers(Duration::from_millis(1)).await.unwrap();
    let reply: redis::streams::StreamInfoConsumersReply =
        redis.connection.clone().xinfo_consumers(redis.event_stream(), "workers").await.unwrap();
    let names: Vec<&str> = reply.consumers.iter().map(|consumer| consumer.name.as_str()).collect();
    assert_eq!(names, ["new"]);
}
