//! The audit log: filter, pages, file.

use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::json;

use crate::support::TestApp;

const LOG: &str = "/settings/acme/audit-log/";

#[tokio::test]
async fn the_log_tells_who_did_what_from_where() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let owner = app.sign_in(&project.owner).await;
    assert!(owner.get(LOG).await.body.contains("Nothing is noted yet"));
    owner.post_form("/settings/acme/teams/", &[("name", "Payments")]).await;
    owner.post_form("/settings/acme/members/new/", &[("emails", "=cmd@acme.example"), ("role", "member")]).await;
    let page = owner.get(LOG).await.body;
    for shown in ["owner@acme.example", "made a team", "Payments", "127.0.0.1", "=cmd"] {
        assert!(page.contains(shown), "no {shown}: {page}");
    }
    let filtered = owner.get(&format!("{LOG}?event=team.create")).await.body;
    assert!(filtered.contains("Payments") && !filtered.contains("=cmd"), "{filtered}");
    let by_person = owner.get(&format!("{LOG}?person=CMD")).await.body;
    assert!(!by_person.contains("Payments") && by_person.contains("=cmd"), "{by_person}");
    assert!(owner.get(&format!("{LOG}?event=no.such")).await.body.contains("Nothing fits"));
    assert_eq!(owner.get(&format!("{LOG}?person=%00&page=-1")).await.status, 200);

    let secret: String = sqlx::query_scalar("SELECT encode(token_hash, 'hex') FROM members WHERE user_id IS NULL")
        .fetch_one(&app.app.db)
        .await
        .unwrap();
    let log: String = sqlx::query_scalar("SELECT jsonb_agg(to_jsonb(a))::text FROM audit_entries a")
        .fetch_one(&app.app.db)
        .await
        .unwrap();
    assert!(!log.contains("/accept/") && !log.contains(&secret), "{log}");

    sqlx::query(
        "INSERT INTO audit_entries (organization_id, event, actor_label, target_label, created_at)
        SELECT $1, 21, 'robot', 'n' || n, now() FROM generate_series(1, 60) AS n",
    )
    .bind(project.organization.id.0)
    .execute(&app.app.db)
    .await
    .unwrap();
    assert!(!owner.get(LOG).await.body.contains(">n10<"));
    assert!(owner.get(&format!("{LOG}?page=2")).await.body.contains(">n10<"));
}

/// The attack: a formula in a name, run by the spreadsheet that opens the file.
#[tokio::test]
async fn the_file_holds_no_formula() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let owner = app.sign_in(&project.owner).await;
    owner.post_form("/settings/acme/members/new/", &[("emails", "=cmd@acme.example"), ("role", "member")]).await;
    owner.post_form("/settings/acme/teams/", &[("name", "@SUM(1+1)")]).await;
    let file = owner.get(&format!("{LOG}export/?event=")).await;
    assert!(file.header("content-disposition").contains("acme-audit-log.csv"));
    assert!(file.header("content-type").starts_with("text/csv"));
    let lines: Vec<&str> = file.body.lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[1].contains(",team.create,'@SUM(1+1),127.0.0.1,"), "{lines:?}");
    assert!(lines.iter().flat_map(|line| line.split(',')).all(|cell| !cell.starts_with(['=', '@', '+'])), "{lines:?}");
    let one = owner.get(&format!("{LOG}export/?event=member.invite")).await.body;
    assert_eq!(one.lines().count(), 2);
}

#[tokio::test]
async fn the_log_is_for_those_who_run_the_organization() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let foreign = app.project_named("other", "site").await;
    app.sign_in(&foreign.owner).await.post_form("/settings/other/teams/", &[("name", "Secret")]).await;
    for (role, status) in [(Role::Member, 403), (Role::Admin, 403), (Role::Manager, 200)] {
        let user = app.member(&project, &format!("{}@acme.example", role.as_str()), role, true).await;
        let (browser, script) = (app.sign_in(&user).await, app.script(&user, &Scope::ALL).await);
        for path in [LOG, "/settings/acme/audit-log/export/"] {
            assert_eq!(browser.get(path).await.status, status, "{path} {role:?}");
        }
        assert_eq!(script.get("/api/0/organizations/acme/audit-logs/").await.status, status);
    }
    let owner = app.sign_in(&project.owner).await;
    assert_eq!(owner.get("/settings/other/audit-log/").await.status, 404);
    assert!(!owner.get(LOG).await.body.contains("Secret"));

    let script = app.script(&project.owner, &[Scope::OrgAdmin, Scope::TeamWrite]).await;
    script.post_json("/api/0/organizations/acme/teams/", &json!({"name": "Ops"})).await;
    let list = script.get("/api/0/organizations/acme/audit-logs/?event=team.create").await.json();
    assert_eq!((&list[0]["event"], &list[0]["note"]), (&json!("team.create"), &json!("team.create Ops")));
    assert_eq!(
        (&list[0]["actor"]["email"], &list[0]["ipAddress"]),
        (&json!("owner@acme.example"), &json!("127.0.0.1"))
    );
    assert_eq!(script.get("/api/0/organizations/acme/audit-logs/?event=team").await.json(), json!([]));
}
