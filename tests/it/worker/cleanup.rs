use chrono::TimeDelta;
use picket::services::retention::{Report, Scope, clean_up, preview};

use super::{Stage, event};

#[tokio::test]
async fn old_events_and_issues_go_and_counters_of_living_issues_stay() {
    let stage = Stage::new().await;
    let app = &stage.test.app;
    stage.send(&event("KeyError", "1")).await;
    stage.send(&event("ValueError", "2")).await;
    app.clock.advance(TimeDelta::days(40));
    stage.send(&event("KeyError", "3")).await;

    let scope = Scope { days: 30, project_id: None };
    let expected = preview(app, scope).await.unwrap();
    assert_eq!((expected.partitions, expected.events, expected.issues), (1, 2, 1));
    let report = clean_up(app, scope).await.unwrap();
    assert_eq!((report.partitions, report.issues), (1, 1));
    assert!(report.tag_values >= 1, "the user of the deleted issue has no use: {report:?}");
    assert_eq!(clean_up(app, scope).await.unwrap(), Report::default());

    assert_eq!(stage.number("SELECT count(*) FROM events").await, 1);
    assert_eq!(stage.number("SELECT times_seen FROM issues").await, 2, "2 seen, 1 stored");
    let orphans = "SELECT count(*) FROM issue_tags WHERE issue_id NOT IN (SELECT id FROM issues)";
    assert_eq!(stage.number(orphans).await, 0);
    // What workers remember of deleted values must not come back.
    stage.send(&event("ValueError", "2")).await;
    let lost = "SELECT count(*) FROM issue_tags WHERE tag_value_id NOT IN (SELECT id FROM tag_values)";
    assert_eq!(stage.number(lost).await, 0);
    assert_eq!(stage.number("SELECT count(*) FROM issues").await, 2);
}

#[tokio::test]
async fn one_project_is_cleaned_without_touching_others() {
    let stage = Stage::new().await;
    let app = &stage.test.app;
    let other = stage.test.project_named("other", "blog").await;
    stage.send(&event("KeyError", "1")).await;
    app.clock.advance(TimeDelta::days(40));
    let scope = |project_id| Scope { days: 30, project_id: Some(project_id) };
    assert_eq!(clean_up(app, scope(other.project.id)).await.unwrap(), Report::default());
    assert_eq!(stage.number("SELECT count(*) FROM events").await, 1);
    let report = clean_up(app, scope(stage.project.project.id)).await.unwrap();
    assert_eq!((report.events, report.issues), (1, 1));
    assert_eq!(stage.number("SELECT count(*) FROM events").await, 0);
}
