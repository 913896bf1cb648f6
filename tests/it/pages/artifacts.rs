use picket::services::assemble::ensure_release;
use picket::types::role::Role;
use picket::types::scope::Scope;
use reqwest::multipart::{Form, Part};

use crate::support::{Project, TestApp};

const PAGES: [&str; 2] = ["/acme/shop/releases/a%2F1/artifacts/", "/organizations/acme/releases/a%2F1/artifacts/"];

/// A release `a/1` with files.
async fn stage() -> (TestApp, Project) {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let mut connection = app.app.db.acquire().await.unwrap();
    let ids = [project.project.id.0];
    ensure_release(&app.app, &mut connection, project.organization.id, "a/1", &ids).await.unwrap();
    let browser = app.sign_in(&project.owner).await;
    let script = app.script(&project.owner, &Scope::ALL).await;
    for page in PAGES {
        assert!(browser.get(page).await.body.contains("sentry-cli sourcemaps upload --release a/1 ./dist"));
    }

    let map = r#"{"version":3,"mappings":"","sourcesContent":["x"]}"#;
    for (name, content) in [
        ("~/js/good.js", "a\n//# sourceMappingURL=good.js.map"),
        ("~/js/good.js.map", map),
        ("~/js/lost.js", "a\n//# sourceMappingURL=../lost.js.map"),
        ("~/js/购物 车.js", "a\n//# sourceMappingURL=购物车.js.map?v=1"),
        ("~/js/购物车.js.map", map),
        ("~/js/bare.min.js", "a"),
        ("~/js/empty.js.map", r#"{"version":3,"mappings":""}"#),
        ("/home/lin/<b>.ts", "a"),
    ] {
        let part = Part::bytes(content.as_bytes().to_vec()).file_name("a.js");
        let form = Form::new().part("file", part).text("name", name);
        let path = "/api/0/projects/acme/shop/releases/a%2F1/files/";
        assert_eq!(script.send(script.request("POST", path).multipart(form)).await.status, 201, "{name}");
    }
    drop(connection);
    (app, project)
}

#[tokio::test]
async fn artifacts_are_listed_with_what_is_missing() {
    let (app, project) = stage().await;
    let browser = app.sign_in(&project.owner).await;
    for page in PAGES {
        let body = browser.get(page).await.body;
        for expected in [
            "minified script: 4",
            "source map: 3",
            "✓ good.js.map",
            "✓ 购物车.js.map?v=1",
            "✗ ../lost.js.map",
            "Refers to “../lost.js.map”, which was not uploaded.",
            "No reference to a source map",
            "The map brings no source texts",
            "The name is a path of the machine that built it",
            "&#60;b&#62;.ts",
            "by test",
        ] {
            assert!(body.contains(expected), "{expected}: {body}");
        }
        assert_eq!(body.matches("class=\"warning small\"").count(), 4);
        let check = body.split("href=\"").find(|link| link.contains("/source-maps/check/")).unwrap();
        let check = browser.get(check.split('"').next().unwrap()).await.body;
        assert!(check.contains("value=\"a/1\""), "it asks for an address in this release: {check}");
    }
    let found = browser.get(&format!("{}?query=LOST", PAGES[0])).await.body;
    assert!(found.contains("lost.js") && !found.contains("good.js"));
    assert!(browser.get(&format!("{}?query=%3Ci", PAGES[0])).await.body.contains("No name contains “&#60;i”"));
}

#[tokio::test]
async fn artifacts_are_downloaded_and_deleted_by_those_who_may() {
    let (app, project) = stage().await;
    let browser = app.sign_in(&project.owner).await;
    let found = browser.get(&format!("{}?query=LOST", PAGES[0])).await.body;
    let download = found.split("href=\"").find(|link| link.contains("?download=1")).unwrap().split('"').next().unwrap();
    assert_eq!(browser.get(download).await.body, "a\n//# sourceMappingURL=../lost.js.map");
    let id = found.split("name=\"file\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let deleted = browser.post_form(PAGES[0], &[("file", id), ("file", "999999")]).await;
    assert_eq!((deleted.status, deleted.location()), (303, PAGES[0]));
    let after = browser.get(PAGES[0]).await.body;
    assert!(after.contains("Deleted one file.") && !after.contains("lost.js"), "{after}");
    browser.post_form(PAGES[0], &[]).await;
    assert!(browser.get(PAGES[0]).await.body.contains("Select files first."));

    let member = app.member(&project, "m@acme.example", Role::Member, true).await;
    let member = app.sign_in(&member).await;
    let body = member.get(PAGES[0]).await.body;
    assert!(body.contains("good.js") && !body.contains("?download=1"), "members read no source");
    let outsider = app.member(&project, "o@acme.example", Role::Member, false).await;
    assert_eq!(app.sign_in(&outsider).await.get(PAGES[0]).await.status, 404);
}
