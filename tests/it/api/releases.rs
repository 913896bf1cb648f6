use chrono::TimeDelta;
use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::{Value, json};

use super::{each, keys_of};
use crate::support::{Client, Project, TestApp};

const OF_ORGANIZATION: &str = "/api/0/organizations/acme/releases/";
const OF_PROJECT: &str = "/api/0/projects/acme/shop/releases/";

/// A project `shop`, and what its continuous integration may do.
struct Stage {
    app: TestApp,
    project: Project,
    script: Client,
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::spawn().await;
        let project = app.project().await;
        let script = app.script(&project.owner, &[Scope::ProjectReleases, Scope::OrgRead]).await;
        Self { app, project, script }
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self.script.post_json(path, &body).await;
        (answer.status, answer.json())
    }

    async fn put(&self, version: &str, body: Value) -> (u16, Value) {
        let answer = self.script.put_json(&format!("{OF_ORGANIZATION}{version}/"), &body).await;
        (answer.status, answer.json())
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.script.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    async fn versions(&self, path: &str) -> Vec<String> {
        each(&self.get(path).await, "version").into_iter().map(str::to_owned).collect()
    }

    /// Makes a release later than those before.
    async fn release(&self, version: &str) {
        self.app.app.clock.advance(TimeDelta::minutes(1));
        let (status, body) = self.post(OF_PROJECT, json!({ "version": version })).await;
        assert_eq!(status, 201, "{body}");
    }

    async fn event(&self, error: &str, release: &str, environment: &str) {
        let event = json!({"platform": "python", "release": release, "environment": environment,
            "exception": {"values": [{"type": error, "value": "it broke"}]}});
        self.app.report(&self.project, &event).await;
    }

    /// Another project of the organization, which the caller sees.
    async fn project(&self, name: &str) {
        let script = self.app.script(&self.project.owner, &[Scope::ProjectWrite]).await;
        let made = script.post_json("/api/0/teams/acme/team/projects/", &json!({ "name": name })).await;
        assert_eq!(made.status, 201, "{}", made.body);
    }
}

#[tokio::test]
async fn a_release_is_made_once_and_linked_to_projects() {
    let stage = Stage::new().await;
    stage.project("web").await;
    let body = json!({"version": "shop@1.0", "ref": "main", "url": "https://ci.example/7",
        "dateReleased": "2019-03-04T05:06:07.891Z", "owner": "owner@acme.example"});
    let (status, release) = stage.post(OF_PROJECT, body).await;
    assert_eq!(status, 201, "{release}");
    assert_eq!(
        keys_of(&release),
        "authors commitCount data dateCreated dateReleased dateStarted deployCount firstEvent lastCommit lastDeploy \
         lastEvent newGroups owner projects ref shortVersion status url version"
    );
    assert_eq!(
        (&release["ref"], &release["url"], &release["dateReleased"], &release["owner"]["email"]),
        (
            &json!("main"),
            &json!("https://ci.example/7"),
            &json!("2019-03-04T05:06:07.891Z"),
            &json!("owner@acme.example")
        )
    );
    assert_eq!((&release["lastCommit"], &release["status"]), (&json!(null), &json!("open")));

    let again = |projects: Value| json!({"version": "shop@1.0", "projects": projects, "dateStarted": null});
    assert_eq!(stage.post(OF_PROJECT, json!({"version": "shop@1.0"})).await.0, 208);
    let id = stage.project.project.id.0;
    assert_eq!(stage.post(OF_ORGANIZATION, again(json!([id]))).await.0, 208);
    assert_eq!(stage.post(OF_ORGANIZATION, again(json!([id.to_string(), "shop"]))).await.0, 208);
    let (status, both) = stage.post(OF_ORGANIZATION, again(json!(["web", "shop"]))).await;
    assert_eq!(status, 201);
    assert_eq!(each(&both["projects"], "slug"), ["shop", "web"]);
    assert_eq!(both["ref"], "main");
    assert_eq!(stage.get("/api/0/projects/acme/web/releases/shop@1.0/").await["version"], "shop@1.0");
}

#[tokio::test]
async fn what_is_wrong_is_told_by_field_and_nothing_is_stored() {
    let stage = Stage::new().await;
    let long = "x".repeat(251);
    let commit = |commit: Value| json!({"version": "1", "projects": ["shop"], "commits": [commit]});
    for (body, field, words) in [
        (json!({"projects": ["shop"]}), "version", "required"),
        (json!({"version": "latest", "projects": ["shop"]}), "version", "latest"),
        (json!({"version": "a\nb", "projects": ["shop"]}), "version", "line breaks"),
        (json!({"version": "a\u{0}b", "projects": ["shop"]}), "version", "NUL"),
        (json!({"version": long, "projects": ["shop"]}), "version", "at most 250"),
        (json!({"version": "1"}), "projects", "required"),
        (json!({"version": "1", "projects": []}), "projects", "required"),
        (json!({"version": "1", "projects": ["shop", "nope"]}), "projects", "nope"),
        (json!({"version": "1", "projects": vec!["shop"; 1001]}), "projects", "At most 1000"),
        (json!({"version": "1", "projects": ["shop"], "ref": long}), "ref", "At most 250"),
        (json!({"version": "1", "projects": ["shop"], "url": "javascript:1"}), "url", "http"),
        (json!({"version": "1", "projects": ["shop"], "dateReleased": "soon"}), "dateReleased", "date"),
        (json!({"version": "1", "projects": ["shop"], "status": "shut"}), "status", "archived"),
        (json!({"version": "1", "projects": ["shop"], "owner": "nobody"}), "owner", "Nobody"),
        (json!({"version": "1", "projects": ["shop"], "refs": {}}), "refs", "list"),
        (json!({"version": "1", "projects": ["shop"], "commits": [7]}), "commits", "0: This is not an object"),
        (commit(json!({"id": "x".repeat(65)})), "commits", "0: id: At most 64"),
        (commit(json!({"message": "no id"})), "commits", "0: id: This field is required"),
        (commit(json!({"id": "a", "timestamp": "noon"})), "commits", "0: timestamp"),
        (commit(json!({"id": "a", "patch_set": [{"path": "a", "type": "X"}]})), "commits", "patch_set: 0: type"),
    ] {
        let (status, answer) = stage.post(OF_ORGANIZATION, body.clone()).await;
        assert_eq!(status, 400, "{body}");
        let messages = answer[field].as_array().unwrap_or_else(|| panic!("{body}: {answer}"));
        assert!(messages[0].as_str().unwrap().contains(words), "{body}: {answer}");
    }
    let unknown = json!({"version": "1", "projects": ["shop"], "refs": [{"repository": "acme/no", "commit": "a"}]});
    let (status, answer) = stage.post(OF_ORGANIZATION, unknown).await;
    assert_eq!((status, answer["refs"].as_array().map(Vec::len)), (400, Some(1)), "{answer}");
    let malformed = stage.script.request("POST", OF_PROJECT).header("content-type", "application/json").body("{");
    assert_eq!(stage.script.send(malformed).await.status, 400);
    assert_eq!(stage.versions(OF_ORGANIZATION).await, [""; 0]);
}

#[tokio::test]
async fn any_legal_version_can_stand_in_an_address() {
    let stage = Stage::new().await;
    for (version, address) in [
        ("shop@1.0.0+build 7", "shop@1.0.0+build%207"),
        ("main/ab12", "main%2Fab12"),
        ("main/ab12", "main/ab12"),
        ("a/b/commits", "a/b/commits%2F"),
        ("100%2F", "100%252F"),
        ("版本#1?", "%E7%89%88%E6%9C%AC%231%3F"),
        ("../x", "..%2Fx"),
    ] {
        let (_, made) = stage.post(OF_PROJECT, json!({ "version": version })).await;
        assert_eq!(made["version"], version);
        let address = address.strip_suffix("%2F").unwrap_or(address);
        for list in [OF_PROJECT, OF_ORGANIZATION] {
            // The version that ends like an address of its own can only be asked for encoded.
            let address = if version.ends_with("commits") { "a%2Fb%2Fcommits" } else { address };
            assert_eq!(stage.get(&format!("{list}{address}/")).await["version"], version, "{address}");
            assert_eq!(stage.get(&format!("{list}{address}/commits/")).await, json!([]), "{address}");
        }
    }
    assert_eq!(stage.script.get(&format!("{OF_PROJECT}nope/")).await.status, 404);
    assert_eq!(stage.script.get(&format!("{OF_PROJECT}%ff/")).await.status, 404);
    assert_eq!(
        stage.script.get(&format!("{OF_PROJECT}main/ab12")).await.location(),
        "/api/0/projects/acme/shop/releases/main%2Fab12/"
    );
}

#[tokio::test]
async fn lists_are_searched_ordered_and_paged() {
    let stage = Stage::new().await;
    for version in ["shop@1.9.0", "shop@1.10.0", "shop@1.10.0-rc.1", "nightly", "cart@0.1"] {
        stage.release(version).await;
    }
    let newest_first = ["cart@0.1", "nightly", "shop@1.10.0-rc.1", "shop@1.10.0", "shop@1.9.0"];
    assert_eq!(stage.versions(OF_ORGANIZATION).await, newest_first);
    assert_eq!(
        stage.versions(&format!("{OF_PROJECT}?sort=semver")).await,
        ["nightly", "cart@0.1", "shop@1.10.0", "shop@1.10.0-rc.1", "shop@1.9.0"]
    );
    assert_eq!(stage.versions(&format!("{OF_PROJECT}?query=1.10")).await, ["shop@1.10.0-rc.1", "shop@1.10.0"]);
    assert_eq!(stage.versions(&format!("{OF_PROJECT}?query=SHOP%401.9")).await, ["shop@1.9.0"]);
    assert_eq!(stage.versions(&format!("{OF_PROJECT}?query=%25")).await, [""; 0]);

    // Being released counts more than being made.
    let released = stage.app.app.clock.now() + TimeDelta::hours(1);
    assert_eq!(stage.put("shop@1.9.0", json!({"dateReleased": released})).await.0, 200);
    assert_eq!(stage.versions(OF_ORGANIZATION).await[0], "shop@1.9.0");

    let first = stage.script.get(&format!("{OF_ORGANIZATION}?per_page=2&query=shop")).await;
    assert_eq!(each(&first.json(), "version"), ["shop@1.9.0", "shop@1.10.0-rc.1"]);
    assert!(first.header("link").contains(r#"rel="next"; results="true"; cursor="2:1:0""#), "{}", first.header("link"));
    let second = stage.script.get(&format!("{OF_ORGANIZATION}?per_page=2&query=shop&cursor=2:1:0")).await;
    assert_eq!(each(&second.json(), "version"), ["shop@1.10.0"]);
    assert!(second.header("link").contains(r#"rel="next"; results="false""#));
    for wrong in ["cursor=x", "status=shut", "sort=size", "start=soon"] {
        assert_eq!(stage.script.get(&format!("{OF_ORGANIZATION}?{wrong}")).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn lists_are_narrowed_by_project_environment_status_and_time() {
    let stage = Stage::new().await;
    stage.project("web").await;
    for version in ["1.0", "1.1", "1.2"] {
        stage.release(version).await;
    }
    stage.post(OF_ORGANIZATION, json!({"version": "2.0", "projects": ["web"]})).await;
    stage.event("KeyError", "1.1", "production").await;
    stage.post(&format!("{OF_ORGANIZATION}1.0/deploys/"), json!({"environment": "production"})).await;
    stage.put("1.2", json!({"status": "archived"})).await;

    assert_eq!(stage.versions(&format!("{OF_ORGANIZATION}?project=web")).await, ["2.0"]);
    assert_eq!(stage.versions(&format!("{OF_ORGANIZATION}?project=-1")).await.len(), 4);
    assert_eq!(stage.versions(&format!("{OF_PROJECT}?environment=production")).await, ["1.1", "1.0"]);
    assert_eq!(stage.versions(&format!("{OF_PROJECT}?environment=nowhere")).await, [""; 0]);
    assert_eq!(stage.versions(&format!("{OF_PROJECT}?status=archived")).await, ["1.2"]);
    assert_eq!(stage.versions(&format!("{OF_PROJECT}?status=open")).await, ["1.1", "1.0"]);
    let at = |minutes| (stage.app.app.clock.now() - TimeDelta::minutes(minutes)).to_rfc3339().replace('+', "%2B");
    assert_eq!(stage.versions(&format!("{OF_PROJECT}?start={}&end={}", at(2), at(0))).await.len(), 2);
    stage.put("1.2", json!({"status": "open"})).await;
    assert_eq!(stage.get(&format!("{OF_ORGANIZATION}1.2/")).await["status"], "open");
}

#[tokio::test]
async fn events_make_releases_and_say_when_they_were_seen() {
    let stage = Stage::new().await;
    stage.event("KeyError", "main/ab12", "production").await;
    stage.event("ValueError", "main/ab12", "production").await;
    let release = stage.get(&format!("{OF_ORGANIZATION}main%2Fab12/")).await;
    assert_eq!((&release["newGroups"], each(&release["projects"], "slug")), (&json!(2), vec!["shop"]));
    assert!(release["firstEvent"].is_string() && release["lastEvent"].is_string(), "{release}");
    assert_eq!(stage.post(OF_PROJECT, json!({"version": "main/ab12"})).await.0, 208);
}

#[tokio::test]
async fn a_release_is_deleted_unless_something_refers_to_it() {
    let stage = Stage::new().await;
    for version in ["1.0", "1.1", "2.0"] {
        stage.release(version).await;
    }
    stage.event("KeyError", "1.0", "production").await;
    stage.event("KeyError", "1.1", "production").await;
    let refused = async |version: &str, words: &str| {
        let answer = stage.script.delete(&format!("{OF_ORGANIZATION}{version}/")).await;
        assert_eq!(answer.status, 400, "{version}");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(words), "{detail}");
    };
    refused("1.0", "first release").await;
    refused("1.1", "events").await;
    let manager = stage.app.script(&stage.project.owner, &[Scope::EventWrite]).await;
    let resolved = json!({"status": "resolved", "statusDetails": {"inRelease": "2.0"}});
    manager.put_json("/api/0/projects/acme/shop/issues/?status=unresolved", &resolved).await;
    refused("2.0", "resolved").await;
    manager.put_json("/api/0/projects/acme/shop/issues/?status=resolved", &json!({"status": "unresolved"})).await;

    let path = format!("{OF_PROJECT}2.0/");
    assert_eq!(stage.script.delete(&path).await.status, 204);
    assert_eq!(stage.script.delete(&path).await.status, 404);
    assert_eq!(stage.versions(OF_PROJECT).await, ["1.1", "1.0"]);
}

#[tokio::test]
async fn deploys_are_added_and_listed_the_last_first() {
    let stage = Stage::new().await;
    stage.release("1.0").await;
    let path = format!("{OF_ORGANIZATION}1.0/deploys/");
    let (status, deploy) = stage
        .post(
            &path,
            json!({"environment": "staging", "name": "blue", "projects": ["shop"],
        "url": "https://ci.example/1", "dateStarted": "2019-03-04T05:06:07Z", "dateFinished": "2019-03-04T05:08:00Z"}),
        )
        .await;
    assert_eq!((status, keys_of(&deploy)), (201, "dateFinished dateStarted environment id name url".to_owned()));
    assert_eq!((&deploy["name"], &deploy["dateFinished"]), (&json!("blue"), &json!("2019-03-04T05:08:00Z")));
    let (_, deploy) = stage.post(&path, json!({"environment": "production"})).await;
    assert_eq!((&deploy["name"], &deploy["dateStarted"]), (&json!(null), &json!(null)));
    assert_eq!(each(&stage.get(&path).await, "environment"), ["production", "staging"]);
    let release = stage.get(&format!("{OF_ORGANIZATION}1.0/")).await;
    assert_eq!((&release["deployCount"], &release["lastDeploy"]["environment"]), (&json!(2), &json!("production")));
    for wrong in [
        json!({}),
        json!({"environment": "x".repeat(65)}),
        json!({"environment": "a/b"}),
        json!({"environment": 7, "url": "x"}),
    ] {
        assert_eq!(stage.post(&path, wrong.clone()).await.0, 400, "{wrong}");
    }
}

/// Three commits out of order, one of a repository without a name, one to leave out.
fn commits() -> Value {
    json!([
        {"id": "a1", "repository": "acme/shop", "message": "Add the cart", "author_name": "Ada",
            "author_email": "ada@example.com", "timestamp": "2019-01-01T00:00:00+01:00",
            "patch_set": [{"path": "cart.py", "type": "A"}, {"path": "old.py", "type": "D"}]},
        {"id": "a3", "repository": "acme/shop", "message": "Mend the cart\n\nFixes SHOP-1", "author_name": "O",
            "author_email": "OWNER@acme.example", "timestamp": "2019-01-03T00:00:00Z",
            "patch_set": [{"path": "cart.py", "type": "M"}]},
        {"id": "a2", "message": "Nameless", "author_name": "Ada L.", "timestamp": "2019-01-02T00:00:00Z"},
        {"id": "a4", "repository": "acme/shop", "message": "Bump #skipsentry", "timestamp": "2019-01-04T00:00:00Z"},
    ])
}

#[tokio::test]
async fn a_list_of_commits_becomes_what_the_release_consists_of() {
    let stage = Stage::new().await;
    stage.release("1.0").await;
    let (status, release) = stage.put("1.0", json!({"commits": commits()})).await;
    assert_eq!(status, 200, "{release}");
    assert_eq!((&release["commitCount"], &release["lastCommit"]["id"]), (&json!(3), &json!("a3")));
    let authors: Vec<&str> = each(&release["authors"], "email");
    assert_eq!(authors, ["owner@acme.example", "ada@example.com", "adal.@localhost"]);
    let list = stage.get(&format!("{OF_PROJECT}1.0/commits/")).await;
    assert_eq!(each(&list, "id"), ["a3", "a2", "a1"]);
    assert_eq!(keys_of(&list[0]), "author dateCreated id message repository");
    assert_eq!(list[2]["dateCreated"], "2018-12-31T23:00:00Z");
    assert_eq!(
        (&list[0]["author"]["username"], &list[2]["author"]["name"]),
        (&json!("owner@acme.example"), &json!("Ada"))
    );
    let nameless = format!("organization-{}", stage.project.organization.id);
    assert_eq!(
        (&list[0]["repository"]["name"], &list[1]["repository"]["name"]),
        (&json!("acme/shop"), &json!(nameless))
    );
    let files = stage.get(&format!("{OF_ORGANIZATION}1.0/commitfiles/")).await;
    assert_eq!(
        (each(&files, "filename"), each(&files, "type")),
        (vec!["cart.py", "cart.py", "old.py"], vec!["M", "A", "D"])
    );
    assert_eq!(keys_of(&files[0]), "author commitMessage filename id orgId repoName type");

    // Sent again it replaces; what is known of a commit stays.
    let (_, release) = stage
        .put(
            "1.0",
            json!({"commits": [{"id": "a1", "repository": "acme/shop"}, {"id": "a1", "repository": "acme/shop"}]}),
        )
        .await;
    assert_eq!((&release["commitCount"], &release["lastCommit"]["message"]), (&json!(1), &json!("Add the cart")));
    assert_eq!(release["lastCommit"]["dateCreated"], "2018-12-31T23:00:00Z");
    let (_, release) = stage.put("1.0", json!({"commits": []})).await;
    assert_eq!((&release["commitCount"], &release["authors"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn commits_resolve_the_issues_they_fix_once() {
    let stage = Stage::new().await;
    stage.event("KeyError", "0.9", "production").await;
    stage.release("1.0").await;
    stage.put("1.0", json!({"commits": commits()})).await;
    let resolved = stage.get(&format!("{OF_ORGANIZATION}1.0/resolved/")).await;
    assert_eq!(each(&resolved, "shortId"), ["SHOP-1"]);
    assert_eq!(
        (&resolved[0]["status"], &resolved[0]["statusDetails"]["inRelease"]),
        (&json!("resolved"), &json!("1.0"))
    );
    let reader = stage.app.script(&stage.project.owner, &[Scope::EventWrite]).await;
    let issue = format!("/api/0/issues/{}/", resolved[0]["id"].as_str().unwrap());
    let entry = reader.get(&issue).await.json()["activity"][0].clone();
    assert_eq!(
        (&entry["type"], &entry["data"]),
        (&json!("set_resolved_in_commit"), &json!({"commit": "a3", "version": "1.0"}))
    );
    assert_eq!(entry["user"]["email"], "owner@acme.example");

    // It came back; sending the commits again does not hide that.
    stage.app.app.clock.advance(TimeDelta::minutes(5));
    stage.event("KeyError", "1.0", "production").await;
    assert_eq!(reader.get(&issue).await.json()["status"], "unresolved");
    stage.put("1.0", json!({"commits": commits()})).await;
    assert_eq!(reader.get(&issue).await.json()["status"], "unresolved");
    assert_eq!(each(&stage.get(&format!("{OF_PROJECT}1.0/resolved/")).await, "shortId"), ["SHOP-1"]);
}

#[tokio::test]
async fn heads_say_where_repositories_stand_and_what_was_before() {
    let stage = Stage::new().await;
    let manager = stage.app.script(&stage.project.owner, &[Scope::OrgWrite]).await;
    manager.post_json("/api/0/organizations/acme/repos/", &json!({"name": "acme/shop"})).await;
    for version in ["1.0", "1.1", "1.2"] {
        stage.release(version).await;
    }
    let previous = |version: &str| format!("{OF_ORGANIZATION}{version}/previous-with-commits/");
    assert_eq!(stage.get(&previous("1.2")).await, json!({}));
    let refs = json!({"refs": [{"repository": "acme/shop", "commit": "b1", "previousCommit": "b0"}]});
    let (status, release) = stage.put("1.0", refs).await;
    assert_eq!((status, &release["lastCommit"]["id"], &release["commitCount"]), (200, &json!("b1"), &json!(0)));
    assert_eq!(stage.get(&previous("1.2")).await["lastCommit"]["id"], "b1");
    assert_eq!(stage.get(&previous("1.0")).await, json!({}));
    let (status, _) = stage.put("1.1", json!({"headCommits": [{"repository": "acme/shop", "currentId": "b2"}]})).await;
    assert_eq!(status, 200);
    assert_eq!(stage.get(&previous("1.2")).await["version"], "1.1");
}

#[tokio::test]
async fn releases_are_seen_through_their_projects() {
    let stage = Stage::new().await;
    stage.project("web").await;
    stage.app.project_named("other", "site").await;
    stage.post(OF_ORGANIZATION, json!({"version": "1.0", "projects": ["shop"]})).await;
    stage.post(OF_ORGANIZATION, json!({"version": "2.0", "projects": ["web"]})).await;
    let outsider = stage.app.member(&stage.project, "outsider@acme.example", Role::Member, false).await;
    let outside = stage.app.script(&outsider, &Scope::ALL).await;
    assert_eq!(outside.get(OF_ORGANIZATION).await.json(), json!([]));
    assert_eq!(outside.get(&format!("{OF_ORGANIZATION}1.0/")).await.status, 404);
    assert_eq!(outside.put_json(&format!("{OF_ORGANIZATION}1.0/"), &json!({})).await.status, 404);
    let made = outside.post_json(OF_ORGANIZATION, &json!({"version": "3.0", "projects": ["shop"]})).await;
    assert_eq!((made.status, made.json()["projects"].as_array().map(Vec::len)), (400, Some(1)));
    assert_eq!(stage.script.get(&format!("{OF_PROJECT}2.0/")).await.status, 404);
    assert_eq!(stage.script.get("/api/0/organizations/other/releases/1.0/").await.status, 404);

    // A release goes whole: whoever deletes it must see all of it.
    sqlx::query("DELETE FROM project_teams WHERE project_id = (SELECT id FROM projects WHERE slug = 'web')")
        .execute(&stage.app.app.db)
        .await
        .unwrap();
    stage.post(OF_ORGANIZATION, json!({"version": "1.0", "projects": ["web"]})).await;
    let member = stage.app.member(&stage.project, "member@acme.example", Role::Member, true).await;
    let inside = stage.app.script(&member, &Scope::ALL).await;
    assert_eq!(each(&inside.get(&format!("{OF_ORGANIZATION}1.0/")).await.json()["projects"], "slug"), ["shop"]);
    assert_eq!(inside.delete(&format!("{OF_ORGANIZATION}1.0/")).await.status, 403);
    assert_eq!(inside.delete(&format!("{OF_PROJECT}1.0/")).await.status, 403);
    assert_eq!(stage.script.delete(&format!("{OF_ORGANIZATION}1.0/")).await.status, 204);
}
