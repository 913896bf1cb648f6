use picket::store::members;
use picket::types::role::Role;

use crate::support::TestApp;

#[tokio::test]
async fn a_superuser_makes_an_organization_with_a_team_and_members() {
    let app = TestApp::spawn().await;
    let admin = app.sign_in(&app.user("admin@example.com", true).await).await;
    app.user("lin@example.com", false).await;
    assert_eq!(admin.get("/").await.location(), "/organizations/");
    assert_eq!(admin.post_form("/organizations/", &[("name", "")]).await.status, 422);
    let answer = admin.post_form("/organizations/", &[("name", "Acme")]).await;
    assert_eq!(answer.location(), "/settings/acme/teams/");
    assert_eq!(admin.post_form("/settings/acme/teams/", &[("name", "Payments")]).await.status, 303);
    let page = admin.get("/settings/acme/teams/").await;
    assert!(page.body.contains("#payments") && page.body.contains("1 member"), "{}", page.body);
    admin.post_form("/settings/acme/teams/payments/leave/", &[]).await;
    assert!(admin.get("/settings/acme/teams/").await.body.contains("0 members"));

    let path = "/settings/acme/members/";
    assert!(admin.post_form(path, &[("email", "nobody@example.com")]).await.body.contains("Nobody with this address"));
    assert_eq!(admin.post_form(path, &[("email", "lin@example.com"), ("role", "admin")]).await.status, 303);
    assert!(admin.post_form(path, &[("email", "lin@example.com")]).await.body.contains("member already"));
    assert!(admin.get(path).await.body.contains("lin@example.com"));
}

#[tokio::test]
async fn roles_are_given_from_above_and_one_owner_stays() {
    let app = TestApp::spawn().await;
    let fake = app.project().await;
    let manager = app.member(&fake, "manager@acme.example", Role::Manager, false).await;
    let all = members::list(&app.app.db, fake.organization.id).await.unwrap();
    let id_of = |email: &str| all.iter().find(|member| member.email == email).unwrap().id;
    let (owner_id, manager_id) = (id_of(&fake.owner.email), id_of(&manager.email));
    let role = |id| format!("/settings/acme/members/{id}/role/");

    let by_manager = app.sign_in(&manager).await;
    assert_eq!(by_manager.post_form(&role(manager_id), &[("role", "owner")]).await.status, 403);
    assert_eq!(by_manager.post_form(&role(owner_id), &[("role", "member")]).await.status, 403);
    assert_eq!(by_manager.post_form(&format!("/settings/acme/members/{owner_id}/remove/"), &[]).await.status, 403);
    let by_owner = app.sign_in(&fake.owner).await;
    assert_eq!(by_owner.post_form(&role(owner_id), &[("role", "member")]).await.status, 409);
    assert_eq!(by_owner.post_form(&role(manager_id), &[("role", "owner")]).await.status, 303);
    assert_eq!(by_owner.post_form(&role(owner_id), &[("role", "member")]).await.status, 303);
}

#[tokio::test]
async fn members_look_and_strangers_do_not() {
    let app = TestApp::spawn().await;
    let fake = app.project().await;
    let member = app.sign_in(&app.member(&fake, "member@acme.example", Role::Member, true).await).await;
    let stranger = app.sign_in(&app.user("stranger@example.com", false).await).await;
    for path in ["/settings/acme/", "/settings/acme/teams/", "/settings/acme/members/"] {
        assert_eq!(member.get(path).await.status, 200, "{path}");
        assert_eq!(member.post_form(path, &[("name", "x"), ("slug", "x")]).await.status, 403, "{path}");
        assert_eq!(stranger.get(path).await.status, 404, "{path}");
    }
    assert_eq!(member.post_form("/organizations/", &[("name", "Mine")]).await.status, 403);
    let owner = app.sign_in(&fake.owner).await;
    let answer = owner.post_form("/settings/acme/", &[("name", "Acme Ltd"), ("slug", "acme-ltd")]).await;
    assert_eq!(answer.location(), "/settings/acme-ltd/");
    let wrong = owner.post_form("/settings/acme-ltd/", &[("name", "Acme"), ("slug", "api")]).await;
    assert!(wrong.body.contains("short name is taken"));
}
