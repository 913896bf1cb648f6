//! Projects that go to another organization: who may offer and take them, and what goes along.

use chrono::TimeDelta;
use picket::store::project_keys;
use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::{Value, json};

use crate::support::{Client, Project, TestApp};

const OFFER: &str = "/settings/acme/projects/shop/transfer/";

struct Stage {
    app: TestApp,
    /// `acme`, with the project `shop`.
    from: Project,
    /// `other`, with the project `site`.
    to: Project,
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::spawn().await;
        let (from, to) = (app.project().await, app.project_named("other", "site").await);
        Self { app, from, to }
    }

    /// The link of the last letter to the owner of the other organization.
    async fn link(&self) -> String {
        let written = self.app.mails(&self.to.owner.email).await;
        let letter = written.last().expect("a letter");
        assert_eq!(letter.kind, "project-transfer");
        letter.path.clone().expect("a link")
    }

    async fn offer(&self, email: &str) {
        let owner = self.app.sign_in(&self.from.owner).await;
        let form = [("email", email), ("confirm", "shop")];
        assert_eq!(owner.post_form(OFFER, &form).await.location(), "/settings/acme/projects/shop/");
    }

    async fn offered(&self) -> String {
        self.offer(&self.to.owner.email).await;
        self.link().await
    }

    async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.app.app.db).await.expect("a number")
    }
}

async fn take(client: &Client, link: &str, team: &str) -> crate::support::Answer {
    let token = link.split_once("data=").expect("a token").1;
    client.post_form("/accept-transfer/", &[("data", token), ("team", team)]).await
}

#[tokio::test]
async fn an_owner_of_another_organization_takes_a_project_and_sdks_notice_nothing() {
    let stage = Stage::new().await;
    let (app, from, to) = (&stage.app, &stage.from, &stage.to);
    let event = json!({"message": "no cart", "release": "1.0", "environment": "live", "tags": {"plan": "pro"}});
    app.report(from, &event).await;
    app.report(to, &json!({"message": "other", "release": "2.0"})).await;
    let script = app.script(&from.owner, &Scope::ALL).await;
    let files = json!({"version": "1.0", "projects": ["shop"], "commits": [{"id": "a1", "repository": "shop"}]});
    assert!(script.post_json("/api/0/organizations/acme/releases/", &files).await.status < 300);
    let issue = script.get("/api/0/projects/acme/shop/issues/").await.json()[0]["id"].as_str().unwrap().to_owned();
    let assigned = json!({"assignedTo": from.owner.email, "isBookmarked": true});
    assert_eq!(script.put_json(&format!("/api/0/issues/{issue}/"), &assigned).await.status, 200);

    let link = stage.offered().await;
    let taker = app.sign_in(&to.owner).await;
    let page = taker.get(&link).await;
    assert!(page.status == 200 && page.body.contains("acme offers you the project shop"), "{}", page.body);
    assert!(page.body.contains("other/team") && !page.body.contains("acme/team"), "{}", page.body);
    assert_eq!(stage.count("SELECT count(*) FROM projects WHERE slug = 'shop'").await, 1, "looking changes nothing");
    assert_eq!(take(&taker, &link, "other/team").await.location(), "/settings/other/projects/shop/");

    assert_eq!(script.get("/api/0/projects/acme/shop/").await.status, 404);
    assert_eq!(script.get(&format!("/api/0/issues/{issue}/")).await.status, 404);
    let new = app.script(&to.owner, &Scope::ALL).await;
    app.report(from, &event).await;
    let found = new.get(&format!("/api/0/issues/{issue}/")).await.json();
    assert_eq!((&found["count"], &found["assignedTo"]), (&json!("2"), &Value::Null), "{found}");
    assert_eq!(found["firstRelease"]["version"], "1.0");
    let releases = new.get("/api/0/projects/other/shop/releases/").await.json();
    assert_eq!((releases.as_array().unwrap().len(), &releases[0]["commitCount"]), (1, &json!(0)), "{releases}");
    assert_eq!(script.get("/api/0/organizations/acme/releases/").await.json(), json!([]));
    let keys = project_keys::list(&app.app.db, from.project.id).await.unwrap();
    assert_eq!(keys[0].public_key, from.key.public_key);
    assert_eq!(stage.count("SELECT count(*) FROM issue_bookmarks").await, 0);
    for (client, organization) in [(&script, "acme"), (&new, "other")] {
        let path = format!("/api/0/organizations/{organization}/audit-logs/?event=project.accept-transfer");
        assert_eq!(client.get(&path).await.json()[0]["data"]["to"], "other", "{organization}");
    }
    let asked = script.get("/api/0/organizations/acme/audit-logs/?event=project.request-transfer").await.json();
    assert_eq!(asked[0]["data"]["email"], json!(to.owner.email));
}

#[tokio::test]
async fn what_projects_share_stays_with_both() {
    let stage = Stage::new().await;
    let (app, from, to) = (&stage.app, &stage.from, &stage.to);
    let script = app.script(&from.owner, &Scope::ALL).await;
    script.post_json("/api/0/teams/acme/team/projects/", &json!({"name": "web"})).await;
    let shared = json!({"version": "1.0", "projects": ["shop", "web"]});
    assert_eq!(script.post_json("/api/0/organizations/acme/releases/", &shared).await.status, 201);
    let other = app.script(&to.owner, &Scope::ALL).await;
    other.post_json("/api/0/organizations/other/releases/", &json!({"version": "3.0", "projects": ["site"]})).await;
    app.report(from, &json!({"message": "no cart", "release": "1.0"})).await;
    app.report(from, &json!({"message": "no cart", "release": "3.0"})).await;
    // The short name is taken there.
    other.post_json("/api/0/teams/other/team/projects/", &json!({"name": "shop"})).await;
    let link = stage.offered().await;
    let taker = app.sign_in(&to.owner).await;
    assert_eq!(take(&taker, &link, "other/team").await.location(), "/settings/other/projects/shop-2/");
    let versions = async |client: &Client, path: &str| {
        let list = client.get(&format!("/api/0{path}releases/")).await.json();
        let mut versions: Vec<String> =
            list.as_array().unwrap().iter().map(|one| one["version"].as_str().unwrap().to_owned()).collect();
        versions.sort();
        versions.join(" ")
    };
    assert_eq!(versions(&script, "/organizations/acme/").await, "1.0");
    assert_eq!(versions(&script, "/projects/acme/web/").await, "1.0");
    assert_eq!(versions(&other, "/projects/other/shop-2/").await, "1.0 3.0");
    assert_eq!(versions(&other, "/projects/other/site/").await, "3.0");
    let strayed = "SELECT count(*) FROM release_projects rp JOIN releases r ON r.id = rp.release_id
        JOIN projects p ON p.id = rp.project_id WHERE p.organization_id <> r.organization_id";
    assert_eq!(stage.count(strayed).await, 0);
    let strayed = "SELECT count(*) FROM issues i JOIN projects p ON p.id = i.project_id
        JOIN releases r ON r.id IN (i.first_release_id, i.last_release_id) WHERE p.organization_id <> r.organization_id";
    assert_eq!(stage.count(strayed).await, 0);
}

#[tokio::test]
async fn an_offer_is_taken_once_in_time_and_by_whom_it_is_for() {
    let stage = Stage::new().await;
    let (app, from, to) = (&stage.app, &stage.from, &stage.to);
    let first = stage.offered().await;
    let link = stage.offered().await;
    let taker = app.sign_in(&to.owner).await;
    assert_eq!(taker.get(&first).await.status, 404, "the newer offer made it void");
    for client in [app.sign_in(&from.owner).await, app.sign_in(&app.user("root@example.com", true).await).await] {
        assert_eq!(client.get(&link).await.status, 404);
        assert_eq!(take(&client, &link, "other/team").await.status, 404);
    }
    assert!(
        app.anonymous().get(&link).await.location().starts_with("/auth/login/?next=%2Faccept-transfer%2F%3Fdata%3D")
    );
    // A team of somebody else's, one where the taker is no owner, one that is not there.
    let third = app.project_named("third", "blog").await;
    let member = picket::store::members::insert(
        &app.app.db,
        third.organization.id,
        to.owner.id,
        Role::Manager,
        app.app.clock.now(),
    );
    member.await.expect("a member");
    for team in ["acme/team", "third/team", "other/none", "", "other"] {
        let refused = take(&taker, &link, team).await;
        assert!(refused.status == 422 && refused.body.contains("Choose a team of an organization"), "{team}");
    }
    assert_eq!(stage.count("SELECT count(*) FROM projects WHERE organization_id = 1").await, 1);
    app.app.clock.advance(TimeDelta::days(7));
    let taker = app.sign_in(&to.owner).await;
    assert_eq!(take(&taker, &link, "other/team").await.status, 404, "it has expired");

    let link = stage.offered().await;
    assert_eq!(take(&taker, &link, "other/team").await.status, 303);
    assert_eq!(take(&taker, &link, "other/team").await.status, 404, "it was taken");
    let stored = stage.count("SELECT count(*) FROM mails WHERE content::text LIKE '%data=%' AND state = 'sent'").await;
    assert_eq!(stored, 0);
}

#[tokio::test]
async fn an_offer_does_not_tell_who_owns_what() {
    let stage = Stage::new().await;
    let (app, from, to) = (&stage.app, &stage.from, &stage.to);
    let manager = app.member(to, "manager@other.example", Role::Manager, true).await;
    let script = app.script(&from.owner, &[Scope::ProjectAdmin]).await;
    let path = "/api/0/projects/acme/shop/transfer/";
    for email in [to.owner.email.as_str(), &manager.email, &from.owner.email, "nobody@example.com"] {
        let answer = script.post_json(path, &json!({"email": email})).await;
        assert_eq!((answer.status, answer.body.as_str()), (204, ""), "{email}");
    }
    for email in [&manager.email, &from.owner.email] {
        assert!(app.mails(email).await.is_empty(), "{email}");
    }
    assert_eq!(app.mails(&to.owner.email).await.len(), 1);
    for wrong in [json!({}), json!({"email": 7}), json!({"email": ["a"]}), json!({"email": "x".repeat(99)})] {
        let refused = script.post_json(path, &wrong).await;
        assert!(refused.status == 400 && refused.json()["email"].is_array(), "{wrong} {}", refused.body);
    }
    let weak = app.script(&from.owner, &[Scope::ProjectWrite]).await;
    assert_eq!(weak.post_json(path, &json!({"email": to.owner.email})).await.status, 403);

    let owner = app.sign_in(&from.owner).await;
    let form = [("email", to.owner.email.as_str()), ("confirm", "shopp")];
    assert_eq!(owner.post_form(OFFER, &form).await.status, 422);
    let form = [("email", "no address"), ("confirm", "shop")];
    assert!(owner.post_form(OFFER, &form).await.body.contains("not an e-mail address"));
    assert_eq!(app.mails(&to.owner.email).await.len(), 1);
}
