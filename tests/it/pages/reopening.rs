//! Closing one's account, what goes with it, and opening it again.

use chrono::TimeDelta;
use picket::services::organizations;
use picket::store::users::{self, User};
use picket::types::role::Role;
use picket::types::scope::Scope;

use super::two_factor::{code, enroll};
use crate::support::{Answer, Client, PASSWORD, TestApp};

const CLOSE: &str = "/settings/account/close-account/";
const REOPEN: &str = "/auth/reactivate/";

async fn close(browser: &Client, user: &User) {
    let answer = browser.post_form(CLOSE, &[("confirm", &user.username)]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

async fn enter(browser: &Client, user: &User) -> Answer {
    browser.post_form("/auth/login/", &[("username", &user.email), ("password", PASSWORD), ("next", "/docs/")]).await
}

async fn is_active(app: &TestApp, user: &User) -> bool {
    users::find(&app.app.db, user.id).await.unwrap().unwrap().is_active
}

#[tokio::test]
async fn a_closed_account_is_kept_after_all() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let lin = app.member(&project, "lin@example.com", Role::Member, true).await;
    let script = app.script(&lin, &[Scope::OrgRead]).await;
    close(&app.sign_in(&lin).await, &lin).await;
    assert!(!is_active(&app, &lin).await);
    let mails = app.mails("lin@example.com").await;
    let letter = mails.iter().find(|mail| mail.kind == "account-closed").expect("a letter");
    assert!(letter.text.contains("by signing in"), "{}", letter.text);

    let browser = app.anonymous();
    let answer = browser.post_form("/auth/login/", &[("username", &lin.email), ("password", "wrong")]).await;
    assert_eq!(answer.status, 422);
    assert_eq!(enter(&browser, &lin).await.location(), REOPEN);
    assert_eq!(browser.get("/settings/account/details/").await.status, 303, "nobody is signed in yet");
    assert!(browser.get(REOPEN).await.body.contains("Keep my account"));
    assert!(!is_active(&app, &lin).await, "looking changes nothing");
    assert_eq!(browser.post_form(REOPEN, &[]).await.location(), "/docs/");
    assert_eq!(browser.get("/settings/account/details/").await.status, 200);
    assert!(is_active(&app, &lin).await);
    assert_eq!(script.get("/api/0/organizations/").await.status, 401, "tokens stay gone");
    assert_eq!(browser.get("/organizations/acme/issues/").await.status, 404, "so do memberships");
    let log: Vec<i16> = sqlx::query_scalar("SELECT event FROM audit_entries WHERE actor_user_id = $1 ORDER BY id")
        .bind(lin.id.0)
        .fetch_all(&app.app.db)
        .await
        .unwrap();
    assert!(log.ends_with(&[219, 213]), "{log:?}");
}

#[tokio::test]
async fn nobody_else_opens_it_and_nobody_too_late() {
    let app = TestApp::spawn().await;
    let (root, lin) = (app.user("root@example.com", true).await, app.user("lin@example.com", false).await);
    let stranger = app.anonymous();
    assert_eq!(stranger.get(REOPEN).await.location(), "/auth/login/");
    assert_eq!(stranger.post_form(REOPEN, &[]).await.location(), "/auth/login/");
    close(&app.sign_in(&lin).await, &lin).await;
    let browser = app.anonymous();
    assert_eq!(enter(&browser, &lin).await.location(), REOPEN);
    app.app.clock.advance(TimeDelta::days(31));
    assert_eq!(browser.post_form(REOPEN, &[]).await.location(), "/auth/login/");
    assert_eq!(enter(&app.anonymous(), &lin).await.status, 422);
    assert!(!is_active(&app, &lin).await);

    let ada = app.user("ada@example.com", false).await;
    let admin = app.sign_in(&root).await;
    assert_eq!(admin.delete(&format!("/api/0/users/{}/", ada.id)).await.status, 204);
    assert_eq!(enter(&app.anonymous(), &ada).await.status, 422, "what an administrator closed stays closed");
}

#[tokio::test]
async fn the_second_factor_comes_first() {
    let app = TestApp::spawn().await;
    let lin = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&lin).await;
    let (secret, _) = enroll(&app, &browser).await;
    close(&browser, &lin).await;
    let browser = app.anonymous();
    assert_eq!(enter(&browser, &lin).await.location(), "/auth/2fa/");
    assert_eq!(browser.post_form(REOPEN, &[]).await.location(), "/auth/login/");
    assert!(!is_active(&app, &lin).await);
    let answer = browser.post_form("/auth/2fa/", &[("proof_code", &code(&app, &secret, 1))]).await;
    assert_eq!(answer.location(), REOPEN);
    assert_eq!(browser.post_form(REOPEN, &[]).await.location(), "/docs/");
    assert!(is_active(&app, &lin).await);
}

/// Organizations that nobody else owns: with nobody else in them they go too, others where that was chosen.
#[tokio::test]
async fn what_one_owns_alone_goes_with_the_account_or_is_handed_over() {
    let app = TestApp::spawn().await;
    app.project().await;
    let shared = app.project_named("shared", "web").await;
    let lin = &shared.owner;
    app.member(&shared, "ada@example.com", Role::Member, true).await;
    let browser = app.sign_in(lin).await;
    let now = app.app.clock.now();
    let mut db = app.app.db.acquire().await.unwrap();
    organizations::create(&mut db, "Mine", None, Some(lin.id), now).await.unwrap();
    let page = browser.get(CLOSE).await.body;
    assert!(page.contains("Mine") && page.contains("Remove shared with one other member"), "{page}");
    let form = [("confirm", lin.username.as_str())];
    let refused = browser.post_form(CLOSE, &form).await;
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("only owner of shared"), "{}", refused.body);
    assert!(is_active(&app, lin).await);
    assert_eq!(browser.get("/organizations/mine/issues/").await.status, 200, "nothing half done");

    let form = [("confirm", lin.username.as_str()), ("remove", "shared"), ("remove", "acme")];
    assert_eq!(browser.post_form(CLOSE, &form).await.status, 303);
    let pending: Vec<String> =
        sqlx::query_scalar("SELECT slug FROM organizations WHERE status = 'pending_deletion' ORDER BY slug")
            .fetch_all(&app.app.db)
            .await
            .unwrap();
    assert_eq!(pending, ["mine", "shared"], "and no organization of others");

    let browser = app.anonymous();
    enter(&browser, lin).await;
    browser.post_form(REOPEN, &[]).await;
    assert_eq!(browser.post_form("/organizations/mine/restore/", &[]).await.status, 303, "within the day");
    assert_eq!(browser.get("/organizations/mine/issues/").await.status, 200);
}

#[tokio::test]
async fn the_last_superuser_and_people_of_a_directory_do_not_close_theirs() {
    let app = TestApp::spawn().await;
    let (root, lin) = (app.user("root@example.com", true).await, app.user("lin@example.com", false).await);
    let browser = app.sign_in(&root).await;
    let refused = browser.post_form(CLOSE, &[("confirm", &root.username)]).await;
    assert!(refused.status == 409 && refused.body.contains("Nobody else administers"), "{}", refused.body);
    let browser = app.sign_in(&lin).await;
    sqlx::query("UPDATE users SET is_managed = TRUE WHERE id = $1").bind(lin.id.0).execute(&app.app.db).await.unwrap();
    assert!(!browser.get(CLOSE).await.body.contains("name=\"confirm\""));
    assert_eq!(browser.post_form(CLOSE, &[("confirm", &lin.username)]).await.status, 403);
    assert!(is_active(&app, &root).await && is_active(&app, &lin).await);
}
