//! The settings of sentry-ldap-auth, as they stand in people's files.

use picket::config::{Environment, GroupRule, Scope, Settings};
use picket::types::role::Role;

use super::enter;
use super::slapd::{PASSWORD, Slapd};
use crate::support::TestApp;

fn settings(yaml: &str, variables: &[(&str, &str)]) -> Settings {
    let folder = std::env::temp_dir().join(format!("picket-ldap-{}", uuid::Uuid::new_v4().simple()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.yml"), yaml).unwrap();
    let settings = Settings::load(Some(&folder), true, &Environment::of(variables));
    std::fs::remove_dir_all(&folder).unwrap();
    settings.unwrap()
}

/// As in a `sentry.conf.py`, each value quoted.
const VERBATIM: &str = r#"
auth.ldap.AUTH_LDAP_SERVER_URI: ldap://ldap.example.com
auth.ldap.AUTH_LDAP_BIND_DN: cn=picket,dc=example,dc=com
auth.ldap.AUTH_LDAP_BIND_PASSWORD: service secret
auth.ldap.AUTH_LDAP_USER_SEARCH: |
  LDAPSearch(
      'ou=people,dc=example,dc=com',
      ldap.SCOPE_SUBTREE,
      '(&(objectClass=person)(uid=%(user)s))',
  )
auth.ldap.AUTH_LDAP_GROUP_SEARCH: "LDAPSearch('ou=groups,dc=example,dc=com', ldap.SCOPE_SUBTREE, '(objectClass=groupOfUniqueNames)')"
auth.ldap.AUTH_LDAP_GROUP_TYPE: GroupOfUniqueNamesType()
auth.ldap.AUTH_LDAP_REQUIRE_GROUP: None
auth.ldap.AUTH_LDAP_DENY_GROUP: None
auth.ldap.AUTH_LDAP_USER_ATTR_MAP: "{'name': 'cn', 'email': 'mail'}"
auth.ldap.AUTH_LDAP_FIND_GROUP_PERMS: False
auth.ldap.AUTH_LDAP_CACHE_GROUPS: True
auth.ldap.AUTH_LDAP_GROUP_CACHE_TIMEOUT: 3600
auth.ldap.AUTH_LDAP_DEFAULT_SENTRY_ORGANIZATION: acme
auth.ldap.AUTH_LDAP_SENTRY_ORGANIZATION_ROLE_TYPE: member
auth.ldap.AUTH_LDAP_SENTRY_ORGANIZATION_GLOBAL_ACCESS: True
auth.ldap.AUTH_LDAP_SENTRY_SUBSCRIBE_BY_DEFAULT: False
"#;

#[test]
fn names_and_values_are_taken_as_they_are() {
    let settings = settings(VERBATIM, &[]);
    assert_eq!(settings.warnings, Vec::<String>::new());
    let ldap = settings.config().ldap.unwrap();
    assert_eq!(ldap.servers, ["ldap://ldap.example.com"]);
    assert_eq!(ldap.person_searches[0].filter, "(&(objectClass=person)(uid=%(user)s))");
    assert_eq!(ldap.person_searches[0].scope, Scope::Subtree);
    let unique = GroupRule::Members { attribute: "uniqueMember".to_owned(), is_nested: false };
    assert_eq!(ldap.group_type.rule, unique);
    assert_eq!((ldap.required_groups.len(), ldap.denied_groups.len()), (0, 0));
    assert_eq!(ldap.attributes.email.as_deref(), Some("mail"));
    assert_eq!(ldap.group_cache.unwrap().as_secs(), 3600);
    let membership = ldap.membership;
    assert_eq!((membership.organization.as_str(), membership.role), ("acme", Role::Member));
    assert!(membership.has_global_access);
}

#[test]
fn variables_of_the_same_names_win() {
    let variables = [
        ("AUTH_LDAP_SERVER_URI", "ldaps://other.example.com"),
        ("AUTH_LDAP_USER_SEARCH", "LDAPSearch('dc=x', ldap.SCOPE_ONELEVEL, '(cn=%(user)s)')"),
        ("PICKET_AUTH_LDAP_GROUP_ROLES", r#"{"cn=devs,dc=x": "admin"}"#),
        ("PICKET_AUTH_LDAP_REQUIRE_GROUP", "cn=a,dc=x; cn=b,dc=x"),
    ];
    let ldap = settings(VERBATIM, &variables).config().ldap.unwrap();
    assert_eq!(ldap.servers, ["ldaps://other.example.com"]);
    assert_eq!((ldap.person_searches[0].base.as_str(), ldap.person_searches[0].scope), ("dc=x", Scope::OneLevel));
    assert_eq!(ldap.membership.group_roles, [("cn=devs,dc=x".to_owned(), Role::Admin)]);
    assert_eq!(ldap.required_groups, ["cn=a,dc=x", "cn=b,dc=x"]);
}

#[test]
fn wrong_values_name_their_key() {
    for (yaml, key) in [
        ("auth.ldap.user-search: ou=people", "auth.ldap.user-search"),
        ("auth.ldap.group-roles: {devs: emperor}", "auth.ldap.group-roles"),
        ("auth.ldap.role: emperor", "auth.ldap.role"),
        ("auth.ldap.group-type: a heap", "auth.ldap.group-type"),
    ] {
        let folder = std::env::temp_dir().join(format!("picket-ldap-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("config.yml"), yaml).unwrap();
        let error = Settings::load(Some(&folder), true, &Environment::default()).unwrap_err().to_string();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(error.starts_with(key) && error.contains("expected"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_for_sentry_lets_people_in() {
    let slapd = Slapd::start().await;
    let yaml = VERBATIM.replace("ldap://ldap.example.com", &slapd.ldap());
    let ldap = settings(&yaml, &[]).config().ldap;
    let test = TestApp::spawn_with(move |config| config.ldap.clone_from(&ldap)).await;
    test.project().await;
    let answer = enter(&test.anonymous(), "lin", PASSWORD).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}
