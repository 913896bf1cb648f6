use picket::types::role::Role;

use crate::support::TestApp;

#[tokio::test]
async fn a_superuser_makes_an_organization_with_a_team() {
    let app = TestApp::spawn().await;
    let admin = app.sign_in(&app.user("admin@example.com", true).await).await;
    assert_eq!(admin.get("/").await.location(), "/organizations/");
    assert_eq!(admin.post_form("/organizations/", &[("name", "")]).await.status, 422);
    let answer = admin.post_form("/organizations/", &[("name", "Acme")]).await;
    assert_eq!(answer.location(), "/settings/acme/teams/");
    assert_eq!(admin.post_form("/settings/acme/teams/", &[("name", "Payments")]).await.status, 303);
    let page = admin.get("/settings/acme/teams/").await;
    assert!(page.body.contains("#payments") && page.body.contains("1 member"), "{}", page.body);
    admin.post_form("/settings/acme/teams/payments/leave/", &[]).await;
    assert!(admin.get("/settings/acme/teams/").await.body.contains("0 members"));
}

#[tokio::test]
async fn members_look_and_strangers_do_not() {
    let app = TestApp::spawn().await;
    let fake = app.project().await;
    let member = app.sign_in(&app.member(&fake, "member@acme.example", Role::Member, true).await).await;
    let stranger = app.sign_in(&app.user("stranger@example.com", false).await).await;
    assert_eq!(member.get("/settings/acme/members/").await.status, 200);
    for path in ["/settings/acme/", "/settings/acme/teams/"] {
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
