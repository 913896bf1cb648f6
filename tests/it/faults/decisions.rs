//! Decisions under fire: workers are killed while they merge issues, take one apart, change and delete thousands, and events
//! keep arriving. What was decided is completed by whoever comes next, and every counter is what counting gives.
#![expect(clippy::disallowed_types, reason = "what is asked of the database names its jobs")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

use super::picket::{Picket, output};
use super::{PATIENCE, Scene, event_ids};
use crate::support::Client;
use crate::worker::RECOUNT;

const ISSUES: &str = "/api/0/projects/acme/shop/issues/";
const PASSWORD: &str = "correct horse";

/// A worker is killed so often before one may end the job.
const KILLS: usize = 3;

/// A project with people and running processes.
struct Desk {
    scene: Scene,
    token: String,
    web: Picket,
}

impl Desk {
    fn open() -> Self {
        let scene = Scene::start();
        let user = ["createuser", "--email", "ana@example.com", "--password", PASSWORD, "--superuser"];
        output(&scene.stores, &user);
        let scopes = "org:read,project:read,event:read,event:write,event:admin";
        let token = output(&scene.stores, &["token", "create", "--user", "ana@example.com", "--scopes", scopes]);
        let web = scene.run("web");
        Self { scene, token, web }
    }

    /// Calls the API until the server is there.
    #[tokio::main(flavor = "current_thread")]
    async fn call(&self, method: &str, path: &str, body: &Value) -> (u16, String) {
        let client = Client::new(&format!("http://{}", self.web.address), Some(&self.token));
        let answer = client.send(client.request(method, path).json(body)).await;
        (answer.status, answer.body)
    }

    /// Posts a form as a person in a browser; gives where it leads.
    #[tokio::main(flavor = "current_thread")]
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let client = Client::new(&format!("http://{}", self.web.address), None);
        let signed_in =
            client.post_form("/auth/login/", &[("username", "ana@example.com"), ("password", PASSWORD)]).await;
        assert_eq!(signed_in.status, 303, "{}", signed_in.body);
        let answer = client.post_form(path, fields).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.location().to_owned()
    }

    #[tokio::main(flavor = "current_thread")]
    async fn numbers(&self, sql: &str) -> Vec<i64> {
        let mut db = PgConnection::connect(&self.scene.stores.database_url()).await.expect("PostgreSQL runs");
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut db).await.expect("a query")
    }

    fn number(&self, sql: &str) -> i64 {
        self.numbers(sql)[0]
    }

    #[tokio::main(flavor = "current_thread")]
    async fn execute(&self, sql: &'static str) {
        let mut db = PgConnection::connect(&self.scene.stores.database_url()).await.expect("PostgreSQL runs");
        sqlx::raw_sql(sql).execute(&mut db).await.expect("a statement");
    }

    fn until(&self, what: &str, sql: &str) {
        let begun = Instant::now();
        while self.number(sql) == 0 {
            assert!(begun.elapsed() < PATIENCE, "{what}: not in time");
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Kills workers in the middle of the newest job, each after it came further than the one before; the last ends it.
    fn fight_through(&self, kind: &str) {
        let job = format!("FROM jobs WHERE id = (SELECT max(id) FROM jobs WHERE kind = '{kind}')");
        let (mut done, mut interrupted) = (0, 0);
        for _ in 0..KILLS {
            let mut worker = self.scene.run("worker");
            self.until(kind, &format!("SELECT (done > {done} OR state = 'done')::integer::bigint {job}"));
            worker.kill();
            interrupted += self.number(&format!("SELECT (state = 'running')::integer::bigint {job}"));
            done = self.number(&format!("SELECT done {job}"));
            // The minute that a worker may be silent is over.
            self.execute("UPDATE jobs SET leased_until = now() - interval '1 second' WHERE state = 'running'");
        }
        assert!(interrupted > 0, "{kind}: it was over before anybody was killed");
        let _worker = self.scene.run("worker");
        self.until(kind, &format!("SELECT (state = 'done')::integer::bigint {job}"));
        let left = self.number(&format!("SELECT total - done {job}"));
        assert_eq!(left, 0, "{kind}: progress tells of everything once");
    }

    /// Sends events a few at a time while something is done; gives how many were sent.
    fn meanwhile(&self, events: &[Uuid], act: impl FnOnce()) -> usize {
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            let sending = scope.spawn(|| {
                let mut sent = 0;
                for part in events.chunks(20).take_while(|_| !is_over.load(Ordering::Relaxed)) {
                    self.scene.send(part);
                    sent += part.len();
                    thread::sleep(Duration::from_millis(20));
                }
                sent
            });
            act();
            is_over.store(true, Ordering::Relaxed);
            sending.join().expect("everything is acknowledged")
        })
    }

    fn send_and_save(&self, events: &[Uuid]) {
        let _worker = self.scene.run("worker");
        self.scene.send(events);
        self.scene.assert_each_event_once(events);
    }
}

#[test]
fn workers_are_killed_while_issues_are_merged_and_taken_apart() {
    let desk = Desk::open();
    let (early, late) = (event_ids(12_000), event_ids(20_000));
    desk.send_and_save(&early);
    let ids = desk.numbers("SELECT id FROM issues ORDER BY id");
    assert!(ids.len() > 30, "{}", ids.len());
    let sent = desk.meanwhile(&late, || {
        let query: Vec<String> = ids.iter().map(|id| format!("id={id}")).collect();
        let (status, body) = desk.call("PUT", &format!("{ISSUES}?{}", query.join("&")), &json!({ "merge": true }));
        assert_eq!(status, 200, "{body}");
        desk.fight_through("merge_issues");
        assert_eq!(desk.number("SELECT count(*) FROM issues"), 1);

        let issue = desk.number("SELECT id FROM issues");
        let query = desk.hashes(ids.len() - 5);
        let (status, body) = desk.call("DELETE", &format!("/api/0/issues/{issue}/hashes/?{query}"), &json!(null));
        assert_eq!(status, 202, "{body}");
        desk.fight_through("unmerge_issue");
        assert_eq!(desk.number("SELECT count(*) FROM issues"), 2);
        assert_eq!(desk.number("SELECT count(*) FROM issue_hashes WHERE is_locked"), 0);
    });
    let _worker = desk.scene.run("worker");
    let all: Vec<Uuid> = early.iter().chain(&late[..sent]).copied().collect();
    desk.scene.assert_each_event_once(&all);
    assert_eq!(desk.number(RECOUNT), 0, "tags, hours and times are what counting gives");
    let strangers = "SELECT count(*) FROM events LEFT JOIN issue_hashes USING (project_id, hash)
        WHERE issue_hashes.issue_id IS DISTINCT FROM events.issue_id";
    assert_eq!(desk.number(strangers), 0, "each event is where its hash leads");
    assert_eq!(desk.number("SELECT count(*) FROM issues"), 2);
}

#[test]
fn workers_are_killed_while_thousands_of_issues_are_changed_and_deleted() {
    let desk = Desk::open();
    let seed = ["seed", "--organization", "acme", "--projects", "1", "--issues", "3000", "--events", "4000", "-q"];
    output(&desk.scene.stores, &seed);
    let issues = desk.number("SELECT count(*) FROM issues");
    assert!(issues > 2_000, "{issues}");
    let project = desk.number("SELECT max(id) FROM projects").to_string();
    let events = event_ids(20_000);
    let sent = desk.meanwhile(&events, || {
        let list = "/organizations/acme/issues/";
        let fields = [("all", "1"), ("query", "is:unresolved"), ("project", &project), ("action", "ignore")];
        let page = desk.post(list, &fields);
        desk.fight_through("change_issues");
        assert_eq!(desk.number("SELECT count(*) FROM issues WHERE status = 'ignored'"), issues);
        assert_eq!(desk.number("SELECT count(*) FROM job_issues WHERE outcome = 'changed'"), issues);
        let entries = "SELECT count(*) FROM activities WHERE kind = 'set_ignored'";
        assert_eq!(desk.number(entries), issues, "one entry for each");
        assert_eq!(desk.number("SELECT count(DISTINCT issue_id) FROM activities WHERE kind = 'set_ignored'"), issues);

        desk.post(&format!("{page}undo/"), &[]);
        desk.fight_through("undo_changes");
        assert_eq!(desk.number("SELECT count(*) FROM issues WHERE status = 'ignored'"), 0);
        assert_eq!(desk.number(entries), 0);

        let count = issues.to_string();
        let fields = [("all", "1"), ("query", ""), ("project", &project), ("action", "delete"), ("confirm", &count)];
        desk.post(list, &fields);
        desk.fight_through("delete_issues");
    });
    let _worker = desk.scene.run("worker");
    assert_eq!(desk.number("SELECT count(*) FROM issues WHERE project_id = (SELECT max(id) FROM projects)"), 0);
    for strays in [
        "SELECT count(*) FROM events WHERE issue_id NOT IN (SELECT id FROM issues)",
        "SELECT count(*) FROM event_bodies WHERE event_id NOT IN (SELECT event_id FROM events)",
        "SELECT count(*) FROM issue_tags WHERE issue_id NOT IN (SELECT id FROM issues)",
        "SELECT count(*) FROM issue_hashes WHERE issue_id NOT IN (SELECT id FROM issues)",
    ] {
        assert_eq!(desk.number(strays), 0, "{strays}");
    }
    // What was accepted of the seeded events stays counted, and what arrived is there once.
    let accepted =
        "UPDATE outcomes SET quantity = 0 WHERE outcome = 'accepted' AND project_id <> (SELECT min(id) FROM projects)";
    desk.execute(accepted);
    desk.scene.assert_each_event_once(&events[..sent]);
    assert_eq!(desk.number(RECOUNT), 0);
}

impl Desk {
    /// Some hashes of the only issue, as a query.
    #[tokio::main(flavor = "current_thread")]
    async fn hashes(&self, count: usize) -> String {
        let mut db = PgConnection::connect(&self.scene.stores.database_url()).await.expect("PostgreSQL runs");
        let sql = "SELECT hash FROM issue_hashes WHERE issue_id IS NOT NULL ORDER BY hash LIMIT $1";
        let limit = i64::try_from(count).expect("a few");
        let hashes: Vec<Uuid> = sqlx::query_scalar(sql).bind(limit).fetch_all(&mut db).await.expect("a query");
        let pairs: Vec<String> = hashes.iter().map(|hash| format!("id={}", hash.as_simple())).collect();
        pairs.join("&")
    }
}
