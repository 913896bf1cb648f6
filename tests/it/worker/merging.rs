//! Making one issue of several and several of one, while events arrive, workers die and people look: nothing is lost,
//! nothing counted twice, and every counter is what counting gives.
#![expect(clippy::disallowed_types, reason = "the tables come from the database itself")]

use chrono::TimeDelta;
use picket::services::issues::{self, Error};
use picket::services::job::Owner;
use picket::store::issues as issue_rows;
use picket::types::ids::IssueId;
use picket::types::role::Role;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{RECOUNT, Stage, event};
use crate::support::Client;

impl Stage {
    fn owner(&self) -> Owner {
        Owner { user_id: self.project.owner.id, organization_id: self.project.organization.id }
    }

    async fn ids(&self) -> Vec<IssueId> {
        sqlx::query_scalar("SELECT id FROM issues ORDER BY id").fetch_all(self.db()).await.expect("a query")
    }

    async fn assert_counted(&self) {
        self.assert_consistent().await;
        assert_eq!(self.number(RECOUNT).await, 0, "counters differ from a recount");
    }

    async fn browser(&self) -> Client {
        self.test.sign_in(&self.project.owner).await
    }
}

/// Three issues with some tags and users in common, seen 3, 5 and 2 times over some hours.
async fn three() -> Stage {
    let stage = Stage::new().await;
    for (error, times) in [("KeyError", 3), ("ValueError", 5), ("TypeError", 2)] {
        for n in 0..times {
            stage.test.app.clock.advance(TimeDelta::minutes(25));
            let mut event = event(error, &format!("user {}", n % 3));
            event["tags"] = json!({ "queue": format!("q{}", n % 2), "error": error });
            event["timestamp"] = json!(stage.now().to_rfc3339());
            stage.send(&event).await;
        }
    }
    stage.assert_counted().await;
    stage
}

#[tokio::test]
async fn the_issue_seen_most_takes_everything_over() {
    let stage = three().await;
    let ids = stage.ids().await;
    let browser = stage.browser().await;
    let lin = stage.test.member(&stage.project, "lin@acme.example", Role::Member, true).await;
    let other = stage.test.sign_in(&lin).await;
    for (client, id, action) in [
        (&browser, ids[0], "assign-me"),
        (&browser, ids[0], "bookmark"),
        (&browser, ids[1], "bookmark"),
        (&other, ids[2], "unsubscribe"),
        (&browser, ids[1], "ignore"),
    ] {
        client.post_form("/organizations/acme/issues/", &[("id", &id.to_string()), ("action", action)]).await;
    }
    let merge = issues::merge(&stage.test.app, stage.owner(), &ids).await.unwrap();
    assert_eq!((merge.target, merge.sources), (ids[1], vec![ids[0], ids[2]]));
    stage.work().await;

    assert_eq!(stage.ids().await, [ids[1]]);
    stage.assert_counted().await;
    assert_eq!(stage.number("SELECT times_seen FROM issues").await, 10);
    assert_eq!(stage.number("SELECT users_seen FROM issues").await, 3);
    assert_eq!(stage.number("SELECT count(*) FROM issue_hashes WHERE issue_id IS NOT NULL").await, 3);
    assert_eq!(stage.text("SELECT status FROM issues").await, "ignored", "the survivor's stays");
    assert_eq!(stage.number("SELECT assignee_user_id FROM issues").await, stage.project.owner.id.0);
    assert_eq!(stage.number("SELECT count(*) FROM issue_bookmarks").await, 1);
    assert_eq!(stage.number("SELECT count(*) FROM issue_subscriptions WHERE NOT is_active").await, 1);
    assert_eq!(stage.number("SELECT count(*) FROM activities WHERE kind = 'merge'").await, 1);
    assert_eq!(stage.number("SELECT count(*) FROM activities WHERE kind = 'assigned'").await, 1);

    for kind in ["KeyError", "ValueError", "TypeError"] {
        stage.send(&event(kind, "user 9")).await;
    }
    assert_eq!(stage.ids().await.len(), 1, "what comes later belongs to the survivor");
    stage.assert_counted().await;

    let target = format!("/organizations/acme/issues/{}/", ids[1]);
    for (old, new) in [
        (format!("/organizations/acme/issues/{}/", ids[0]), target.clone()),
        (format!("/organizations/acme/issues/{}/tags/", ids[2]), format!("{target}tags/")),
        ("/acme/issues/SHOP-1/".to_owned(), target.clone()),
        ("/acme/shop/?query=SHOP-3".to_owned(), target.clone()),
    ] {
        let answer = browser.get(&old).await;
        assert!(matches!(answer.status, 302 | 303), "{old} {}", answer.status);
        assert!(answer.location().ends_with(&new), "{old}: {}", answer.location());
    }
    let script = stage.test.script(&stage.project.owner, &picket::types::scope::Scope::ALL).await;
    for path in [format!("issues/{}/", ids[0]), format!("organizations/acme/issues/{}/", ids[2])] {
        assert_eq!(script.get(&format!("/api/0/{path}")).await.json()["id"], ids[1].to_string());
    }
    assert_eq!(script.get("/api/0/organizations/acme/shortids/SHOP-3/").await.json()["groupId"], ids[1].to_string());
}

/// Every table that names issues; a table that is added must be moved by a merge or go with its issue.
#[tokio::test]
async fn no_table_keeps_an_issue_that_was_merged() {
    let stage = three().await;
    let ids = stage.ids().await;
    let source = ids[0].0;
    for sql in [
        "INSERT INTO issue_snoozes (issue_id, created_at) SELECT min(id), now() FROM issues",
        "INSERT INTO issue_resolutions (issue_id, kind, created_at) SELECT min(id), 'in_release', now() FROM issues",
        "INSERT INTO issue_shares (issue_id, token, created_at) SELECT min(id), gen_random_uuid(), now() FROM issues",
        "INSERT INTO user_reports (project_id, issue_id, event_id, created_at)
            SELECT project_id, issue_id, event_id, now() FROM events ORDER BY issue_id LIMIT 1",
    ] {
        stage.execute(sql).await;
    }
    issues::merge(&stage.test.app, stage.owner(), &ids).await.unwrap();
    stage.work().await;
    let tables = "SELECT table_name::text FROM information_schema.columns
        WHERE table_schema = current_schema AND column_name = 'issue_id' AND table_name NOT LIKE 'events\\__%'
            AND table_name <> 'job_issues'";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(stage.db()).await.unwrap();
    assert!(tables.len() > 12, "{tables:?}");
    for table in tables {
        let count = AssertSqlSafe(format!("SELECT count(*) FROM {table} WHERE issue_id = $1"));
        let count: i64 = sqlx::query_scalar(count).bind(source).fetch_one(stage.db()).await.unwrap();
        assert_eq!(count, 0, "{table}");
    }
    assert_eq!(stage.number("SELECT count(*) FROM user_reports WHERE issue_id IS NOT NULL").await, 1);
}

#[tokio::test]
async fn events_that_arrive_meanwhile_and_dead_workers_change_nothing() {
    let stage = three().await;
    let ids = stage.ids().await;
    let merge = issues::merge(&stage.test.app, stage.owner(), &ids).await.unwrap();
    // A worker takes the job, moves some events and is killed; events of all kinds arrive before and after.
    stage.queue(Uuid::new_v4(), &event("KeyError", "late")).await;
    let dead = "UPDATE jobs SET state = 'running', attempts = 1, leased_until = now() + interval '2 days', done = 2
        WHERE kind = 'merge_issues'";
    stage.execute(dead).await;
    let moved =
        "UPDATE events SET issue_id = $1 WHERE event_id IN (SELECT event_id FROM events WHERE issue_id = $2 LIMIT 2)";
    sqlx::query(moved).bind(merge.target).bind(ids[0]).execute(stage.db()).await.unwrap();
    stage.work().await;
    assert_eq!(stage.ids().await.len(), 3, "the dead worker's lease runs");
    stage.queue(Uuid::new_v4(), &event("TypeError", "later")).await;
    stage.test.app.clock.advance(TimeDelta::days(3));
    stage.work().await;
    assert_eq!(stage.ids().await, [merge.target]);
    assert_eq!(stage.number("SELECT times_seen FROM issues").await, 12);
    stage.assert_counted().await;
    assert_eq!(stage.text("SELECT state FROM jobs WHERE kind = 'merge_issues'").await, "done");
    assert_eq!(stage.number("SELECT done FROM jobs WHERE kind = 'merge_issues'").await, 5);
}

#[tokio::test]
async fn a_survivor_that_is_merged_in_turn_or_deleted_takes_all_along() {
    let stage = three().await;
    let ids = stage.ids().await;
    issues::merge(&stage.test.app, stage.owner(), &[ids[0], ids[2]]).await.unwrap();
    issues::merge(&stage.test.app, stage.owner(), &[ids[0], ids[1]]).await.unwrap();
    stage.work().await;
    assert_eq!(stage.ids().await, [ids[1]]);
    assert_eq!(stage.number("SELECT times_seen FROM issues").await, 10);
    stage.assert_counted().await;
    assert_eq!(issue_rows::find_present(stage.db(), ids[2]).await.unwrap(), Some(ids[1]));

    let stage = three().await;
    let ids = stage.ids().await;
    issues::merge(&stage.test.app, stage.owner(), &ids).await.unwrap();
    issues::delete(&stage.test.app, stage.owner(), &[ids[1]], false).await.unwrap();
    stage.work().await;
    assert_eq!(stage.ids().await, []);
    assert_eq!(stage.number("SELECT count(*) FROM events").await, 0);
    assert_eq!(stage.number("SELECT count(*) FROM issue_tags").await, 0);
}

#[tokio::test]
async fn what_cannot_be_merged_is_refused_whole() {
    let stage = three().await;
    let ids = stage.ids().await;
    let app = &stage.test.app;
    let other = stage.test.project_named("other", "blog").await;
    stage.test.report(&other, &event("Foreign", "1")).await;
    let foreign = *stage.ids().await.last().unwrap();
    let refused = async |ids: &[IssueId]| issues::merge(app, stage.owner(), ids).await.unwrap_err();
    assert!(matches!(refused(&[ids[0]]).await, Error::MergeTooFew));
    assert!(matches!(refused(&[ids[0], ids[0]]).await, Error::MergeTooFew));
    assert!(matches!(refused(&[ids[0], foreign]).await, Error::SeveralProjects));
    assert!(matches!(refused(&[ids[0], IssueId(i64::MAX)]).await, Error::Gone));
    issues::delete(app, stage.owner(), &[ids[2]], false).await.unwrap();
    assert!(matches!(refused(&[ids[0], ids[2]]).await, Error::Gone));
    stage.work().await;
    assert_eq!(stage.number("SELECT count(*) FROM issue_redirects").await, 0);

    // Over HTTP an issue of another organization is not even there.
    let browser = stage.browser().await;
    let (own, foreign) = (ids[0].to_string(), foreign.to_string());
    for (with, told) in [
        (own.as_str(), "That is this issue itself"),
        (foreign.as_str(), "No issue that you may see"),
        ("BLOG-1", "No issue that you may see"),
        ("nonsense", "No issue that you may see"),
        ("99999999999999999999", "No issue that you may see"),
    ] {
        let fields = [("id", own.as_str()), ("action", "merge"), ("with", with), ("confirm", "2")];
        let answer = browser.post_form("/organizations/acme/issues/", &fields).await;
        assert_eq!(answer.status, 422, "{with}");
        assert!(answer.body.contains(told), "{with}: {}", answer.body);
    }
    let script = stage.test.script(&stage.project.owner, &picket::types::scope::Scope::ALL).await;
    let path = format!("/api/0/projects/acme/shop/issues/?id={own}&id={foreign}");
    assert_eq!(script.put_json(&path, &json!({ "merge": true })).await.status, 400);

    // Of two projects of one organization nothing is even asked.
    stage.execute("UPDATE projects SET organization_id = (SELECT min(id) FROM organizations)").await;
    let fields = [("id", own.as_str()), ("id", foreign.as_str()), ("action", "merge")];
    let answer = browser.post_form("/organizations/acme/issues/", &fields).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert!(answer.body.contains("Only issues of one project") && !answer.body.contains("name=\"confirm\""));
}

#[tokio::test]
async fn merging_by_the_box_of_an_issue_asks_for_the_number() {
    let stage = three().await;
    let ids = stage.ids().await;
    let browser = stage.browser().await;
    let link = format!("http://picket.example/organizations/acme/issues/{}/?a=b", ids[1]);
    let own = ids[0].to_string();
    let mut fields = vec![("id", own.as_str()), ("action", "merge"), ("with", link.as_str())];
    let question = browser.post_form("/organizations/acme/issues/", &fields).await;
    assert!(question.body.contains("Merge 2 issues into one?") && question.body.contains("SHOP-2 was seen most"));
    let second = ids[1].to_string();
    fields = vec![("id", own.as_str()), ("id", second.as_str()), ("action", "merge"), ("confirm", "3")];
    assert_eq!(browser.post_form("/organizations/acme/issues/", &fields).await.status, 422);
    fields[3].1 = "2";
    let answer = browser.post_form("/organizations/acme/issues/", &fields).await;
    assert_eq!(answer.status, 303);
    stage.work().await;
    let page = browser.get(answer.location()).await.body;
    assert!(page.contains("3 events moved") && page.contains(&format!("/issues/{second}/")), "{page}");
    assert!(!page.contains("/cancel/"));
    stage.assert_counted().await;
}

/// The hash that decided about the events of an error.
async fn hash_of(stage: &Stage, error: &str) -> Uuid {
    let sql = "SELECT DISTINCT events.hash FROM events, UNNEST(tag_value_ids) AS tag (id), tag_values
        WHERE tag_values.id = tag.id AND key = 'error' AND value = $1";
    sqlx::query_scalar(sql).bind(error).fetch_one(stage.db()).await.unwrap()
}

#[tokio::test]
async fn what_was_merged_is_taken_apart_by_hash() {
    let stage = three().await;
    let ids = stage.ids().await;
    issues::merge(&stage.test.app, stage.owner(), &ids).await.unwrap();
    stage.work().await;
    let hash = hash_of(&stage, "KeyError").await.as_simple().to_string();
    let browser = stage.browser().await;
    let path = format!("/organizations/acme/issues/{}/merged/", ids[1]);
    let page = browser.get(&path).await.body;
    assert!(page.contains(&hash), "{page}");
    assert_eq!(browser.post_form(&path, &[]).await.status, 422);
    let preview = browser.post_form(&path, &[("hash", &hash)]).await;
    assert!(preview.body.contains("A new issue takes one hash and 3 stored events; 7 stay here."), "{}", preview.body);
    let answer = browser.post_form(&path, &[("hash", &hash), ("confirm", "1")]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);

    // Until the job is done the hash is locked, and new events belong to the new issue already.
    let script = stage.test.script(&stage.project.owner, &picket::types::scope::Scope::ALL).await;
    let new = *stage.ids().await.last().unwrap();
    let hashes = script.get(&format!("/api/0/issues/{new}/hashes/")).await.json();
    assert_eq!((&hashes[0]["id"], &hashes[0]["state"]), (&json!(hash), &json!("locked")));
    let merge = format!("/api/0/projects/acme/shop/issues/?id={new}&id={}", ids[1]);
    assert_eq!(script.put_json(&merge, &json!({ "merge": true })).await.status, 409);
    assert_eq!(script.delete(&format!("/api/0/issues/{new}/hashes/?id={hash}")).await.status, 400, "its only one");
    stage.queue(Uuid::new_v4(), &event("KeyError", "late")).await;
    stage.work().await;

    stage.assert_counted().await;
    let texts = "SELECT string_agg(split_part(title, ':', 1) || ' ' || times_seen || ' ' || users_seen, ', ' ORDER BY id) FROM issues";
    assert_eq!(stage.text(texts).await, "TypeError 7 3, KeyError 4 4");
    assert_eq!(stage.text("SELECT 'SHOP-' || short_id FROM issues ORDER BY id DESC LIMIT 1").await, "SHOP-4");
    assert_eq!(stage.number("SELECT count(*) FROM issue_hashes WHERE is_locked").await, 0);
    let release = "SELECT count(*) FROM issues WHERE first_release_id IS NOT NULL AND last_release_id IS NOT NULL";
    assert_eq!(stage.number(release).await, 2);
    let activity = browser.get(&format!("/organizations/acme/issues/{new}/activity/")).await.body;
    assert!(activity.contains("split 1 group of events off from"), "{activity}");
    let page = browser.get(answer.location()).await.body;
    assert!(page.contains("events moved to the new issue") && page.contains(&format!("/issues/{new}/")), "{page}");
    // Events can still be read: what their bodies refer to came along.
    for id in stage.ids().await {
        assert_eq!(browser.get(&format!("/organizations/acme/issues/{id}/")).await.status, 200);
    }
}

#[tokio::test]
async fn hashes_of_a_busy_issue_are_counted_in_its_newest_events() {
    let stage = three().await;
    let id = stage.ids().await[1];
    sqlx::query(
        "INSERT INTO events SELECT project_id, issue_id, gen_random_uuid(), occurred_at - make_interval(secs => n),
            received_at, hash, size, tag_value_ids
        FROM events, generate_series(1, 2000) AS n WHERE issue_id = $1",
    )
    .bind(id.0)
    .execute(stage.db())
    .await
    .unwrap();
    sqlx::query("UPDATE issues SET times_seen = 10005 WHERE id = $1").bind(id.0).execute(stage.db()).await.unwrap();
    let browser = stage.browser().await;
    let path = format!("/organizations/acme/issues/{id}/merged/");
    let page = browser.get(&path).await.body;
    assert!(page.contains("<td>10,000+</td>"), "{page}");
    assert!(page.contains("Counted in the newest 10,000 events of the issue."));
    // What is about to be moved is counted whole.
    let other = Uuid::from_u128(7);
    sqlx::query("INSERT INTO issue_hashes (project_id, hash, issue_id) VALUES ($1, $2, $3)")
        .bind(stage.project.project.id.0)
        .bind(other)
        .bind(id.0)
        .execute(stage.db())
        .await
        .unwrap();
    let hash = hash_of(&stage, "ValueError").await.as_simple().to_string();
    let preview = browser.post_form(&path, &[("hash", &hash)]).await.body;
    assert!(preview.contains("10,005 stored events; 0 stay here"), "{preview}");
}

#[tokio::test]
async fn an_issue_keeps_one_hash() {
    let stage = three().await;
    let ids = stage.ids().await;
    issues::merge(&stage.test.app, stage.owner(), &ids).await.unwrap();
    stage.work().await;
    let script = stage.test.script(&stage.project.owner, &picket::types::scope::Scope::ALL).await;
    let path = format!("/api/0/issues/{}/hashes/", ids[1]);
    let view = script.get(&path).await.json();
    let all: Vec<&str> = view.as_array().unwrap().iter().map(|hash| hash["id"].as_str().unwrap()).collect();
    assert_eq!(all.len(), 3);
    assert!(view[0]["latestEvent"]["eventID"].is_string(), "{view}");
    let take = async |hashes: &[&str]| {
        let query: Vec<String> = hashes.iter().map(|hash| format!("id={hash}")).collect();
        script.delete(&format!("{path}?{}", query.join("&"))).await.status
    };
    assert_eq!(take(&all).await, 400);
    assert_eq!(take(&["nonsense"]).await, 400);
    assert_eq!(take(&["0123456789abcdef0123456789abcdef"]).await, 200);
    assert_eq!(take(&[]).await, 200);
    assert_eq!(take(&all[..2]).await, 202);
    assert_eq!(take(&all[2..]).await, 400);
    stage.work().await;
    assert_eq!(stage.ids().await.len(), 2);
    stage.assert_counted().await;
}

#[tokio::test]
async fn taking_apart_survives_its_worker() {
    let stage = three().await;
    let ids = stage.ids().await;
    issues::merge(&stage.test.app, stage.owner(), &ids).await.unwrap();
    stage.work().await;
    let hash = hash_of(&stage, "TypeError").await;
    let issue = issue_rows::find(stage.db(), ids[1]).await.unwrap().unwrap();
    issues::unmerge(&stage.test.app, stage.owner(), &issue, &[hash]).await.unwrap();
    stage
        .execute(
            "UPDATE jobs SET state = 'running', leased_until = now() + interval '2 days' WHERE kind = 'unmerge_issue'",
        )
        .await;
    stage.work().await;
    assert_eq!(
        stage.number("SELECT count(*) FROM issue_hashes WHERE is_locked").await,
        1,
        "the dead worker's lease runs"
    );
    stage.test.app.clock.advance(TimeDelta::days(3));
    stage.work().await;
    stage.assert_counted().await;
    assert_eq!(stage.number("SELECT times_seen FROM issues ORDER BY id DESC LIMIT 1").await, 2);
}

/// What is decided about issues whose events are on the move: deleting waits, moving again is refused.
#[tokio::test]
async fn issues_on_the_move_are_not_deleted_before_and_not_moved_again() {
    for (deleted, left) in [("TypeError", "KeyError 3 3"), ("KeyError", "TypeError 7 3")] {
        for is_discard in [false, true] {
            let stage = three().await;
            let ids = stage.ids().await;
            issues::merge(&stage.test.app, stage.owner(), &ids).await.unwrap();
            let target = issue_rows::find(stage.db(), ids[1]).await.unwrap().unwrap();
            let hash = hash_of(&stage, "KeyError").await;
            let early = issues::unmerge(&stage.test.app, stage.owner(), &target, &[hash]).await.unwrap_err();
            assert!(matches!(early, Error::Locked), "its events have not come yet: {early}");
            stage.work().await;

            let new = issues::unmerge(&stage.test.app, stage.owner(), &target, &[hash]).await.unwrap().issue_id;
            let other = hash_of(&stage, "TypeError").await;
            let again = issues::unmerge(&stage.test.app, stage.owner(), &target, &[other]).await.unwrap_err();
            assert!(matches!(again, Error::Locked), "{again}");
            let merged = issues::merge(&stage.test.app, stage.owner(), &[ids[1], new]).await.unwrap_err();
            assert!(matches!(merged, Error::Locked), "{merged}");

            // The worker with the move is dead, and the deletion is due before somebody takes the move over.
            stage
                .execute("UPDATE jobs SET state = 'running', leased_until = now() + interval '2 days' WHERE kind = 'unmerge_issue'")
                .await;
            let id = if deleted == "KeyError" { new } else { ids[1] };
            issues::delete(&stage.test.app, stage.owner(), &[id], is_discard).await.unwrap();
            stage.work().await;
            assert_eq!(stage.text("SELECT state FROM jobs WHERE kind = 'delete_issues'").await, "waiting");
            assert_eq!(stage.number("SELECT attempts::bigint FROM jobs WHERE kind = 'delete_issues'").await, 0);
            assert_eq!(stage.number("SELECT count(*) FROM events").await, 10);
            stage.test.app.clock.advance(TimeDelta::days(3));
            stage.work().await;
            stage.test.app.clock.advance(TimeDelta::minutes(1));
            stage.work().await;
            assert_eq!(stage.text("SELECT state FROM jobs WHERE kind = 'delete_issues'").await, "done");
            let texts = "SELECT string_agg(split_part(title, ':', 1) || ' ' || times_seen || ' ' || users_seen, ', ') FROM issues";
            assert_eq!(stage.text(texts).await, left);
            assert_eq!(stage.number(RECOUNT).await, 0);
            let strays = "SELECT count(*) FROM events WHERE issue_id NOT IN (SELECT id FROM issues)";
            assert_eq!(stage.number(strays).await, 0);
            assert_eq!(stage.number("SELECT count(*) FROM issue_hashes WHERE is_locked").await, 0);
        }
    }
}

#[tokio::test]
async fn a_survivor_is_deleted_with_everything_or_comes_back_with_everything() {
    for is_cancelled in [false, true] {
        let stage = three().await;
        let ids = stage.ids().await;
        issues::merge(&stage.test.app, stage.owner(), &ids).await.unwrap();
        let dead =
            "UPDATE jobs SET state = 'running', leased_until = now() + interval '2 days' WHERE kind = 'merge_issues'";
        stage.execute(dead).await;
        let deletion = issues::delete(&stage.test.app, stage.owner(), &[ids[1]], false).await.unwrap();
        stage.work().await;
        assert_eq!(stage.number("SELECT count(*) FROM events").await, 10, "the merge comes first");
        if is_cancelled {
            let browser = stage.browser().await;
            let answer = browser.post_form(&format!("/jobs/{}/cancel/", deletion.job_id), &[]).await;
            assert_eq!(answer.status, 303);
        }
        stage.test.app.clock.advance(TimeDelta::days(3));
        stage.work().await;
        stage.test.app.clock.advance(TimeDelta::minutes(1));
        stage.work().await;
        let (issues, events) = if is_cancelled { (1, 10) } else { (0, 0) };
        assert_eq!(stage.number("SELECT count(*) FROM issues WHERE status = 'unresolved'").await, issues);
        assert_eq!(stage.number("SELECT count(*) FROM issues").await, issues);
        assert_eq!(stage.number("SELECT count(*) FROM events").await, events);
        assert_eq!(stage.number(RECOUNT).await, 0);
    }
}

/// What retention took is still counted, and stays with the issue that the rest is taken off.
#[tokio::test]
async fn taking_apart_leaves_what_was_seen_before_the_retention() {
    let stage = three().await;
    let ids = stage.ids().await;
    issues::merge(&stage.test.app, stage.owner(), &ids).await.unwrap();
    stage.work().await;
    let before = stage.text("SELECT min(occurred_at)::text FROM events").await;
    stage
        .execute("DELETE FROM events WHERE event_id IN (SELECT event_id FROM events ORDER BY occurred_at LIMIT 2)")
        .await;
    let issue = issue_rows::find(stage.db(), ids[1]).await.unwrap().unwrap();
    let hash = hash_of(&stage, "TypeError").await;
    issues::unmerge(&stage.test.app, stage.owner(), &issue, &[hash]).await.unwrap();
    stage.work().await;
    let seen = "SELECT string_agg(times_seen::text, ' ' ORDER BY id) FROM issues";
    assert_eq!(stage.text(seen).await, "8 2");
    let hours = "SELECT string_agg(n::text, ' ' ORDER BY id) FROM
        (SELECT issue_id AS id, sum(events) AS n FROM issue_hours GROUP BY issue_id) AS hours";
    assert_eq!(stage.text(hours).await, "8 2");
    assert_eq!(stage.text("SELECT first_seen::text FROM issues ORDER BY id LIMIT 1").await, before);
}

#[tokio::test]
async fn bodies_stay_readable_through_merging_and_taking_apart() {
    let stage = Stage::new().await;
    for n in 0..6 {
        for error in ["KeyError", "ValueError"] {
            let mut event = event(error, &n.to_string());
            event["extra"] = json!({ "text": format!("{error} {n} {}", "x".repeat(2_000)) });
            event["tags"] = json!({ "error": error });
            stage.queue(Uuid::new_v4(), &event).await;
        }
    }
    stage.work().await;
    assert!(stage.number("SELECT count(*) FROM body_references").await >= 2, "bodies refer to others");
    let ids = stage.ids().await;
    issues::merge(&stage.test.app, stage.owner(), &ids).await.unwrap();
    stage.work().await;
    let target = stage.ids().await[0];
    let issue = issue_rows::find(stage.db(), target).await.unwrap().unwrap();
    let hash = hash_of(&stage, "KeyError").await;
    issues::unmerge(&stage.test.app, stage.owner(), &issue, &[hash]).await.unwrap();
    stage.work().await;
    stage.send(&event("KeyError", "last")).await;
    let script = stage.test.script(&stage.project.owner, &picket::types::scope::Scope::ALL).await;
    let mut texts = 0;
    for id in stage.ids().await {
        let events = script.get(&format!("/api/0/issues/{id}/events/")).await.json();
        for event in events.as_array().unwrap() {
            let id = event["eventID"].as_str().unwrap();
            let event: Value = script.get(&format!("/api/0/projects/acme/shop/events/{id}/")).await.json();
            texts += i64::from(event["context"]["text"].is_string());
        }
    }
    assert_eq!(texts, 12);
    stage.assert_counted().await;
}
