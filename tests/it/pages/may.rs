//! Who may decide what: every action by every role, from pages and by tokens, on what is theirs and what is not.

use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::{Value, json};

use crate::support::{Client, Project, TestApp};

const LIST: &str = "/organizations/acme/issues/";

/// What forms can do that changes something at once.
const ACTIONS: [&str; 16] = [
    "resolve",
    "unresolve",
    "ignore",
    "ignore-2h",
    "assign-me",
    "unassign",
    "bookmark",
    "unbookmark",
    "subscribe",
    "unsubscribe",
    "seen",
    "unseen",
    "resolve-release",
    "ignore-custom",
    "merge",
    "delete",
];

async fn stage() -> (TestApp, Project, i64) {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    app.report(&project, &json!({"message": "no cart", "release": "1.0"})).await;
    let id = sqlx::query_scalar("SELECT id FROM issues").fetch_one(&app.app.db).await.expect("an issue");
    (app, project, id)
}

/// Everything that decisions change, as one text.
async fn snapshot(app: &TestApp) -> String {
    sqlx::query_scalar(
        "SELECT concat((SELECT jsonb_agg(to_jsonb(issues)) FROM issues), (SELECT jsonb_agg(to_jsonb(s)) FROM issue_snoozes s),
            (SELECT jsonb_agg(to_jsonb(b)) FROM issue_bookmarks b), (SELECT jsonb_agg(to_jsonb(v)) FROM issue_views v),
            (SELECT jsonb_agg(to_jsonb(s)) FROM issue_subscriptions s), (SELECT jsonb_agg(to_jsonb(a)) FROM activities a),
            (SELECT jsonb_agg(to_jsonb(s)) FROM issue_shares s), (SELECT jsonb_agg(to_jsonb(j)) FROM jobs j WHERE user_id IS NOT NULL))",
    )
    .fetch_one(&app.app.db)
    .await
    .expect("a snapshot")
}

async fn post_all(browser: &Client, id: i64) -> Vec<u16> {
    let id_text = id.to_string();
    let mut statuses = Vec::new();
    for action in ACTIONS {
        let fields =
            [("id", id_text.as_str()), ("action", action), ("version", "1.0"), ("count", "5"), ("next", "/acme/shop/")];
        statuses.push(browser.post_form(LIST, &fields).await.status);
    }
    for path in ["share", "merged"] {
        let fields = [("action", "share"), ("hash", "0123456789abcdef0123456789abcdef")];
        statuses.push(browser.post_form(&format!("{LIST}{id}/{path}/"), &fields).await.status);
    }
    statuses
}

#[tokio::test]
async fn members_of_every_role_decide_and_others_do_not() {
    let (app, project, id) = stage().await;
    let stranger = app.user("stranger@else.example", false).await;
    let outsider = app.member(&project, "outsider@acme.example", Role::Member, false).await;
    let foreign = app.project_named("other", "blog").await;
    let before = snapshot(&app).await;
    for user in [&stranger, &foreign.owner] {
        let statuses = post_all(&app.sign_in(user).await, id).await;
        assert!(statuses.iter().all(|status| *status == 404), "{statuses:?}");
    }
    // A member of no team of the project may post to the organization, but the issue is not there for them.
    post_all(&app.sign_in(&outsider).await, id).await;
    let anonymous = post_all(&app.anonymous(), id).await;
    assert!(anonymous.iter().all(|status| *status == 303), "all lead to the sign-in: {anonymous:?}");
    assert_eq!(snapshot(&app).await, before);

    for (place, role) in [Role::Member, Role::Admin, Role::Manager, Role::Owner].into_iter().enumerate() {
        let user = app
            .member(&project, &format!("m{place}@acme.example"), role, role == Role::Member || role == Role::Admin)
            .await;
        let statuses = post_all(&app.sign_in(&user).await, id).await;
        // Merging one issue and deleting ask first; a hash of another issue is refused.
        let expected = [vec![303; 14], vec![200, 200, 303, 422]].concat();
        assert_eq!(statuses, expected, "{role:?}");
    }
}

/// Method, path, body, the scopes of which one is enough, and the status that comes of it.
fn calls(id: i64) -> Vec<(&'static str, String, Option<Value>, &'static [Scope])> {
    const WRITE: &[Scope] = &[Scope::EventWrite, Scope::EventAdmin];
    const ADMIN: &[Scope] = &[Scope::EventAdmin];
    const READ: &[Scope] = &[Scope::EventRead, Scope::EventWrite, Scope::EventAdmin];
    let issue = format!("/api/0/issues/{id}/");
    let of_project = format!("/api/0/projects/acme/shop/issues/?id={id}");
    let mut calls = Vec::new();
    for body in [
        json!({"status": "resolved"}),
        json!({"status": "ignored", "ignoreDuration": 30}),
        json!({"status": "unresolved"}),
        json!({"assignedTo": "owner@acme.example"}),
        json!({"isBookmarked": true}),
        json!({"isSubscribed": false}),
        json!({"hasSeen": true}),
        json!({"isPublic": true}),
        json!({"isPublic": false}),
    ] {
        calls.push(("PUT", issue.clone(), Some(body.clone()), WRITE));
        calls.push(("PUT", of_project.clone(), Some(body), WRITE));
    }
    calls.push(("GET", format!("{issue}hashes/"), None, READ));
    calls.push(("DELETE", format!("{issue}hashes/"), None, WRITE));
    calls.push(("GET", "/api/0/projects/acme/shop/tombstones/".to_owned(), None, READ));
    calls.push(("DELETE", "/api/0/projects/acme/shop/tombstones/0/".to_owned(), None, ADMIN));
    calls.push(("DELETE", "/api/0/projects/acme/shop/issues/?id=0".to_owned(), None, ADMIN));
    calls
}

#[tokio::test]
async fn tokens_decide_by_their_scopes() {
    let (app, project, id) = stage().await;
    let call = async |client: &Client, (method, path, body, _): &(&str, String, Option<Value>, &[Scope])| {
        let request = client.request(method, path);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        client.send(request).await.status
    };
    for scope in [Scope::EventRead, Scope::EventWrite, Scope::EventAdmin, Scope::ProjectAdmin, Scope::OrgAdmin] {
        let script = app.script(&project.owner, &[scope]).await;
        for wanted in calls(id) {
            let status = call(&script, &wanted).await;
            assert_eq!(status == 403, !wanted.3.contains(&scope), "{scope:?} {wanted:?}: {status}");
        }
    }
    let foreign = app.project_named("other", "blog").await;
    let outsider = app.member(&project, "outsider@acme.example", Role::Member, false).await;
    let before = snapshot(&app).await;
    for user in [&foreign.owner, &outsider] {
        let script = app.script(user, &Scope::ALL).await;
        for wanted in calls(id) {
            assert_eq!(call(&script, &wanted).await, 404, "{wanted:?}");
        }
    }
    for wanted in calls(id) {
        assert_eq!(call(&app.anonymous(), &wanted).await, 401, "{wanted:?}");
    }
    assert_eq!(snapshot(&app).await, before);
}
