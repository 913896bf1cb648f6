//! Names, passwords and servers that mean harm.

use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use super::slapd::{PASSWORD, subtree};
use super::{Stage, enter};
use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ldap_filter_injection_finds_nobody() {
    let stage = Stage::set().await;
    for name in [
        "*",
        "*)(uid=*",
        "lin)(|(uid=*",
        "lin*",
        "l\\69n",
        "lin)(&)",
        "*)(objectClass=*))(|(uid=*",
        "lin\0",
        "lin\u{0}*",
        "(",
        "\\",
        "\\2a",
    ] {
        let answer = stage.enter(name, PASSWORD).await;
        assert_eq!(answer.status, 422, "{name:?}: {}", answer.body);
    }
    let users: (i64,) =
        sqlx::query_as("SELECT count(*) FROM users WHERE is_managed").fetch_one(&stage.test.app.db).await.unwrap();
    assert_eq!(users.0, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_with_special_characters_find_their_entry() {
    let stage = Stage::set_with(|ldap| {
        ldap.membership.group_roles = vec![("devs".to_owned(), picket::types::role::Role::Admin)];
    })
    .await;
    let person = stage.person("o(ne*il)").await;
    assert_eq!(person.name, "O,Neil (x)*");
    assert_eq!(
        stage.member(&person).await.unwrap().role,
        picket::types::role::Role::Admin,
        "its DN is escaped as well"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_cannot_change_the_dn_of_a_template() {
    let stage = Stage::set_with(|ldap| {
        ldap.person_searches.clear();
        ldap.dn_template = Some("uid=%(user)s,ou=people,dc=example,dc=com".to_owned());
    })
    .await;
    for name in ["twin,ou=elsewhere", "lin,ou=people,dc=example,dc=com", "lin+cn=x", "=", "lin\\"] {
        assert_eq!(stage.enter(name, PASSWORD).await.status, 422, "{name}");
    }
    stage.person("lin").await;
}

/// RFC 4513 5.1.2: a bind with a name and no password succeeds as nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_ldap_password_proves_nothing() {
    let stage = Stage::set().await;
    for name in ["lin", "", "nobody"] {
        assert_eq!(stage.enter(name, "").await.status, 422, "{name}");
    }
    assert!(stage.user("lin").await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_another_authority_is_not_believed() {
    let stage = Stage::set().await;
    for (servers, start_tls) in [(stage.slapd.ldap(), true), (stage.slapd.ldaps(), false)] {
        for file in ["other.pem", "ca.key", "missing.pem"] {
            let mut config = stage.slapd.config();
            config.servers = vec![servers.clone()];
            config.start_tls = start_tls;
            config.ca_file = Some(stage.slapd.ca_file().with_file_name(file));
            let test = TestApp::spawn_with(move |settings| settings.ldap = Some(config.clone())).await;
            let answer = enter(&test.anonymous(), "lin", PASSWORD).await;
            assert_eq!(answer.status, 503, "{servers} {file}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_matches_everybody_opens_nothing() {
    let stage = Stage::set_with(|ldap| {
        let filter = "(|(uid=%(user)s)(objectClass=*))";
        ldap.person_searches = vec![subtree("dc=example,dc=com", filter)];
    })
    .await;
    assert_eq!(stage.enter("lin", PASSWORD).await.status, 503);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn referrals_are_not_followed() {
    let away = Stage::set_with(|ldap| {
        ldap.person_searches = vec![subtree("dc=elsewhere,dc=com", "(uid=%(user)s)")];
    })
    .await;
    assert_eq!(away.enter("lin", PASSWORD).await.status, 503, "the whole search is referred to another server");
    let beside = Stage::set_with(|ldap| {
        ldap.person_searches = vec![subtree("dc=example,dc=com", "(uid=%(user)s)")];
    })
    .await;
    beside.person("lin").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_silent_or_talks_nonsense_costs_one_sign_in() {
    for nonsense in [
        &b""[..],
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x30\x03\x02\x01\x01",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x00",
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let talking = async {
            let mut open = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                stream.write_all(nonsense).await.ok();
                open.push(stream);
            }
        };
        let stage = Stage::set_with(|ldap| {
            ldap.servers = vec![format!("ldap://{address}")];
            ldap.start_tls = false;
            ldap.timeout = Duration::from_secs(1);
        })
        .await;
        let answer = tokio::select! {
            answer = stage.enter("lin", PASSWORD) => answer,
            () = talking => panic!("the listener ended"),
        };
        assert_eq!(answer.status, 503, "{nonsense:?}: {}", answer.body);
    }
}
