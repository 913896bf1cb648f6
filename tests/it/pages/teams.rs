//! Teams: their members, their projects, asking to join.

use picket::types::role::Role;

use crate::support::{Client, Project, TestApp};

async fn scene() -> (TestApp, Project, Client) {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let owner = app.sign_in(&project.owner).await;
    (app, project, owner)
}

async fn id_of(app: &TestApp, email: &str) -> String {
    sqlx::query_scalar("SELECT m.id::text FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = $1")
        .bind(email)
        .fetch_one(&app.app.db)
        .await
        .expect("a member")
}

#[tokio::test]
async fn a_team_is_filled_renamed_and_removed() {
    let (app, project, owner) = scene().await;
    app.member(&project, "lin@acme.example", Role::Member, false).await;
    let lin = id_of(&app, "lin@acme.example").await;
    let path = "/settings/acme/teams/team/";
    assert!(owner.get(path).await.body.contains("Nobody is in this team"));
    owner.post_form(&format!("{path}members/"), &[("add", &lin)]).await;
    let page = owner.get(path).await.body;
    assert!(page.contains(&format!("value=\"{lin}\"")) && !page.contains("Nobody is in"), "{page}");
    for (name, slug, expected) in [("", "team", "1 to 64"), ("Team", "No!", "1 to 50")] {
        let refused = owner.post_form(path, &[("name", name), ("slug", slug)]).await;
        assert!(refused.status == 422 && refused.body.contains(expected), "{}", refused.body);
    }
    owner.post_form("/settings/acme/teams/", &[("name", "Other")]).await;
    assert!(owner.post_form(path, &[("name", "x"), ("slug", "other")]).await.body.contains("is taken"));
    let renamed = owner.post_form(path, &[("name", "Payments"), ("slug", "payments")]).await;
    assert_eq!(renamed.location(), "/settings/acme/teams/payments/");
    let path = "/settings/acme/teams/payments/";
    owner.post_form(&format!("{path}members/"), &[("remove", &lin)]).await;
    assert_eq!(owner.post_form(&format!("{path}remove/"), &[("confirm", "payment")]).await.status, 422);
    assert_eq!(owner.post_form(&format!("{path}remove/"), &[("confirm", "payments")]).await.status, 303);
    assert_eq!(owner.get(path).await.status, 404);
    assert_eq!(owner.get("/acme/shop/").await.status, 200, "its projects stay");
    let events: Vec<i16> =
        sqlx::query_scalar("SELECT event FROM audit_entries ORDER BY id").fetch_all(&app.app.db).await.unwrap();
    assert_eq!(events, [6, 20, 21, 7, 22]);
}

#[tokio::test]
async fn where_membership_is_not_open_one_asks() {
    let (app, project, owner) = scene().await;
    sqlx::query("UPDATE organizations SET has_open_membership = FALSE").execute(&app.app.db).await.unwrap();
    let lin = app.sign_in(&app.member(&project, "lin@acme.example", Role::Member, false).await).await;
    let bo = app.sign_in(&app.member(&project, "bo@acme.example", Role::Member, false).await).await;
    assert!(lin.get("/settings/acme/teams/").await.body.contains("Ask to join"));
    for browser in [&lin, &lin, &bo] {
        assert_eq!(browser.post_form("/settings/acme/teams/team/join/", &[]).await.status, 303);
    }
    assert_eq!(lin.get("/acme/shop/").await.status, 404);
    let path = "/settings/acme/members/requests/";
    assert_eq!(lin.get(path).await.status, 403);
    let written = app.mails("owner@acme.example").await;
    assert_eq!((written.len(), written[0].path.as_deref()), (2, Some(path)));
    let admin = app.sign_in(&app.member(&project, "admin@acme.example", Role::Admin, false).await).await;
    assert!(admin.get(path).await.body.contains("Nobody asks"), "an admin of another team");
    let ids: Vec<i64> =
        sqlx::query_scalar("SELECT id FROM access_requests ORDER BY id").fetch_all(&app.app.db).await.unwrap();
    let one = |id: i64| format!("{path}{id}/");
    assert_eq!(admin.post_form(&one(ids[0]), &[("action", "approve")]).await.status, 404);
    assert_eq!(owner.post_form(&one(ids[0]), &[("action", "perhaps")]).await.status, 400);
    assert_eq!(owner.post_form(&one(ids[0]), &[("action", "approve")]).await.status, 303);
    assert_eq!(owner.post_form(&one(ids[1]), &[("action", "deny")]).await.status, 303);
    assert_eq!(owner.post_form(&one(ids[1]), &[("action", "approve")]).await.status, 404, "decided once");
    assert_eq!((lin.get("/acme/shop/").await.status, bo.get("/acme/shop/").await.status), (200, 404));
}

#[tokio::test]
async fn a_project_is_given_to_teams_by_their_admins() {
    let (app, project, owner) = scene().await;
    owner.post_form("/settings/acme/teams/", &[("name", "Other")]).await;
    let admin = app.sign_in(&app.member(&project, "admin@acme.example", Role::Admin, true).await).await;
    let path = "/settings/acme/projects/shop/teams/";
    assert_eq!(admin.post_form(path, &[("add", "other")]).await.status, 403, "not a team of theirs");
    assert!(!admin.get(path).await.body.contains("other"));
    assert_eq!(owner.post_form(path, &[("add", "other")]).await.location(), path);
    assert_eq!(owner.post_form(path, &[("add", "none")]).await.status, 404);
    let gone = admin.post_form(path, &[("remove", "team")]).await;
    assert_eq!(gone.location(), "/organizations/acme/projects/", "who gave away the last team sees it no more");
    let page = owner.get(path).await.body;
    assert!(page.contains("#other"), "{page}");
}

/// The attack: teams of another organization, and teams that are not one's own, under the path of one's organization.
#[tokio::test]
async fn other_peoples_teams_are_not_changed() {
    let (app, project, owner) = scene().await;
    let foreign = app.project_named("other", "site").await;
    app.sign_in(&foreign.owner).await.post_form("/settings/other/teams/", &[("name", "Secret")]).await;
    let theirs = id_of(&app, &foreign.owner.email).await;
    for (path, form) in [
        ("/settings/acme/teams/secret/", [("name", "x")]),
        ("/settings/acme/teams/secret/join/", [("", "")]),
        ("/settings/acme/teams/secret/members/", [("add", theirs.as_str())]),
        ("/settings/acme/teams/team/members/", [("add", theirs.as_str())]),
        ("/settings/acme/teams/team/members/", [("add", "x")]),
        ("/settings/acme/teams/secret/remove/", [("confirm", "secret")]),
        ("/settings/acme/projects/shop/teams/", [("add", "secret")]),
    ] {
        assert_eq!(owner.post_form(path, &form).await.status, 404, "{path} {form:?}");
    }
    let admin = app.sign_in(&app.member(&project, "admin@acme.example", Role::Admin, false).await).await;
    for (path, form) in [
        ("/settings/acme/teams/team/", ("name", "x")),
        ("/settings/acme/teams/team/members/", ("add", "1")),
        ("/settings/acme/teams/team/remove/", ("confirm", "team")),
    ] {
        assert_eq!(admin.post_form(path, &[form, ("slug", "x")]).await.status, 403, "{path}");
    }
}
