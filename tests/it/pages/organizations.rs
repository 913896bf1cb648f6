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

#[tokio::test]
async fn owners_set_what_holds_for_all_projects() {
    let app = TestApp::spawn().await;
    let fake = app.project().await;
    let owner = app.sign_in(&fake.owner).await;
    let form = [
        ("name", "Acme"),
        ("slug", "acme"),
        ("default_role", "admin"),
        ("require_scrub_data", "on"),
        ("sensitive_fields", "iban\ncard"),
    ];
    assert_eq!(owner.post_form("/settings/acme/", &form).await.location(), "/settings/acme/");
    let page = owner.get("/settings/acme/").await.body;
    assert!(page.contains("<option value=\"admin\" selected>") && page.contains("iban\ncard"), "{page}");
    let privacy = owner.get("/settings/acme/projects/shop/data-privacy/").await.body;
    assert!(privacy.contains("Scrub data in every project") && privacy.contains("iban, card"), "{privacy}");
    let fetching = owner.get("/settings/acme/projects/shop/source-maps/fetching/").await.body;
    assert!(fetching.contains("lets no project fetch scripts"), "{fetching}");
    let invite = owner.get("/settings/acme/members/new/").await.body;
    assert!(invite.contains("value=\"admin\" checked"), "{invite}");

    let long = "x\n".repeat(501);
    let refused =
        owner.post_form("/settings/acme/", &[("name", "Acme"), ("slug", "acme"), ("safe_fields", &long)]).await;
    assert!(refused.status == 422 && refused.body.contains("At most 500 names of up to 200 characters"));
    let form = [("name", "Acme"), ("slug", "acme"), ("require_2fa", "on")];
    let refused = owner.post_form("/settings/acme/", &form).await;
    assert!(refused.status == 422 && refused.body.contains("for yourself first"), "{}", refused.body);

    let manager = app.sign_in(&app.member(&fake, "manager@acme.example", Role::Manager, false).await).await;
    let form = [("name", "Acme"), ("slug", "acme"), ("default_role", "owner"), ("allow_shared_issues", "on")];
    assert_eq!(manager.post_form("/settings/acme/", &form).await.status, 303);
    assert!(
        owner.get("/settings/acme/").await.body.contains("<option value=\"admin\" selected>"),
        "only owners decide"
    );
}
