//! The page that tries the directory and the provider.

use picket::config::Ldap;
use picket::types::role::Role;

use super::slapd::{PASSWORD, SECRET, subtree};
use super::{Stage, provider};
use crate::support::{Answer, Client};

const PAGE: &str = "/settings/acme/auth/";

async fn owner(stage: &Stage) -> Client {
    stage.test.sign_in(&stage.project.owner).await
}

async fn look_up(browser: &Client, name: &str, password: &str) -> Answer {
    browser.post_form("/settings/acme/auth/ldap/", &[("name", name), ("password", password)]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_step_of_a_sign_in_is_shown() {
    let stage = Stage::set_with(|ldap| {
        ldap.group_type = super::slapd::members("member", true);
        ldap.required_groups = vec!["company".to_owned()];
        ldap.membership.group_roles = vec![("devs".to_owned(), Role::Admin)];
        ldap.membership.group_teams = vec![("engineering".to_owned(), vec!["team".to_owned()])];
    })
    .await;
    let browser = owner(&stage).await;
    let page = browser.get(PAGE).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("ou=people,dc=example,dc=com") && page.body.contains("devs</span> → admin"));
    assert!(!page.body.contains(SECRET), "secrets stay in the settings");

    let page = look_up(&browser, "lin", PASSWORD).await;
    assert_eq!(page.status, 200);
    for shown in [
        "StartTLS",
        "cn=picket,dc=example,dc=com",
        "1 entry",
        "uid=lin,ou=people,dc=example,dc=com",
        "It opens the entry.",
        "user name lin, name Lin Wei, e-mail lin@example.com",
        "3 groups",
        "cn=engineering,ou=groups,dc=example,dc=com (by way of another group)",
        "Groups let this person in.",
        "admin, if new here",
        "#team",
    ] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    assert!(!page.body.contains(PASSWORD));
    assert!(stage.user("lin").await.is_none(), "a test changes nothing");
    let untried = look_up(&browser, "lin", "").await;
    assert!(untried.body.contains("Not tried: none was given."));
}

/// A change of the settings, a name, what the last step says, and its advice.
type Case = (fn(&mut Ldap), &'static str, &'static str, &'static str);

const CASES: &[Case] = &[
    (|ldap| ldap.servers = vec!["ldap://127.0.0.1:1".to_owned()], "lin", "Connect", "does a firewall let this server"),
    (|ldap| ldap.servers = vec!["127.0.0.1".to_owned()], "lin", "Connect", "Write auth.ldap.server-uri as"),
    (|ldap| ldap.ca_file = Some("/nowhere".into()), "lin", "Encrypt", "Name a readable file"),
    (
        |ldap| ldap.ca_file = ldap.ca_file.as_ref().map(|file| file.with_file_name("other.pem")),
        "lin",
        "Encrypt",
        "Name the certificate of your authority",
    ),
    (|ldap| "wrong".clone_into(&mut ldap.bind_password), "lin", "service account", "Check auth.ldap.bind-dn"),
    (|ldap| ldap.bind_dn = String::new(), "lin", "service account", "Check auth.ldap.bind-dn"),
    (|ldap| ldap.person_searches.clear(), "lin", "Find the person", "Set auth.ldap.user-search"),
    (
        |ldap| ldap.person_searches = vec![subtree("ou=people,dc=example,dc=com", "(uid=%(user)s")],
        "lin",
        "Find the person",
        "brackets",
    ),
    (
        |ldap| ldap.person_searches = vec![subtree("ou=nobody,dc=example,dc=com", "(uid=%(user)s)")],
        "lin",
        "Find the person",
        "Check the base of auth.ldap.user-search",
    ),
    (
        |ldap| ldap.person_searches = vec![subtree("dc=other,dc=com", "(uid=%(user)s)")],
        "lin",
        "Find the person",
        "Referrals are not followed",
    ),
    (|_| (), "nobody", "Find the person", "Compare base and filter"),
    (|_| (), "twin", "2 entries match", "exactly one entry"),
    (
        |ldap| ldap.group_searches = vec![subtree("ou=nothing,dc=example,dc=com", "(cn=*)")],
        "lin",
        "Read groups",
        "Check the base of auth.ldap.group-search",
    ),
    (
        |ldap| ldap.required_groups = vec!["bosses".to_owned()],
        "lin",
        "none of the required groups",
        "auth.ldap.require-group",
    ),
    (|ldap| ldap.denied_groups = vec!["devs".to_owned()], "lin", "in the denied group devs", "auth.ldap.deny-group"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_failure_says_what_to_change() {
    for (change, name, step, hint) in CASES {
        let stage = Stage::set_with(*change).await;
        let page = look_up(&owner(&stage).await, name, PASSWORD).await;
        let steps = page.body.split("class=\"check-steps\"").nth(1).unwrap_or_else(|| panic!("{hint}: no steps"));
        let last = steps.split("</ol>").next().unwrap().rsplit("<strong>").next().unwrap();
        assert!(last.contains(step) && last.contains(hint), "{step} / {hint}: {last}");
    }
    let stage = Stage::set().await;
    let page = look_up(&owner(&stage).await, "lin", "wrong").await;
    assert!(page.body.contains("The server refused it (code 49"), "{}", page.body);
    let missing = look_up(&owner(&stage).await, " ", "").await;
    assert_eq!(missing.status, 422);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_owners_and_superusers_may_try_and_not_too_often() {
    let stage = Stage::set_with(|ldap| ldap.membership.organization = "acme".to_owned()).await;
    let manager = stage.test.member(&stage.project, "manager@acme.example", Role::Manager, true).await;
    let manager = stage.test.sign_in(&manager).await;
    assert_eq!(manager.get(PAGE).await.status, 403);
    assert_eq!(look_up(&manager, "lin", "").await.status, 403);
    let other = stage.test.project_named("other", "x").await;
    let other = stage.test.sign_in(&other.owner).await;
    assert_eq!(other.get(PAGE).await.status, 404);
    assert_eq!(other.get("/settings/other/auth/").await.status, 200);
    let path = "/settings/other/auth/ldap/";
    let refused = other.post_form(path, &[("name", "lin"), ("password", "")]).await;
    assert_eq!(refused.status, 403, "the directory leads to another organization");
    let admin = stage.test.user("admin@acme.example", true).await;
    let admin = stage.test.sign_in(&admin).await;
    for _ in 0..10 {
        assert_eq!(look_up(&admin, "lin", "").await.status, 200);
    }
    assert_eq!(look_up(&admin, "lin", "").await.status, 429);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_provider_is_asked_what_it_is() {
    let mut stage = provider::Stage::set().await;
    let browser = stage.test.sign_in(&stage.project.owner).await;
    let page = browser.get(PAGE).await;
    assert!(page.body.contains(&stage.test.url("/auth/sso/callback/")), "the address to register");
    assert!(!page.body.contains("a secret with"));
    let page = browser.post_form("/settings/acme/auth/oidc/", &[]).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("3 keys") && page.body.contains("ES256"), "{}", page.body);
    stage.stop().await;
    let page = browser.post_form("/settings/acme/auth/oidc/", &[]).await;
    assert!(page.body.contains("Is the host right"), "{}", page.body);
}

#[tokio::test]
async fn without_either_the_page_says_what_to_set() {
    let test = crate::support::TestApp::spawn().await;
    let project = test.project().await;
    let browser = test.sign_in(&project.owner).await;
    let page = browser.get(PAGE).await;
    assert!(page.body.contains("Set auth.ldap.server-uri") && page.body.contains("Set auth.oidc.issuer"));
    assert_eq!(look_up(&browser, "lin", "").await.status, 403);
}
