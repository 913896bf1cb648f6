//! People whom a proxy has let in.

use ipnet::IpNet;
use picket::config::HeaderSignIn;
use picket::store::users;
use picket::types::role::Role;

use super::slapd::membership;
use crate::support::{Answer, TestApp};

async fn behind(proxies: &'static [&'static str]) -> TestApp {
    let test = TestApp::spawn_with(move |config| {
        let mut membership = membership();
        membership.group_roles = vec![("devs".to_owned(), Role::Admin)];
        config.header_sign_in = Some(HeaderSignIn {
            user: "X-Remote-User".to_owned(),
            email: "X-Remote-Email".to_owned(),
            name: "X-Remote-Name".to_owned(),
            groups: "X-Remote-Groups".to_owned(),
            proxies: proxies.iter().map(|network| network.parse::<IpNet>().unwrap()).collect(),
            membership,
        });
    })
    .await;
    test.project().await;
    test.user("root@acme.example", true).await;
    test
}

async fn come(test: &TestApp, headers: &[(&str, &str)]) -> Answer {
    let browser = test.anonymous();
    let mut request = browser.request("GET", "/auth/login/?next=%2Forganizations%2Facme%2Fissues%2F");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser.send(request).await
}

const LIN: &[(&str, &str)] = &[
    ("X-Remote-User", "Lin"),
    ("X-Remote-Email", "lin@example.com"),
    ("X-Remote-Name", "Lin Wei"),
    ("X-Remote-Groups", "staff, devs"),
];

#[tokio::test]
async fn a_trusted_proxy_signs_people_in() {
    let test = behind(&["127.0.0.0/8"]).await;
    let answer = come(&test, LIN).await;
    assert_eq!((answer.status, answer.location()), (303, "/organizations/acme/issues/"), "{}", answer.body);
    let lin = users::find_by_login(&test.app.db, "lin").await.unwrap().expect("an account");
    assert_eq!((lin.name.as_str(), lin.email.as_str()), ("Lin Wei", "lin@example.com"));
    let role: (String,) = sqlx::query_as("SELECT role FROM members WHERE user_id = $1")
        .bind(lin.id.0)
        .fetch_one(&test.app.db)
        .await
        .unwrap();
    assert_eq!(role.0, "admin");
}

#[tokio::test]
async fn headers_from_elsewhere_are_ignored() {
    let test = behind(&["10.0.0.0/8"]).await;
    let mut forged = LIN.to_vec();
    forged.push(("X-Forwarded-For", "10.0.0.1"));
    let answer = come(&test, &forged).await;
    assert_eq!(answer.status, 200, "the form");
    let twice = behind(&["127.0.0.0/8"]).await;
    let mut forged = LIN.to_vec();
    forged.push(("X-Remote-User", "root@acme.example"));
    assert_eq!(come(&twice, &forged).await.status, 200, "a proxy that adds instead of replacing");
    let off = TestApp::spawn().await;
    off.user("root@acme.example", true).await;
    assert_eq!(come(&off, LIN).await.status, 200, "off unless it is set");
    for test in [&test, &twice, &off] {
        assert!(users::find_by_login(&test.app.db, "lin").await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_proxy_makes_nobody_a_local_superuser() {
    let test = behind(&["127.0.0.0/8"]).await;
    assert_eq!(come(&test, &[("X-Remote-User", "ROOT@acme.example")]).await.status, 200);
    let root = users::find_by_login(&test.app.db, "root@acme.example").await.unwrap().unwrap();
    assert!(root.is_superuser && !root.is_managed && root.password_hash.is_some());
}
