use picket::types::scope::Scope;
use serde_json::json;

use super::{each, keys_of};
use crate::support::TestApp;

const TEAM: &str = "avatar dateCreated hasAccess id isMember isPending memberCount name slug";

#[tokio::test]
async fn teams_are_listed_with_their_projects() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let script = app.script(&project.owner, &[Scope::TeamRead]).await;
    let list = script.get("/api/0/organizations/acme/teams/").await.json();
    assert_eq!(keys_of(&list[0]), format!("{TEAM} projects").replace("name slug projects", "name projects slug"));
    assert_eq!(each(&list[0]["projects"], "slug"), ["shop"]);
    assert_eq!(
        (&list[0]["isMember"], &list[0]["hasAccess"], &list[0]["memberCount"]),
        (&json!(false), &json!(true), &json!(0))
    );
    assert_eq!(script.get("/api/0/organizations/acme/teams/?query=none").await.json(), json!([]));
    let team = script.get("/api/0/teams/acme/team/").await.json();
    assert_eq!(team["organization"]["slug"], "acme");
    assert_eq!(script.get("/api/0/teams/acme/none/").await.status, 404);
    assert_eq!(each(&script.get("/api/0/teams/acme/team/projects/").await.json(), "slug"), ["shop"]);
}

#[tokio::test]
async fn the_maker_of_a_team_joins_it() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let script = app.script(&project.owner, &[Scope::TeamWrite]).await;
    let made = script.post_json("/api/0/organizations/acme/teams/", &json!({"name": "Ops & Co"})).await;
    assert_eq!((made.status, keys_of(&made.json()).as_str()), (201, TEAM));
    assert_eq!((&made.json()["slug"], &made.json()["memberCount"]), (&json!("ops-co"), &json!(1)));
    let by_slug = script.post_json("/api/0/organizations/acme/teams/", &json!({"slug": "web"})).await;
    assert_eq!(by_slug.json()["name"], "web");
    let taken = script.post_json("/api/0/organizations/acme/teams/", &json!({"name": "x", "slug": "web"})).await;
    assert_eq!(taken.status, 409);
    let nameless = script.post_json("/api/0/organizations/acme/teams/", &json!({})).await;
    assert_eq!((nameless.status, keys_of(&nameless.json()).as_str()), (400, "name"));
}

#[tokio::test]
async fn a_project_is_made_for_a_team() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let script = app.script(&project.owner, &[Scope::ProjectWrite]).await;
    let path = "/api/0/teams/acme/team/projects/";
    let made = script.post_json(path, &json!({"name": "My App", "platform": "python"})).await;
    assert_eq!(made.status, 201);
    let view = made.json();
    assert_eq!((&view["slug"], &view["platform"]), (&json!("my-app"), &json!("python")));
    assert_eq!(each(&view["teams"], "slug"), ["team"]);
    let keys = script.get("/api/0/projects/acme/my-app/keys/").await.json();
    assert_eq!(each(&keys, "label"), ["Default"]);
    assert_eq!(script.post_json(path, &json!({"name": "x", "slug": "my-app"})).await.status, 409);
    for body in [json!({}), json!({"name": "x".repeat(201)}), json!({"name": "x", "platform": "No Platform"})] {
        assert_eq!(script.post_json(path, &body).await.status, 400, "{body}");
    }
}
