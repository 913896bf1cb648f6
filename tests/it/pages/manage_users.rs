//! What an administrator does with the accounts of others.

use chrono::TimeDelta;
use picket::store::users::User;
use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::json;

use crate::support::{Client, PASSWORD, TestApp};

/// An administrator, and somebody who has an organization of their own.
async fn scene() -> (TestApp, Client, User, User) {
    let app = TestApp::spawn().await;
    let root = app.user("root@example.com", true).await;
    let project = app.project().await;
    let lin = app.member(&project, "lin@example.com", Role::Admin, true).await;
    let admin = app.sign_in(&root).await;
    (app, admin, root, lin)
}

fn page_of(user: &User) -> String {
    format!("/manage/users/{}/", user.id)
}

async fn events(app: &TestApp) -> Vec<i16> {
    let rows = "SELECT event FROM audit_entries WHERE actor_label = 'root@example.com' ORDER BY id";
    sqlx::query_scalar(rows).fetch_all(&app.app.db).await.unwrap()
}

#[tokio::test]
async fn one_account_is_shown_with_all_that_belongs_to_it() {
    let (app, admin, root, lin) = scene().await;
    let browser = app.sign_in(&lin).await;
    app.script(&lin, &[Scope::OrgRead]).await;
    let list = admin.get("/manage/users/?query=lin").await.body;
    assert!(list.contains(&format!("href=\"{}\"", page_of(&lin))) && list.contains("1 organization"), "{list}");
    let page = admin.get(&page_of(&lin)).await.body;
    for part in ["lin@example.com", "Primary", "acme", "Admin", "127.0.0.1", "<dd>1</dd>"] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(!page.contains("/password-link/\"><button type=\"submit\">Send"), "no letter can leave");
    let own = admin.get(&page_of(&root)).await.body;
    assert!(own.contains("This is your own account") && !own.contains("/superuser/"), "{own}");
    for path in ["/manage/users/999999/", "/manage/users/me/", "/manage/users/-1/"] {
        assert_eq!(admin.get(path).await.status, 404, "{path}");
    }
    assert_eq!(browser.get(&page_of(&lin)).await.status, 403);
    for filter in ["status=disabled", "status=superuser", "query=nobody%00", "before=1"] {
        let list = admin.get(&format!("/manage/users/?{filter}")).await;
        assert!(list.status == 200 && !list.body.contains(">lin@example.com<"), "{filter}: {}", list.body);
    }
    let second = "INSERT INTO user_emails (user_id, email, created_at) VALUES ($1, 'other@lin.example', now())";
    sqlx::query(second).bind(lin.id.0).execute(&app.app.db).await.unwrap();
    assert!(admin.get("/manage/users/?query=other%40lin").await.body.contains("lin@example.com"), "by another address");
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_comes_back() {
    let (app, admin, _, lin) = scene().await;
    let (browser, script) = (app.sign_in(&lin).await, app.script(&lin, &[Scope::OrgRead]).await);
    let path = format!("{}active/", page_of(&lin));
    assert_eq!(script.get("/api/0/organizations/").await.status, 200);
    assert_eq!(admin.post_form(&path, &[]).await.status, 303);
    assert_eq!(browser.get("/settings/account/details/").await.status, 303, "signed out");
    assert_eq!(script.get("/api/0/organizations/").await.status, 401, "tokens are shut out");
    let form = [("username", "lin@example.com"), ("password", PASSWORD)];
    assert_eq!(app.anonymous().post_form("/auth/login/", &form).await.status, 422);
    assert!(admin.get("/manage/users/?status=disabled").await.body.contains("lin@example.com"));
    assert!(!admin.get(&page_of(&lin)).await.body.contains("/password-link/"));
    let link = admin.post_form(&format!("{}password-link/", page_of(&lin)), &[]).await;
    assert!(link.status == 409 && link.body.contains("This account is disabled"));

    assert_eq!(admin.post_form(&path, &[("enable", "on")]).await.status, 303);
    assert_eq!(browser.get("/settings/account/details/").await.status, 303, "what ended stays so");
    assert_eq!(script.get("/api/0/organizations/").await.status, 200);
    assert_eq!(app.anonymous().post_form("/auth/login/", &form).await.status, 303);
    assert_eq!(events(&app).await, [212, 213]);
}

#[tokio::test]
async fn superusers_are_made_and_one_is_always_left() {
    let (app, admin, root, lin) = scene().await;
    let browser = app.sign_in(&lin).await;
    let path = |user: &User, action: &str| format!("{}{action}/", page_of(user));
    assert_eq!(browser.post_form(&path(&lin, "superuser"), &[("grant", "on")]).await.status, 403);
    assert_eq!(browser.get("/manage/").await.status, 403);
    assert_eq!(admin.post_form(&path(&lin, "superuser"), &[("grant", "on")]).await.status, 303);
    assert_eq!(browser.get("/manage/").await.status, 200);
    for action in ["superuser", "active", "factors/reset"] {
        let own = admin.post_form(&path(&root, action), &[]).await;
        assert!(own.status == 409 && own.body.contains("This is your own account"), "{action}: {}", own.body);
    }
    let own = admin.post_form(&path(&root, "remove"), &[("confirm", "root@example.com")]).await;
    assert_eq!(own.status, 409);
    assert_eq!(admin.post_form(&path(&lin, "superuser"), &[]).await.status, 303);
    assert_eq!(browser.get("/manage/").await.status, 403);
    assert_eq!(events(&app).await, [214, 214]);

    // Two administrators who take each other's rights at the same time leave one.
    admin.post_form(&path(&lin, "superuser"), &[("grant", "on")]).await;
    let (targets, unmade) = ((path(&lin, "superuser"), path(&root, "active")), &[]);
    tokio::join!(admin.post_form(&targets.0, unmade), browser.post_form(&targets.1, unmade));
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM users WHERE is_superuser AND is_active")
        .fetch_one(&app.app.db)
        .await
        .unwrap();
    assert_eq!(left, 1);
}

/// The attack: the only administrator is talked into closing the account, and nobody can administer any more.
#[tokio::test]
async fn the_last_superuser_cannot_close_the_account() {
    let app = TestApp::spawn().await;
    let admin = app.sign_in(&app.user("root@example.com", true).await).await;
    assert_eq!(admin.delete("/api/0/users/me/").await.status, 409);
    let form = [("confirm", "root@example.com")];
    assert_eq!(admin.post_form("/settings/account/close-account/", &form).await.status, 409);
    assert_eq!(admin.get("/manage/").await.status, 200);
}

#[tokio::test]
async fn a_link_to_a_new_password_is_shown_once_or_sent() {
    let (app, admin, _, lin) = scene().await;
    let path = format!("{}password-link/", page_of(&lin));
    assert_eq!(admin.post_form(&path, &[]).await.status, 303);
    let page = admin.get(&page_of(&lin)).await.body;
    let at = page.find("/account/recover/confirm/").expect("the link is shown");
    assert!(page[..at].ends_with(&app.url("")), "{page}");
    let link = page[at..].split('"').next().unwrap();
    assert!(!admin.get(&page_of(&lin)).await.body.contains("/account/recover/"), "once");
    let form = [("password", "new horse"), ("repeated", "new horse")];
    assert_eq!(app.anonymous().post_form(link, &form).await.status, 303);
    let told: Vec<String> =
        sqlx::query_scalar("SELECT data::text FROM audit_entries").fetch_all(&app.app.db).await.unwrap();
    let token = link.trim_end_matches('/').rsplit('/').next().unwrap();
    assert!(!told.iter().any(|data| data.contains(token)), "{told:?}");

    app.app.config.set_stored(vec![
        ("mail.host".to_owned(), "mx.example".into()),
        ("system.url-prefix".to_owned(), "https://errors.example".into()),
    ]);
    assert!(admin.get(&page_of(&lin)).await.body.contains("Send a reset link"));
    assert_eq!(admin.post_form(&path, &[]).await.status, 303);
    assert_eq!(app.mails("lin@example.com").await.last().unwrap().kind, "recover");
    assert!(!admin.get(&page_of(&lin)).await.body.contains("/account/recover/"));

    sqlx::query("UPDATE users SET is_managed = TRUE WHERE id = $1").bind(lin.id.0).execute(&app.app.db).await.unwrap();
    assert_eq!(admin.post_form(&path, &[]).await.status, 409);
}

#[tokio::test]
async fn lost_second_factors_are_removed() {
    let (app, admin, _, lin) = scene().await;
    assert!(!admin.get(&page_of(&lin)).await.body.contains("factors/reset/"));
    let factor = "INSERT INTO authenticators (user_id, kind, name, data, created_at)
        VALUES ($1, 'totp', 'TOTP', '\\x00', now())";
    sqlx::query(factor).bind(lin.id.0).execute(&app.app.db).await.unwrap();
    let form = [("username", "lin@example.com"), ("password", PASSWORD)];
    assert_eq!(app.anonymous().post_form("/auth/login/", &form).await.location(), "/auth/2fa/");
    assert!(admin.get(&page_of(&lin)).await.body.contains("TOTP"));
    assert_eq!(admin.post_form(&format!("{}factors/reset/", page_of(&lin)), &[]).await.status, 303);
    assert_ne!(app.anonymous().post_form("/auth/login/", &form).await.location(), "/auth/2fa/");
    assert_eq!(app.mails("lin@example.com").await.last().unwrap().kind, "two-factor-removed");
    assert_eq!(events(&app).await, [216]);
}

#[tokio::test]
async fn an_account_is_removed_by_its_typed_name() {
    let (app, admin, _, lin) = scene().await;
    let (browser, path) = (app.sign_in(&lin).await, format!("{}remove/", page_of(&lin)));
    let wrong = admin.post_form(&path, &[("confirm", "lin")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("class=\"field-error\""));
    let owner: i64 =
        sqlx::query_scalar("SELECT user_id FROM members WHERE role = 'owner'").fetch_one(&app.app.db).await.unwrap();
    let email: String = sqlx::query_scalar("SELECT username FROM users WHERE id = $1")
        .bind(owner)
        .fetch_one(&app.app.db)
        .await
        .unwrap();
    let last = admin.post_form(&format!("/manage/users/{owner}/remove/"), &[("confirm", &email)]).await;
    assert!(last.status == 409 && last.body.contains("no other owner"), "{}", last.body);
    assert_eq!(admin.post_form(&path, &[("confirm", "lin@example.com")]).await.status, 303);
    assert_eq!(browser.get("/settings/account/details/").await.status, 303);
    assert!(admin.get(&page_of(&lin)).await.body.contains("Belongs to no organization"));
    assert_eq!(events(&app).await, [219]);
}

#[tokio::test]
async fn changes_to_others_want_a_fresh_proof() {
    let (app, admin, _, lin) = scene().await;
    app.app.clock.advance(TimeDelta::hours(4));
    for action in ["password-link", "factors/reset", "superuser", "active", "remove"] {
        let path = format!("{}{action}/", page_of(&lin));
        let asked = admin.post_form(&path, &[("grant", "on")]).await;
        assert!(asked.status == 403 && asked.body.contains("proof_password"), "{action}: {}", asked.body);
    }
    let api = format!("/api/0/users/{}/", lin.id);
    let refused = admin.put_json(&api, &json!({"isSuperuser": true})).await;
    assert_eq!(refused.json()["detail"]["code"], "sudo-required");
    assert_eq!(admin.put_json(&api, &json!({"name": "Lin", "isSuperuser": false})).await.status, 200);
    let path = format!("{}superuser/", page_of(&lin));
    assert_eq!(admin.post_form(&path, &[("grant", "on"), ("proof_password", PASSWORD)]).await.status, 303);
    assert_eq!(admin.put_json(&api, &json!({"isSuperuser": false, "isActive": false})).await.status, 200);
    assert_eq!(events(&app).await, [214, 214, 212]);
}

/// The attack: rights among the fields of an ordinary change (mass assignment).
#[tokio::test]
async fn rights_are_not_taken_by_naming_them() {
    let (app, admin, root, lin) = scene().await;
    let (browser, script) = (app.sign_in(&lin).await, app.script(&lin, &Scope::ALL).await);
    for body in [json!({"name": "Lin", "isSuperuser": true}), json!({"isActive": false}), json!({"isSuperuser": "1"})] {
        assert_eq!(browser.put_json("/api/0/users/me/", &body).await.status, 403, "{body}");
        assert_eq!(script.put_json("/api/0/users/me/", &body).await.status, 403, "{body}");
        assert_eq!(browser.put_json(&format!("/api/0/users/{}/", root.id), &body).await.status, 403, "{body}");
    }
    let body = json!({"name": "Lin", "isManaged": true, "is_superuser": true, "isStaff": true, "id": "1",
        "isActive": true, "isSuperuser": false});
    assert_eq!(browser.put_json("/api/0/users/me/", &body).await.status, 200, "what stays the same is no request");
    let form = [("name", "Lin"), ("is_superuser", "on"), ("isSuperuser", "true")];
    browser.post_form("/settings/account/details/", &form).await;
    let now = admin.get(&format!("/api/0/users/{}/", lin.id)).await.json();
    assert_eq!((&now["isSuperuser"], &now["isManaged"], &now["name"]), (&json!(false), &json!(false), &json!("Lin")));
    assert_eq!(admin.put_json("/api/0/users/me/", &json!({"isSuperuser": false})).await.status, 409);
}
