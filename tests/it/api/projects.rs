use picket::types::scope::Scope;
use serde_json::json;

use super::{each, keys_of};
use crate::support::TestApp;

const PROJECT: [&str; 19] = [
    "avatar",
    "callSign",
    "color",
    "dateCreated",
    "features",
    "firstEvent",
    "hasAccess",
    "id",
    "isBookmarked",
    "isInternal",
    "isMember",
    "isPublic",
    "name",
    "platform",
    "slug",
    "status",
    "team",
    "teams",
    "",
];

fn with(more: &[&'static str]) -> String {
    let mut keys: Vec<&str> = PROJECT.into_iter().filter(|key| !key.is_empty()).chain(more.iter().copied()).collect();
    keys.sort_unstable();
    keys.join(" ")
}

#[tokio::test]
async fn projects_are_listed_newest_first_with_their_organization() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    app.project_named("other", "site").await;
    let script = app.script(&project.owner, &[Scope::ProjectWrite]).await;
    script.post_json("/api/0/teams/acme/team/projects/", &json!({"name": "web"})).await;
    let list = script.get("/api/0/projects/").await.json();
    assert_eq!(each(&list, "slug"), ["web", "shop"]);
    assert_eq!(keys_of(&list[0]), with(&["organization"]));
    assert_eq!(list[0]["organization"]["slug"], "acme");
    assert_eq!(each(&script.get("/api/0/projects/?query=team:team+we").await.json(), "slug"), ["web"]);
}

#[tokio::test]
async fn an_organization_lists_bookmarks_first() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let script = app.script(&project.owner, &[Scope::ProjectWrite, Scope::OrgRead]).await;
    script.post_json("/api/0/teams/acme/team/projects/", &json!({"name": "api"})).await;
    script.put_json("/api/0/projects/acme/shop/", &json!({"isBookmarked": true})).await;
    let list = script.get("/api/0/organizations/acme/projects/?statsPeriod=24h").await.json();
    assert_eq!(each(&list, "slug"), ["shop", "api"]);
    assert_eq!(keys_of(&list[0]), with(&["environments", "latestDeploys", "latestRelease", "platforms", "stats"]));
    assert_eq!(list[0]["stats"].as_array().unwrap().len(), 24);
    assert_eq!((&list[0]["latestRelease"], &list[0]["environments"]), (&json!(null), &json!([])));
    assert_eq!(script.get("/api/0/organizations/acme/projects/?statsPeriod=1y").await.status, 400);
}

#[tokio::test]
async fn a_project_without_a_team_still_has_a_team_object() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    sqlx::query("DELETE FROM project_teams").execute(&app.app.db).await.unwrap();
    let script = app.script(&project.owner, &[Scope::ProjectRead]).await;
    let view = script.get("/api/0/projects/acme/shop/").await.json();
    assert_eq!((&view["team"], &view["teams"]), (&json!({"id": "0", "slug": "", "name": ""}), &json!([])));
}

#[tokio::test]
async fn a_project_comes_with_its_settings_and_takes_changes() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let script = app.script(&project.owner, &[Scope::ProjectWrite]).await;
    let view = script.get("/api/0/projects/acme/shop/").await.json();
    let settings = [
        "allowedDomains",
        "dataScrubber",
        "dataScrubberDefaults",
        "defaultEnvironment",
        "digestsMaxDelay",
        "digestsMinDelay",
        "fingerprintingRules",
        "groupingConfig",
        "isSubscribed",
        "latestRelease",
        "options",
        "organization",
        "platforms",
        "plugins",
        "processingIssues",
        "relayPiiConfig",
        "resolveAge",
        "safeFields",
        "scrapeJavaScript",
        "scrubIPAddresses",
        "securityToken",
        "securityTokenHeader",
        "sensitiveFields",
        "storeCrashReports",
        "subjectPrefix",
        "subjectTemplate",
        "verifySSL",
    ];
    assert_eq!(keys_of(&view), with(&settings));
    assert_eq!((&view["id"], &view["allowedDomains"]), (&json!(project.project.id.to_string()), &json!(["*"])));

    let change = json!({
        "name": "Shop 2", "slug": "shop-2", "platform": "python", "resolveAge": 24, "scrubIPAddresses": true,
        "sensitiveFields": ["iban"], "allowedDomains": ["a.example", "*.b.example"],
        "scrapeJavaScript": true, "verifySSL": false, "securityToken": "s3cret", "securityTokenHeader": "X-Shop",
        "options": {"filters:releases": "1.*\n2.0", "filters:error_messages": "Boom*", "unknown": 1},
    });
    let changed = script.put_json("/api/0/projects/acme/shop/", &change).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let view = script.get("/api/0/projects/acme/shop-2/").await.json();
    assert_eq!(view, changed.json());
    for (key, value) in change.as_object().unwrap().iter().filter(|(key, _)| *key != "options") {
        assert_eq!(&view[key], value, "{key}");
    }
    assert_eq!(view["options"]["filters:releases"], "1.*\n2.0");
    assert_eq!(view["options"]["sentry:origins"], "a.example\n*.b.example");
    assert_eq!(view["dataScrubber"], true, "what was not sent stays");

    let wrong = json!({"allowedDomains": [], "resolveAge": -1, "securityToken": "a b", "options": {"sentry:scrub_data": "maybe"}});
    let refused = script.put_json("/api/0/projects/acme/shop-2/", &wrong).await;
    assert_eq!(
        (refused.status, keys_of(&refused.json()).as_str()),
        (400, "allowedDomains options resolveAge securityToken")
    );
}

#[tokio::test]
async fn a_slug_in_use_is_refused() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let script = app.script(&project.owner, &[Scope::ProjectWrite]).await;
    script.post_json("/api/0/teams/acme/team/projects/", &json!({"name": "web"})).await;
    let refused = script.put_json("/api/0/projects/acme/shop/", &json!({"slug": "web"})).await;
    assert_eq!((refused.status, keys_of(&refused.json()).as_str()), (400, "slug"));
}

#[tokio::test]
async fn a_deleted_project_is_gone_and_its_slug_free() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let script = app.script(&project.owner, &[Scope::ProjectAdmin]).await;
    assert_eq!(script.delete("/api/0/projects/acme/shop/").await.status, 204);
    assert_eq!(script.get("/api/0/projects/acme/shop/").await.status, 404);
    assert_eq!(script.get("/api/0/projects/").await.json(), json!([]));
    let again = script.post_json("/api/0/teams/acme/team/projects/", &json!({"name": "shop"})).await;
    assert_eq!((again.status, &again.json()["slug"]), (201, &json!("shop")));
}

#[tokio::test]
async fn mails_digests_and_environment_are_settings_too() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let script = app.script(&project.owner, &[Scope::ProjectWrite]).await;
    let path = "/api/0/projects/acme/shop/";
    let view = script.get(path).await.json();
    assert_eq!((&view["subjectTemplate"], &view["digestsMaxDelay"]), (&json!("$shortID - $title"), &json!(1800)));
    let change = json!({
        "subjectPrefix": "[Shop] ", "subjectTemplate": "$title", "defaultEnvironment": "live", "digestsMinDelay": 60,
        "digestsMaxDelay": 120, "isSubscribed": true, "groupingConfig": view["groupingConfig"],
    });
    let changed = script.put_json(path, &change).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    for (key, value) in
        [("subjectPrefix", json!("[Shop]")), ("defaultEnvironment", json!("live")), ("digestsMinDelay", json!(60))]
    {
        assert_eq!(changed.json()[key], value, "{key}");
    }
    let old = json!({"options": {"mail:subject_prefix": "S", "digests:mail:maximum_delay": 600, "sentry:default_environment": ""}});
    let changed = script.put_json(path, &old).await.json();
    assert_eq!((&changed["subjectPrefix"], &changed["digestsMaxDelay"]), (&json!("S"), &json!(600)));
    assert_eq!((&changed["defaultEnvironment"], &changed["subjectTemplate"]), (&json!(null), &json!("$title")));

    for (wrong, field) in [
        (json!({"digestsMinDelay": 59}), "digestsMinDelay"),
        (json!({"digestsMaxDelay": 3601}), "digestsMaxDelay"),
        (json!({"digestsMinDelay": 601}), "digestsMinDelay"),
        (json!({"subjectTemplate": "x".repeat(201)}), "subjectTemplate"),
        (json!({"defaultEnvironment": "a/b"}), "defaultEnvironment"),
        (json!({"groupingConfig": "legacy:2019-03-12"}), "groupingConfig"),
        (json!({"team": "team"}), "team"),
        (json!({"copy_from_project": "shop"}), "copy_from_project"),
    ] {
        let refused = script.put_json(path, &wrong).await;
        assert_eq!((refused.status, keys_of(&refused.json()).as_str()), (400, field), "{wrong}");
    }
}

#[tokio::test]
async fn settings_are_copied_from_a_project_that_one_sees() {
    let app = TestApp::spawn().await;
    let (project, other) = (app.project().await, app.project_named("other", "site").await);
    let script = app.script(&project.owner, &[Scope::ProjectWrite]).await;
    let path = "/api/0/projects/acme/shop/";
    script.put_json(path, &json!({"resolveAge": 7, "securityToken": "s3cret", "sensitiveFields": ["iban"]})).await;
    let made = script.post_json("/api/0/teams/acme/team/projects/", &json!({"name": "web"})).await;
    assert_eq!(made.status, 201);
    let copy = json!({"copy_from_project": project.project.id.to_string(), "resolveAge": 8});
    let copied = script.put_json("/api/0/projects/acme/web/", &copy).await.json();
    assert_eq!((&copied["resolveAge"], &copied["sensitiveFields"]), (&json!(8), &json!(["iban"])));
    assert_ne!(copied["securityToken"], "s3cret", "tokens are not copied");
    for id in [other.project.id.0, 4_711_000] {
        let refused = script.put_json(path, &json!({"copy_from_project": id})).await;
        assert_eq!(refused.status, 409, "{id}: {}", refused.body);
    }
}
