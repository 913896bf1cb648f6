//! Who may use which endpoint.

use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::json;

use crate::support::TestApp;

/// Method, path, and scopes of which one suffices; an empty list: any token.
const ENDPOINTS: &[(&str, &str, &[Scope])] = &[
    ("GET", "/organizations/acme/", &[Scope::OrgRead, Scope::OrgWrite, Scope::OrgAdmin]),
    ("PUT", "/organizations/acme/", &[Scope::OrgWrite, Scope::OrgAdmin]),
    ("GET", "/organizations/acme/projects/", &[Scope::OrgRead, Scope::OrgWrite, Scope::OrgAdmin]),
    ("GET", "/organizations/acme/teams/", &[Scope::TeamRead, Scope::TeamWrite, Scope::TeamAdmin, Scope::OrgRead]),
    ("POST", "/organizations/acme/teams/", &[Scope::TeamWrite, Scope::TeamAdmin, Scope::OrgWrite, Scope::OrgAdmin]),
    ("GET", "/teams/acme/team/", &[Scope::TeamRead, Scope::TeamWrite, Scope::TeamAdmin]),
    ("GET", "/teams/acme/team/projects/", &[Scope::TeamRead, Scope::TeamWrite, Scope::TeamAdmin]),
    ("POST", "/teams/acme/team/projects/", &[Scope::ProjectWrite, Scope::ProjectAdmin]),
    ("GET", "/projects/acme/shop/", &[Scope::ProjectRead, Scope::ProjectWrite, Scope::ProjectAdmin]),
    ("GET", "/projects/acme/shop/keys/", &[Scope::ProjectRead, Scope::ProjectWrite, Scope::ProjectAdmin]),
    ("POST", "/projects/acme/shop/keys/", &[Scope::ProjectWrite, Scope::ProjectAdmin]),
    ("GET", "/projects/acme/shop/keys/KEY/", &[Scope::ProjectRead, Scope::ProjectWrite, Scope::ProjectAdmin]),
    ("PUT", "/projects/acme/shop/keys/KEY/", &[Scope::ProjectWrite, Scope::ProjectAdmin]),
    ("DELETE", "/projects/acme/shop/keys/KEY/", &[Scope::ProjectAdmin]),
    ("PUT", "/projects/acme/shop/", &[Scope::ProjectRead, Scope::ProjectWrite, Scope::ProjectAdmin]),
    ("GET", "/organizations/acme/releases/", RELEASE_READ),
    ("POST", "/organizations/acme/releases/", RELEASE_WRITE),
    ("GET", "/projects/acme/shop/releases/", RELEASE_READ),
    ("POST", "/projects/acme/shop/releases/", RELEASE_WRITE),
    ("GET", "/organizations/acme/releases/1.0/", RELEASE_READ),
    ("PUT", "/organizations/acme/releases/1.0/", RELEASE_WRITE),
    ("GET", "/projects/acme/shop/releases/1.0/", RELEASE_READ),
    ("PUT", "/projects/acme/shop/releases/1.0/", RELEASE_WRITE),
    ("GET", "/organizations/acme/releases/1.0/commits/", RELEASE_READ),
    ("GET", "/organizations/acme/releases/1.0/commitfiles/", RELEASE_READ),
    ("GET", "/organizations/acme/releases/1.0/deploys/", RELEASE_READ),
    ("POST", "/organizations/acme/releases/1.0/deploys/", RELEASE_WRITE),
    ("GET", "/organizations/acme/releases/1.0/previous-with-commits/", RELEASE_READ),
    ("GET", "/organizations/acme/releases/1.0/resolved/", RELEASE_READ),
    ("DELETE", "/organizations/acme/releases/1.0/", &[Scope::ProjectAdmin, Scope::ProjectReleases]),
    ("GET", "/organizations/acme/config/repos/", &[Scope::OrgRead, Scope::OrgWrite, Scope::OrgAdmin]),
    ("GET", "/organizations/acme/repos/", REPOSITORY_READ),
    ("POST", "/organizations/acme/repos/", &[Scope::OrgWrite, Scope::OrgAdmin, Scope::OrgIntegrations]),
    ("GET", "/organizations/acme/repos/REPO/commits/", REPOSITORY_READ),
    ("PUT", "/organizations/acme/repos/REPO/", &[Scope::OrgWrite, Scope::OrgAdmin]),
    ("DELETE", "/organizations/acme/repos/REPO/", &[Scope::OrgAdmin]),
    ("DELETE", "/projects/acme/shop/", &[Scope::ProjectAdmin]),
];

const RELEASE_READ: &[Scope] = &[Scope::ProjectRead, Scope::ProjectWrite, Scope::ProjectAdmin, Scope::ProjectReleases];
const RELEASE_WRITE: &[Scope] = &[Scope::ProjectWrite, Scope::ProjectAdmin, Scope::ProjectReleases];
const REPOSITORY_READ: &[Scope] =
    &[Scope::OrgRead, Scope::OrgWrite, Scope::OrgAdmin, Scope::OrgIntegrations, Scope::ProjectReleases];

async fn status(client: &crate::support::Client, method: &str, path: &str) -> u16 {
    let mut request = client.request(method, &format!("/api/0{path}"));
    if matches!(method, "PUT" | "POST") {
        // Nothing that would succeed: a refusal must come before the fields are looked at.
        request = request.json(&json!({"name": ["not a text"]}));
    }
    client.send(request).await.status
}

#[tokio::test]
async fn every_endpoint_wants_someone_with_the_scope_in_the_organization() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let stranger = app.project_named("other", "site").await;
    let everything = app.script(&stranger.owner, &Scope::ALL).await;
    let owner = app.script(&project.owner, &Scope::ALL).await;
    owner.post_json("/api/0/projects/acme/shop/releases/", &json!({"version": "1.0"})).await;
    let repository = owner.post_json("/api/0/organizations/acme/repos/", &json!({"name": "acme/shop"})).await.json();
    let concrete = |path: &str| {
        path.replace("KEY", &project.key.public_key).replace("REPO", repository["id"].as_str().expect("an id"))
    };
    for (method, path, scopes) in ENDPOINTS {
        let path = concrete(path);
        let place = format!("{method} {path}");
        assert_eq!(status(&app.anonymous(), method, &path).await, 401, "anonymous {place}");
        assert_eq!(status(&everything, method, &path).await, 404, "stranger {place}");

        let others: Vec<Scope> = Scope::ALL.into_iter().filter(|scope| !covers(scopes, *scope)).collect();
        let without = app.script(&project.owner, &others).await;
        assert_eq!(status(&without, method, &path).await, 403, "without scope {place}");
    }
    // In this order what is deleted is not asked for again.
    for (method, path, scopes) in ENDPOINTS {
        let path = concrete(path);
        let with = app.script(&project.owner, &scopes[scopes.len() - 1..]).await;
        let status = status(&with, method, &path).await;
        assert!(matches!(status, 200 | 202 | 204 | 400), "{method} {path} with {:?}: {status}", scopes.last());
    }
}

/// A list of scopes names the readers only where the writers read too.
fn covers(scopes: &[Scope], scope: Scope) -> bool {
    scopes.contains(&scope) || (scopes.contains(&Scope::OrgRead) && scope.as_str().starts_with("org:"))
}

#[tokio::test]
async fn a_token_is_worth_no_more_than_its_user() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let member = app.member(&project, "member@acme.example", Role::Member, true).await;
    let script = app.script(&member, &Scope::ALL).await;
    assert_eq!(script.get("/api/0/projects/acme/shop/").await.status, 200);
    assert_eq!(script.delete("/api/0/projects/acme/shop/").await.status, 403);
    assert_eq!(script.put_json("/api/0/projects/acme/shop/", &json!({"name": "x"})).await.status, 403);
    let bookmark = script.put_json("/api/0/projects/acme/shop/", &json!({"isBookmarked": true})).await;
    assert_eq!(bookmark.json()["isBookmarked"], true);

    sqlx::query("UPDATE users SET is_active = FALSE WHERE id = $1")
        .bind(member.id.0)
        .execute(&app.app.db)
        .await
        .expect("an update");
    let refused = script.get("/api/0/projects/acme/shop/").await;
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
}

#[tokio::test]
async fn projects_of_other_teams_are_hidden_from_members() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let outsider = app.member(&project, "outsider@acme.example", Role::Member, false).await;
    let script = app.script(&outsider, &Scope::ALL).await;
    assert_eq!(script.get("/api/0/projects/acme/shop/").await.status, 404);
    assert_eq!(script.get("/api/0/projects/").await.json(), json!([]));
    assert_eq!(script.get("/api/0/organizations/acme/projects/").await.json(), json!([]));
}
