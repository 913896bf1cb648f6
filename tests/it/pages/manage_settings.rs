//! Settings and mail of the installation, as an administrator sees them.

use serde_json::json;

use crate::support::{MailServer, TestApp};

#[tokio::test]
async fn an_administrator_changes_what_no_file_sets() {
    let app = TestApp::spawn().await;
    let admin = app.sign_in(&app.user("admin@example.com", true).await).await;
    let page = admin.get("/manage/settings/").await.body;
    assert!(page.contains("id=\"mail.password\"") && page.contains("<code>database.url</code>"), "{page}");

    let system = [
        ("group", "system"),
        ("system.url-prefix", "https://errors.example"),
        ("system.accepted-hosts", "errors.intern\nother.intern"),
        ("system.site-name", "Fehler"),
        ("system.admin-email", ""),
        ("system.rate-limit", "100"),
        // In no group of the form, and for the file alone.
        ("system.secret-key", "hijacked"),
        ("database.url", "postgres://evil/"),
    ];
    assert_eq!(admin.post_form("/manage/settings/", &system).await.status, 303);
    let config = &app.app.config.system;
    assert_eq!((config.site_name.as_str(), config.rate_limit), ("Fehler", 100));
    assert_eq!(config.accepted_hosts, ["errors.intern", "other.intern"]);
    assert_ne!(config.secret_key.as_deref(), Some("hijacked"));
    assert!(admin.get("/organizations/").await.body.contains("Fehler"));

    let mail = |password| {
        [("group", "mail"), ("mail.host", "mx.example"), ("mail.port", "25"), ("mail.password", password)]
            .into_iter()
            .chain([("mail.from", "a@b.example"), ("mail.backend", "smtp"), ("mail.timeout", "10s")])
            .collect::<Vec<_>>()
    };
    assert_eq!(admin.post_form("/manage/settings/", &mail("hunter2")).await.status, 303);
    assert_eq!(admin.post_form("/manage/settings/", &mail("")).await.status, 303);
    assert_eq!(app.app.config.mail.password, "hunter2", "an empty secret stays");
    assert!(!admin.get("/manage/settings/").await.body.contains("hunter2"));
    let told: Vec<String> =
        sqlx::query_scalar("SELECT data::text FROM audit_entries").fetch_all(&app.app.db).await.unwrap();
    assert!(!told.is_empty() && !told.iter().any(|data| data.contains("hunter2")), "{told:?}");
}

/// What the form of `auth` holds beside switches, with some of it changed.
fn auth<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let all = [
        ("group", "auth"),
        ("auth.ip-rate-limit", "10"),
        ("auth.user-rate-limit", "10"),
        ("auth.ldap.server-uri", "ldap://directory.acme.example"),
        ("auth.ldap.timeout", "5s"),
        ("auth.ldap.group-type", "group-of-names"),
        ("auth.ldap.group-cache-timeout", "1h"),
        ("auth.ldap.role", "member"),
        ("auth.oidc.timeout", "5s"),
        ("auth.oidc.role", "member"),
    ];
    let kept = all.into_iter().filter(|(key, _)| !changed.iter().any(|(name, _)| name == key));
    kept.chain(changed.iter().copied()).collect()
}

#[tokio::test]
async fn settings_of_a_directory_are_written_as_json_or_as_django_does() {
    let app = TestApp::spawn().await;
    let admin = app.sign_in(&app.user("admin@example.com", true).await).await;
    let people = r#"LDAPSearch("ou=people,dc=acme", ldap.SCOPE_SUBTREE, "(uid=%(user)s)")"#;
    let form = auth(&[
        ("auth.ldap.user-search", people),
        ("auth.ldap.user-attr-map", r#"{"name": "cn", "email": "mail"}"#),
        ("auth.ldap.require-group", "cn=dev,dc=acme\r\ncn=ops,dc=acme\r\n"),
        ("auth.ldap.group-type", "NestedActiveDirectoryGroupType()"),
        ("auth.ldap.role", "admin"),
        ("auth.ldap.group-roles", r#"{"cn=ops,dc=acme": "owner"}"#),
        ("auth.ldap.group-teams", "{'dev': ['backend', 'web']}"),
    ]);
    let saved = admin.post_form("/manage/settings/", &form).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let value = |key: &str| app.app.config.settings().get(key).unwrap().value.to_json();
    let search = json!([{"base": "ou=people,dc=acme", "scope": "subtree", "filter": "(uid=%(user)s)"}]);
    assert_eq!(value("auth.ldap.user-search"), search);
    assert_eq!(value("auth.ldap.require-group"), json!(["cn=dev,dc=acme", "cn=ops,dc=acme"]), "DNs hold commas");
    assert_eq!(value("auth.ldap.role"), "admin");
    assert!(app.app.config.ldap.is_some());

    let page = admin.get("/manage/settings/").await.body;
    assert!(page.contains("cn=dev,dc=acme\ncn=ops,dc=acme</textarea>"), "one a line");
    assert!(page.contains("&#34;base&#34;: &#34;ou=people,dc=acme&#34;"), "JSON to change");
    assert!(page.contains("<option value=\"admin\" selected>"), "{page}");
    // What the page shows can be posted again, and is no change.
    let count = || sqlx::query_scalar::<_, i64>("SELECT count(*) FROM audit_entries").fetch_one(&app.app.db);
    let before = count().await.unwrap();
    let shown = serde_json::to_string_pretty(&search).unwrap();
    let again: Vec<_> =
        form.into_iter().map(|(key, text)| (key, if text == people { shown.as_str() } else { text })).collect();
    assert_eq!(admin.post_form("/manage/settings/", &again).await.status, 303);
    assert_eq!(count().await.unwrap(), before);

    for (key, text) in [
        ("auth.ldap.group-roles", r#"{"cn=ops": "king"}"#),
        ("auth.ldap.user-search", "ou=people"),
        ("auth.ldap.user-attr-map", "[1"),
        ("auth.ldap.group-type", "posix<b>"),
        ("auth.ldap.role", "king"),
    ] {
        let refused = admin.post_form("/manage/settings/", &auth(&[(key, text), ("auth.ldap.bind-dn", "typed")])).await;
        assert_eq!(refused.status, 422, "{key}");
        assert!(refused.body.contains("class=\"field-error\"") && refused.body.contains("value=\"typed\""), "{key}");
    }
    assert_eq!(count().await.unwrap(), before, "nothing half-stored");
}

#[tokio::test]
async fn wrong_values_are_named_and_nothing_is_stored() {
    let app = TestApp::spawn().await;
    let admin = app.sign_in(&app.user("admin@example.com", true).await).await;
    for (key, value) in [
        ("system.url-prefix", "errors.example"),
        ("system.url-prefix", "ftp://errors.example"),
        ("system.rate-limit", "-1"),
        ("system.rate-limit", "many"),
    ] {
        let others = [("group", "system"), ("system.site-name", "Changed")];
        let url = [("system.url-prefix", "https://errors.example"), ("system.rate-limit", "0")];
        let fields: Vec<_> =
            others.into_iter().chain(url.into_iter().filter(|(name, _)| *name != key)).chain([(key, value)]).collect();
        let answer = admin.post_form("/manage/settings/", &fields).await;
        assert_eq!(answer.status, 422, "{key}: {value}");
        assert!(answer.body.contains("class=\"field-error\""), "{key}: {value}");
    }
    let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM options").fetch_one(&app.app.db).await.unwrap();
    assert_eq!(stored, 0);
    let owner = app.sign_in(&app.project().await.owner).await;
    assert_eq!(owner.post_form("/manage/settings/", &[("group", "system")]).await.status, 403);
}

#[tokio::test]
async fn a_test_mail_shows_each_step() {
    let server = MailServer::start(None).await;
    let port = server.port;
    let app = TestApp::spawn_with(move |config| {
        "127.0.0.1".clone_into(&mut config.mail.host);
        config.mail.port = port;
    })
    .await;
    let admin = app.sign_in(&app.user("admin@example.com", true).await).await;
    let page = admin.get("/manage/mail/").await.body;
    assert!(page.contains("value=\"admin@example.com\""), "{page}");
    let sent = admin.post_form("/manage/mail/test/", &[("to", "lin@example.com")]).await.body;
    for part in ["127.0.0.1", "test.example", "250 queued as 1", "took the mail for lin@example.com"] {
        assert!(sent.contains(part), "{part} is not in {sent}");
    }
    assert!(server.taken()[0].contains("To: lin@example.com"));
    let wrong = admin.post_form("/manage/mail/test/", &[("to", "lin@example.com\r\nBcc: x@y")]).await.body;
    assert!(wrong.contains("class=\"field-error\""));

    app.app.config.set_stored(vec![("mail.username".to_owned(), "picket".into())]);
    let refused = admin.post_form("/manage/mail/test/", &[("to", "lin@example.com")]).await.body;
    assert!(refused.contains("wrong name or password") && refused.contains("✗ Sign in"), "{refused}");
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn held_mail_is_told_until_somebody_hides_it() {
    let app = TestApp::spawn().await;
    let root = app.user("admin@example.com", true).await;
    app.dismiss_banners(&root).await;
    let admin = app.sign_in(&root).await;
    let held = "INSERT INTO mails (kind, recipient, subject, language, content, state, created_at)
        VALUES ('invite', 'x@y.example', 'Join <b>', 'en', '{}', 'held', now())";
    sqlx::query(held).execute(&app.app.db).await.unwrap();
    assert!(admin.get("/organizations/").await.body.contains("One mail is held: there is no mail server."));
    assert!(admin.get("/manage/mail/").await.body.contains("Join &#60;b&#62;"));
    assert_eq!(admin.post_form("/manage/banner/held-mail/dismiss/", &[]).await.status, 303);
    assert!(!admin.get("/organizations/").await.body.contains("One mail is held"));
    let owner = app.sign_in(&app.project().await.owner).await;
    assert!(!owner.get("/organizations/").await.body.contains("class=\"banner\""));
}
