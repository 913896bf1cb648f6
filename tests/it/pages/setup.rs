use picket::store::options;

use crate::support::TestApp;

const FORM: [(&str, &str); 8] = [
    ("email", "lin@example.com"),
    ("name", "Lin"),
    ("password", "correct horse"),
    ("repeated", "correct horse"),
    ("organization", "Acme"),
    ("project", "Backend"),
    ("platform", "python"),
    ("url", "http://errors.example.com/"),
];

#[tokio::test]
async fn the_first_visit_ends_on_the_instructions_of_the_first_project() {
    let app = TestApp::spawn().await;
    let browser = app.anonymous();
    assert_eq!(browser.get("/").await.location(), "/manage/setup/");
    let page = browser.get("/manage/setup/").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains(&app.url("")));

    let answer = browser.post_form("/manage/setup/", &FORM).await;
    assert_eq!((answer.status, answer.location()), (303, "/acme/backend/getting-started/"));
    let page = browser.get("/acme/backend/getting-started/").await;
    assert!(page.body.contains("pip install sentry-sdk"), "{}", page.body);
    assert!(page.body.contains("Waiting for the first event"));
    assert!(page.body.contains("@errors.example.com/"), "the new address is in effect at once: {}", page.body);
    let stored = options::find(&app.app.db, "system.url-prefix").await.unwrap().expect("an option");
    assert_eq!(stored.value, "http://errors.example.com");
    assert_eq!(browser.get("/").await.location(), "/organizations/acme/issues/");
}

#[tokio::test]
async fn an_address_from_the_file_stays() {
    let app = TestApp::spawn_with(|config| config.system.url_prefix_is_fixed = true).await;
    let browser = app.anonymous();
    let page = browser.get("/manage/setup/").await.body;
    assert!(page.contains(&app.url("")) && !page.contains("name=\"url\""), "{page}");
    browser.post_form("/manage/setup/", &FORM).await;
    let page = browser.get("/acme/backend/getting-started/").await.body;
    assert!(page.contains(&format!("@{}/", app.address)) && !page.contains("errors.example.com"), "{page}");
}

#[tokio::test]
async fn nobody_sets_up_twice() {
    let app = TestApp::spawn().await;
    app.anonymous().post_form("/manage/setup/", &FORM).await;
    let other = app.anonymous();
    assert_eq!(other.get("/manage/setup/").await.location(), "/manage/");
    let mut form = FORM;
    form[0].1 = "mallory@example.com";
    assert_eq!(other.post_form("/manage/setup/", &form).await.status, 403);
    assert_eq!(other.get("/").await.location(), "/auth/login/?next=%2F");
}

#[tokio::test]
async fn errors_stand_at_their_fields_and_what_was_typed_stays() {
    for (field, wrong, expected) in [
        ("email", "nonsense", "not an e-mail address"),
        ("password", "short", "6 to 256 characters"),
        ("repeated", "other horse", "passwords differ"),
        ("organization", "", "1 to 64 characters"),
        ("project", "", "1 to 200 characters"),
        ("url", "", "no address of a web server"),
        ("url", "ftp://x.example", "no address of a web server"),
        ("url", "https://x.example/errors", "has to stay /,"),
    ] {
        let app = TestApp::spawn().await;
        let mut form: Vec<(&str, &str)> = FORM.to_vec();
        form.iter_mut().find(|(name, _)| *name == field).unwrap().1 = wrong;
        if field == "password" {
            form[3].1 = wrong;
        }
        let page = app.anonymous().post_form("/manage/setup/", &form).await;
        assert_eq!(page.status, 422, "{field}");
        assert!(page.body.contains(expected), "{field}: {}", page.body);
        assert!(page.body.contains("value=\"Lin\""), "{field}");
        assert_eq!(app.anonymous().get("/manage/setup/").await.status, 200, "nothing was made");
    }
}
