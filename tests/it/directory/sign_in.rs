//! Who gets in by the directory, and as whom.

use picket::types::role::Role;

use super::slapd::{PASSWORD, subtree};
use super::{Stage, enter};
use crate::support;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_of_the_directory_gets_an_account_that_it_keeps() {
    let stage = Stage::set().await;
    let lin = stage.person("Lin").await;
    assert_eq!((lin.username.as_str(), lin.name.as_str(), lin.email.as_str()), ("lin", "Lin Wei", "lin@example.com"));
    assert!(lin.is_managed && lin.password_hash.is_none() && !lin.is_superuser);
    let member = stage.member(&lin).await.expect("joins the first organization");
    assert_eq!((member.role, member.has_global_access, member.is_linked), (Role::Member, false, true));
    assert_eq!(stage.teams(&lin).await, ["team"], "the only one");

    let browser = stage.test.anonymous();
    enter(&browser, "lin", PASSWORD).await;
    let page = browser.get("/organizations/acme/issues/").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Lin Wei"));
    assert_eq!(stage.person("lin").await.id, lin.id, "the same account, however the name is written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attributes_are_taken_over_at_every_sign_in_and_missing_ones_stay() {
    let stage = Stage::set_with(|ldap| {
        ldap.attributes.name = None;
        ldap.attributes.first_name = Some("givenName".to_owned());
        ldap.attributes.last_name = Some("sn".to_owned());
    })
    .await;
    let lin = stage.person("lin").await;
    assert_eq!(lin.name, "Lin Wei");
    let ana = stage.person("ana").await;
    assert_eq!((ana.name.as_str(), ana.email.as_str()), ("Sá", ""), "who has no address has none here");

    let dn = "uid=lin,ou=people,dc=example,dc=com";
    stage.slapd.change(dn, vec![ldap3::Mod::Replace("mail", ["wei@example.com"].into())]).await;
    assert_eq!(stage.person("lin").await.email, "wei@example.com");
    stage.slapd.change(dn, vec![ldap3::Mod::Delete("mail", [].into())]).await;
    assert_eq!(stage.person("lin").await.email, "wei@example.com");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_passwords_and_unknown_names_open_nothing() {
    let stage = Stage::set().await;
    for (name, password) in [("lin", "wrong"), ("nobody", PASSWORD), ("lin", " ")] {
        let answer = stage.enter(name, password).await;
        assert_eq!(answer.status, 422, "{name}");
        assert!(answer.body.contains("do not match"));
    }
    assert!(stage.user("lin").await.is_none(), "no account is made of a wrong password");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn encrypted_from_the_start_and_by_a_template_works_too() {
    let stage = Stage::set_with(|ldap| {
        ldap.start_tls = false;
        ldap.person_searches.clear();
        ldap.dn_template = Some("uid=%(user)s,ou=people,dc=example,dc=com".to_owned());
        ldap.binds_as_person = true;
    })
    .await;
    let mut ldaps = stage.slapd.config();
    ldaps.servers = vec!["ldap://127.0.0.1:1".to_owned(), stage.slapd.ldaps()];
    ldaps.start_tls = false;
    assert_eq!(stage.person("lin").await.name, "Lin Wei");

    let second = support::TestApp::spawn_with(move |config| config.ldap = Some(ldaps.clone())).await;
    second.project().await;
    let answer = enter(&second.anonymous(), "lin", PASSWORD).await;
    assert_eq!(answer.status, 303, "the second server answers: {}", answer.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_that_is_down_says_so_and_local_accounts_go_on() {
    let mut stage = Stage::set().await;
    let admin = stage.test.user("admin@acme.example", true).await;
    stage.slapd.stop().await;
    let answer = stage.enter("lin", PASSWORD).await;
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("Directory unreachable"), "{}", answer.body);
    assert!(!answer.body.contains("127.0.0.1"), "details are for the log");
    stage.test.sign_in(&admin).await;
    stage.slapd.start_again().await;
    stage.person("lin").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_local_account_comes_first_and_a_local_superuser_is_never_taken_over() {
    let stage = Stage::set_with(|ldap| ldap.membership.links_by_email = true).await;
    let admin = stage.test.user("lin@example.com", true).await;
    let refused = stage.enter("lin", PASSWORD).await;
    assert_eq!(refused.status, 422, "the directory's address does not open a superuser's account");
    let local = stage.enter("lin@example.com", support::PASSWORD).await;
    assert_eq!(local.status, 303);
    let after = stage.user("lin@example.com").await.unwrap();
    assert!(after.id == admin.id && after.is_superuser && !after.is_managed && after.password_hash.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_of_the_directory_opens_nobodys_account_unless_settings_say_so() {
    let stage = Stage::set().await;
    let other = stage.test.user("lin@example.com", false).await;
    let lin = stage.person("lin").await;
    assert!(lin.id != other.id && lin.email.is_empty(), "the address stays with who has it");

    let linking = Stage::set_with(|ldap| ldap.membership.links_by_email = true).await;
    let local = linking.test.user("lin@example.com", false).await;
    assert_eq!(linking.enter("lin", PASSWORD).await.status, 303);
    let linked = linking.user("lin@example.com").await.unwrap();
    assert!(linked.id == local.id && linked.is_managed && linked.password_hash.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_entries_of_one_name_open_nothing() {
    let stage = Stage::set().await;
    assert_eq!(stage.enter("twin", PASSWORD).await.status, 503, "the settings are wrong, not the person");
    assert!(stage.user("twin").await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn required_and_denied_groups_decide() {
    let devs = "CN=devs, ou=groups, dc=example, dc=com".to_owned();
    let stage = Stage::set_with(|ldap| ldap.required_groups = vec!["nobody".to_owned(), devs.clone()]).await;
    stage.person("lin").await;
    let refused = stage.enter("ana", PASSWORD).await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("its groups do not let you in"));
    assert!(stage.user("ana").await.is_none());

    let stage = Stage::set_with(|ldap| {
        // Where groups are looked for, the denied one is not.
        ldap.group_searches = vec![subtree("ou=people,dc=example,dc=com", "(objectClass=groupOfNames)")];
        ldap.denied_groups = vec![devs];
    })
    .await;
    assert_eq!(stage.enter("lin", PASSWORD).await.status, 403);
    stage.person("ana").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disabled_account_stays_out() {
    let stage = Stage::set().await;
    let lin = stage.person("lin").await;
    sqlx::query("UPDATE users SET is_active = FALSE WHERE id = $1")
        .bind(lin.id.0)
        .execute(&stage.test.app.db)
        .await
        .unwrap();
    assert_eq!(stage.enter("lin", PASSWORD).await.status, 422);
}

/// Dangerous changes want the directory's password again, of whom it keeps.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_of_the_directory_prove_themselves_by_its_password() {
    let stage = Stage::set().await;
    let browser = stage.test.anonymous();
    enter(&browser, "lin", PASSWORD).await;
    let path = "/settings/account/security/totp/";
    stage.test.app.clock.advance(chrono::TimeDelta::hours(4));
    let asked = browser.post_form(path, &[]).await;
    assert!(asked.status == 403 && asked.body.contains("proof_password"), "{}", asked.body);
    for wrong in ["wrong", " "] {
        assert_eq!(browser.post_form(path, &[("proof_password", wrong)]).await.status, 422, "{wrong:?}");
    }
    let proof = serde_json::json!({"password": "wrong"});
    assert_eq!(browser.put_json("/api/0/auth/", &proof).await.status, 401);
    assert_eq!(browser.post_form(path, &[("proof_password", PASSWORD)]).await.status, 303);
    assert_eq!(browser.post_form(path, &[]).await.status, 303, "the proof holds for a while");
}
