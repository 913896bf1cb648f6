//! OpenID Connect, with a real provider.

use chrono::TimeDelta;
use picket::store::members;
use picket::store::users::{self, User};
use picket::types::role::Role;
use serde_json::json;

use super::provider::Stage;
use crate::support::TestApp;

async fn user(test: &TestApp, login: &str) -> Option<User> {
    users::find_by_login(&test.app.db, login).await.unwrap()
}

async fn role(stage: &Stage, user: &User) -> Option<Role> {
    let organization = stage.project.organization.id;
    members::find(&stage.test.app.db, organization, user.id).await.unwrap().map(|member| member.role)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_of_the_provider_gets_an_account() {
    for client in ["rsa", "ec", "ed"] {
        let stage = Stage::set_with(client, |_| ()).await;
        stage.test.user("root@acme.example", true).await;
        let page = stage.test.anonymous().get("/auth/login/?next=%2Fa%2F").await;
        assert!(page.body.contains("Sign in with Example ID") && page.body.contains("/auth/sso/?next=%2Fa%2F"));

        let browser = stage.signed_in().await;
        let lin = user(&stage.test, "lin").await.expect("an account");
        assert_eq!((lin.name.as_str(), lin.email.as_str()), ("Lin Wei", "lin@example.com"), "{client}");
        assert!(lin.is_managed && lin.password_hash.is_none());
        assert_eq!(role(&stage, &lin).await, Some(Role::Member));
        assert_eq!(browser.get("/organizations/acme/issues/").await.status, 200);

        // The provider's name for a person stays, whatever else changes.
        stage.is(&json!({"sub": "17", "preferred_username": "other", "name": "Wei"})).await;
        stage.signed_in().await;
        let again = user(&stage.test, "lin").await.unwrap();
        assert_eq!((again.id, again.name.as_str(), again.email.as_str()), (lin.id, "Wei", "lin@example.com"));
        assert!(user(&stage.test, "other").await.is_none());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_group_claim_gives_roles_at_every_sign_in() {
    let stage = Stage::set_with("rsa", |oidc| {
        oidc.membership.group_roles = vec![("devs".to_owned(), Role::Admin), ("bosses".to_owned(), Role::Manager)];
    })
    .await;
    stage.signed_in().await;
    let lin = user(&stage.test, "lin").await.unwrap();
    assert_eq!(role(&stage, &lin).await, Some(Role::Admin));
    for (groups, expected) in [(json!(["devs", "bosses"]), Role::Manager), (json!([]), Role::Member)] {
        stage.is(&json!({"sub": "17", "groups": groups})).await;
        stage.signed_in().await;
        assert_eq!(role(&stage, &lin).await, Some(expected), "{groups}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oidc_state_counts_once_and_in_its_own_browser() {
    let stage = Stage::set().await;
    let browser = stage.browser();
    let back = browser.to_the_provider("/").await;
    let stolen = stage.browser();
    stolen.to_the_provider("/").await;
    let refused = stolen.get(&back).await;
    assert_eq!(refused.status, 400, "another browser");
    assert!(refused.body.contains("another browser"));
    assert_eq!(browser.get(&back).await.status, 400, "whoever asked first has used it up");

    let back = browser.to_the_provider("/").await;
    assert_eq!(browser.get(&back).await.status, 303);
    assert_eq!(browser.get(&back).await.status, 400, "state replay");
    for state in ["", "state=", "state=unknown&code=x", "state=%00&code=x", "code=x"] {
        assert_eq!(browser.get(&format!("/auth/sso/callback/?{state}")).await.status, 400, "{state}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_and_nonces_of_another_sign_in_are_refused() {
    let stage = Stage::set().await;
    let part = |back: &str, name: &str| {
        let url = url::Url::parse(back).unwrap();
        url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
    };
    // The provider's code belongs to another PKCE verifier and nonce.
    let browser = stage.browser();
    let (first, second) = (browser.to_the_provider("/").await, browser.to_the_provider("/").await);
    let mixed = format!("/auth/sso/callback/?state={}&code={}", part(&first, "state"), part(&second, "code"));
    assert_eq!(browser.get(&mixed).await.status, 502);
    // A used code is worth nothing with a fresh state.
    let browser = stage.browser();
    let used = browser.to_the_provider("/").await;
    assert_eq!(browser.get(&used).await.status, 303);
    let fresh = browser.to_the_provider("/").await;
    let reused = format!("/auth/sso/callback/?state={}&code={}", part(&fresh, "state"), part(&used, "code"));
    assert_eq!(browser.get(&reused).await.status, 502);
    // RFC 9207: an answer of another provider.
    let back = browser.to_the_provider("/").await;
    let other = format!(
        "/auth/sso/callback/?state={}&code={}&iss=https%3A%2F%2Fevil.example",
        part(&back, "state"),
        part(&back, "code")
    );
    assert_eq!(browser.get(&other).await.status, 502);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_token_is_refused() {
    let stage = Stage::set().await;
    let browser = stage.browser();
    let back = browser.to_the_provider("/").await;
    stage.test.app.clock.advance(TimeDelta::hours(2));
    assert_eq!(browser.get(&back).await.status, 502);
    assert!(user(&stage.test, "lin").await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn next_leads_only_to_pages_of_ours() {
    let stage = Stage::set().await;
    for (next, expected) in [
        ("/organizations/acme/issues/?query=x", "/organizations/acme/issues/?query=x"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("", "/"),
    ] {
        let answer = stage.browser().sign_in(next).await;
        assert_eq!((answer.status, answer.location()), (303, expected), "{next}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_down_or_another_lets_nobody_in() {
    let mut stage = Stage::set().await;
    let browser = stage.browser();
    let back = browser.to_the_provider("/").await;
    stage.stop().await;
    assert_eq!(browser.get(&back).await.status, 502);
    let page = browser.get("/auth/sso/").await;
    assert_eq!(page.status, 502);
    assert!(page.body.contains("cannot be reached") && !page.body.contains("127.0.0.1"));

    let other = Stage::set_with("rsa", |oidc| oidc.issuer = oidc.issuer.replace("127.0.0.1", "localhost")).await;
    assert_eq!(other.browser().get("/auth/sso/").await.status, 502, "it calls itself something else");
    let plain = Stage::set_with("rsa", |oidc| oidc.issuer = "http://id.example.com".to_owned()).await;
    assert_eq!(plain.browser().get("/auth/sso/").await.status, 502, "not encrypted");
    let off = TestApp::spawn().await;
    off.project().await;
    assert_eq!(off.anonymous().get("/auth/sso/").await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_refused_there_or_not_wanted_here_learns_so() {
    let stage = Stage::set().await;
    stage.is(&json!({"sub": "17", "denied": true})).await;
    assert_eq!(stage.browser().sign_in("/").await.status, 403);

    let closed = Stage::set_with("rsa", |oidc| oidc.makes_accounts = false).await;
    assert_eq!(closed.browser().sign_in("/").await.status, 403);
    assert!(user(&closed.test, "lin").await.is_none());

    let domains = Stage::set_with("rsa", |oidc| oidc.allowed_domains = vec!["Example.com".to_owned()]).await;
    domains.signed_in().await;
    for email in [json!({"email": "x@evil.com", "email_verified": true}), json!({"email": "x@example.com"})] {
        let mut person = email.clone();
        person["sub"] = json!("18");
        domains.is(&person).await;
        assert_eq!(domains.browser().sign_in("/").await.status, 403, "{email}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_linked_by_its_address_only_if_settings_and_the_provider_vouch_for_it() {
    let stage = Stage::set().await;
    let local = stage.test.user("lin@example.com", false).await;
    stage.signed_in().await;
    let lin = user(&stage.test, "lin").await.unwrap();
    assert!(lin.id != local.id && lin.email.is_empty(), "not linked unless settings say so");

    let linking = Stage::set_with("rsa", |oidc| oidc.membership.links_by_email = true).await;
    let local = linking.test.user("lin@example.com", false).await;
    let boss = linking.test.user("boss@example.com", true).await;
    linking.is(&json!({"sub": "9", "email": "lin@example.com", "email_verified": false})).await;
    linking.signed_in().await;
    let told: (i64,) = sqlx::query_as("SELECT count(*) FROM user_identities WHERE user_id = $1")
        .bind(local.id.0)
        .fetch_one(&linking.test.app.db)
        .await
        .unwrap();
    assert_eq!(told.0, 0, "an address that is not verified");
    linking.is(&json!({"sub": "17", "email": "lin@example.com", "email_verified": true, "name": "Lin Wei"})).await;
    linking.signed_in().await;
    let linked = user(&linking.test, "lin@example.com").await.unwrap();
    assert_eq!((linked.id, linked.name.as_str()), (local.id, "Lin Wei"));
    assert!(linked.password_hash.is_some(), "the password of here still works");

    linking.is(&json!({"sub": "66", "email": "boss@example.com", "email_verified": true})).await;
    assert_eq!(linking.browser().sign_in("/").await.status, 403, "no provider makes a superuser of somebody");
    assert!(user(&linking.test, "boss@example.com").await.unwrap().id == boss.id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_asks_for_a_new_sign_in() {
    let stage = Stage::set().await;
    let browser = stage.signed_in().await;
    assert_eq!(browser.get("/organizations/acme/issues/").await.status, 200);
    browser.post("/auth/logout/").await;
    assert_eq!(browser.get("/organizations/acme/issues/").await.status, 303);
}
