//! Mail: held, sent, refused, tried again.

use picket::services::mail::{self, Button, Letter};
use picket::store::mails;
use picket::types::ids::MailId;
use picket::types::language::Language;
use picket::worker;

use crate::support::{MailServer, TestApp};

const ADA: &str = "ada@example.com";

/// A server with a public URL, and mail by `port` of this host.
async fn spawn(port: u16) -> TestApp {
    TestApp::spawn_with(move |config| {
        "https://errors.example".clone_into(&mut config.system.url_prefix);
        "127.0.0.1".clone_into(&mut config.mail.host);
        "Picket <picket@errors.example>".clone_into(&mut config.mail.from);
        config.mail.port = port;
    })
    .await
}

fn letter() -> Letter {
    Letter {
        kind: "invite".to_owned(),
        subject: "加入 Acme".to_owned(),
        paragraphs: vec!["Lin invites you.".to_owned()],
        button: Some(Button { label: "Join".to_owned(), path: "/accept/1/secret/".to_owned() }),
        reason: "Lin typed your address.".to_owned(),
    }
}

async fn write(app: &TestApp, to: &str) {
    let mut tx = app.app.db.begin().await.unwrap();
    mail::send(&mut tx, &app.app, Language::English, to, &letter(), app.app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn states(app: &TestApp) -> Vec<(String, Option<String>)> {
    let rows = mails::list(&app.app.db, None, 10).await.unwrap();
    rows.into_iter().map(|mail| (mail.state, mail.error)).collect()
}

#[tokio::test]
async fn a_letter_arrives_with_links_of_the_public_url() {
    let server = MailServer::start(None).await;
    let app = spawn(server.port).await;
    write(&app, ADA).await;
    worker::drain(&app.app).await.unwrap();
    let [mail] = server.taken().try_into().expect("one mail");
    for part in [
        "From: Picket <picket@errors.example>",
        "To: ada@example.com",
        "Subject: [Picket] =?utf-8?b?5Yqg5YWl?= Acme",
        "Auto-Submitted: auto-generated",
        "@errors.example>",
        "https://errors.example/accept/1/secret/",
        "multipart/alternative",
    ] {
        assert!(mail.contains(part), "{part} is not in {mail}");
    }
    let [written] = app.mails(ADA).await.try_into().expect("one mail");
    assert_eq!((written.state.as_str(), written.text.as_str(), written.path), ("sent", "", None), "the link is gone");
    worker::drain(&app.app).await.unwrap();
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn mail_is_held_until_it_could_be_read() {
    let server = MailServer::start(None).await;
    let port = server.port;
    let app = TestApp::spawn_with(move |config| config.mail.port = port).await;
    write(&app, ADA).await;
    worker::drain(&app.app).await.unwrap();
    assert_eq!(states(&app).await, [("held".to_owned(), None)], "no mail server, and a loopback URL");

    let rows = [("mail.host", "127.0.0.1"), ("system.url-prefix", "https://late.example")];
    app.app.config.set_stored(rows.map(|(key, value)| (key.to_owned(), value.into())).to_vec());
    picket::services::job::promise_once(&app.app.db, &mail::ReleaseHeldMail {}, app.app.clock.now()).await.unwrap();
    worker::drain(&app.app).await.unwrap();
    assert_eq!(states(&app).await, [("sent".to_owned(), None)]);
    assert!(server.taken()[0].contains("https://late.example/accept/1/secret/"));
}

#[tokio::test]
async fn what_is_refused_for_good_is_not_tried_again() {
    let server = MailServer::start(Some("550 no such user")).await;
    let app = spawn(server.port).await;
    write(&app, ADA).await;
    worker::drain(&app.app).await.unwrap();
    let [(state, error)] = states(&app).await.try_into().expect("one mail");
    assert_eq!(state, "failed");
    assert!(error.as_deref().is_some_and(|error| error.starts_with("Send: ") && error.contains("no such user")));
    let id: i64 = sqlx::query_scalar("SELECT id FROM mails").fetch_one(&app.app.db).await.unwrap();
    assert!(mail::retry(&app.app, MailId(id)).await.unwrap());
    worker::drain(&app.app).await.unwrap();
    let attempts: i32 = sqlx::query_scalar("SELECT attempts FROM mails").fetch_one(&app.app.db).await.unwrap();
    assert_eq!(attempts, 2, "when somebody asks, it is");
}

#[tokio::test]
async fn what_is_refused_for_now_waits() {
    let server = MailServer::start(Some("451 try later")).await;
    let app = spawn(server.port).await;
    write(&app, ADA).await;
    worker::drain(&app.app).await.unwrap();
    let [(state, error)] = states(&app).await.try_into().expect("one mail");
    assert_eq!(state, "queued");
    assert!(error.is_some_and(|error| error.contains("try later")));
}

/// Neither a line end in an address nor one in a subject begins a header of its own.
#[tokio::test]
async fn headers_cannot_be_injected() {
    let server = MailServer::start(None).await;
    let app = spawn(server.port).await;
    write(&app, "ada@example.com\r\nBcc: eve@evil.example").await;
    let mut letter = letter();
    letter.subject = "Hello\r\nBcc: eve@evil.example\r\n\r\nBody".to_owned();
    let mut tx = app.app.db.begin().await.unwrap();
    mail::send(&mut tx, &app.app, Language::English, ADA, &letter, app.app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    worker::drain(&app.app).await.unwrap();
    let taken = server.taken();
    assert_eq!(taken.len(), 1, "the broken address gets nothing");
    assert!(!taken[0].lines().any(|line| line.to_ascii_lowercase().starts_with("bcc:")), "{}", taken[0]);
    let [sent] = app.mails(ADA).await.try_into().expect("one mail");
    assert_eq!((sent.kind.as_str(), sent.subject.as_str()), ("invite", "[Picket] Hello Bcc: eve@evil.example Body"));
}
