//! A project with something of everything that a path can name, so that a refusal is never one for want of a thing.

use picket::services::projects::{self, NewProject};
use picket::types::scope::Scope;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::table::Endpoint;
use crate::support::{Client, Project, TestApp};

/// In every event, and nowhere else.
pub const SECRET: &str = "the cellar door is open";

/// What paths name, in a project of its own.
pub struct Stage<'a> {
    app: &'a TestApp,
    project: Project,
    owner: Client,
    /// Slug of a team without projects.
    crew: String,
    names: Vec<(&'static str, String)>,
}

impl<'a> Stage<'a> {
    /// The `number`th project of an organization.
    pub async fn new(app: &'a TestApp, base: &Project, number: usize) -> Self {
        let project = sibling(app, base, number).await;
        let owner = app.script(&base.owner, &Scope::ALL).await;
        let crew = format!("crew-{number}");
        let mut stage = Self { app, project, owner, crew, names: Vec::new() };
        stage.fill(number).await;
        stage
    }

    async fn fill(&mut self, number: usize) {
        let (version, slug) = (format!("v{number}"), self.project.project.slug.clone());
        self.made("/organizations/acme/teams/", &json!({"slug": self.crew})).await;
        let repository = self.made("/organizations/acme/repos/", &json!({"name": format!("acme/{slug}")})).await;
        let commit = json!({
            "id": format!("abc{number}"), "repository": format!("acme/{slug}"), "message": "Open the door",
            "author_email": "ada@example.com", "timestamp": "2026-11-20T09:00:00Z",
            "patch_set": [{"path": "src/cellar.py", "type": "M"}],
        });
        let release = json!({"version": version, "projects": [slug], "commits": [commit]});
        self.made("/organizations/acme/releases/", &release).await;
        let file = self.uploaded(&version).await;
        let frame = json!({"filename": "src/cellar.py", "abs_path": "/app/src/cellar.py", "function": "open", "lineno": 3, "in_app": true});
        let event = json!({
            "release": version, "environment": "production", "platform": "python",
            "exception": {"values": [{"type": "DoorError", "value": SECRET, "stacktrace": {"frames": [frame]}}]},
        });
        let event = self.app.report(&self.project, &event).await;
        let (issue, short_id) = self.issue_of(&event).await;
        let gone = self.app.report(&self.project, &json!({"message": format!("{SECRET}, again")})).await;
        let (gone, _) = self.issue_of(&gone).await;
        self.put(&format!("/issues/{gone}/"), &json!({"discard": true})).await;
        self.put(&format!("/issues/{issue}/"), &json!({"isPublic": true})).await;
        let known = self.owner.get(&format!("/api/0/issues/{issue}/")).await.json();
        let tombstones = self.owner.get(&format!("/api/0/projects/acme/{slug}/tombstones/")).await.json();
        let note = self.made(&format!("/issues/{issue}/notes/"), &json!({"text": "Look"})).await;
        let search = json!({"name": "Doors", "query": "door"});
        let search = self.made(&format!("/projects/acme/{slug}/searches/"), &search).await;
        self.names = vec![
            ("{organization}", "acme".to_owned()),
            ("{project}", slug),
            ("{team}", "team".to_owned()),
            ("{user}", "me".to_owned()),
            ("{member}", "me".to_owned()),
            ("{issue}", issue),
            ("{event}", event),
            ("{environment}", "production".to_owned()),
            ("{short_id}", short_id),
            ("{version}", version),
            ("{file}", file),
            ("{token}", text(&known, "shareId")),
            ("{note}", text(&note, "id")),
            ("{search}", text(&search, "id")),
            ("{tombstone}", text(&tombstones[0], "id")),
            ("{repository}", text(&repository, "id")),
        ];
    }

    /// The path for a client who may do this. Comments and searches are the client's own, since people
    /// change only these; what a deletion takes is made anew.
    pub async fn path(&self, endpoint: &Endpoint, client: Option<&Client>) -> String {
        let mut path = endpoint.path.clone();
        if path.contains("/members/{member}/") && !path.contains("/issues/") {
            path = path.replace("{member}", &self.guest().await).replace("{team}", &self.crew);
        }
        if path.contains("/api-keys/{key}/") {
            let key = self.made("/organizations/acme/api-keys/", &json!({"scope_list": ["org:read"]})).await;
            path = path.replace("{key}", &text(&key, "id"));
        }
        if let Some(client) = client {
            path = self.with_own(&path, endpoint.method, client).await;
        }
        let path = self.named(&path);
        // Nothing fits, so that the bulk changes nothing.
        let is_bulk = path.ends_with("/issues/") || path.ends_with("/groups/");
        let query = match endpoint.method {
            "PUT" | "DELETE" if is_bulk => "?query=nosuchword",
            _ if path.ends_with("/source-maps/check/") => "?place=https://a.example/a.js:1:2",
            _ => "",
        };
        format!("/api/0{path}{query}")
    }

    /// A team without projects.
    pub fn crew(&self) -> &str {
        &self.crew
    }

    /// The path with what the stage has in the places of its names.
    pub fn named(&self, path: &str) -> String {
        let key = if path.contains("/tags/") { "environment" } else { &self.project.key.public_key };
        let path = path.replace("{key}", key);
        self.names.iter().fold(path, |path, (name, value)| path.replace(name, value))
    }

    /// Somebody who is invited, so that the client stays who they are whatever happens to this member.
    pub async fn guest(&self) -> String {
        let email = format!("{}@acme.example", uuid::Uuid::new_v4().simple());
        let guest = self.made("/organizations/acme/members/", &json!({"email": email, "role": "member"})).await;
        text(&guest, "id")
    }

    /// A comment of the client's: people change only their own.
    pub async fn own_note(&self, client: &Client, why: &str) -> String {
        let body = json!({"text": format!("Mine for {why}")});
        let path = self.named("/api/0/issues/{issue}/notes/");
        let made = client.post_json(&path, &body).await;
        assert_eq!(made.status, 201, "{path}: {}", made.body);
        text(&made.json(), "id")
    }

    async fn with_own(&self, path: &str, method: &str, client: &Client) -> String {
        if path.contains("{note}") {
            return path.replace("{note}", &self.own_note(client, &format!("{method} {path}")).await);
        }
        if let Some(list) = path.strip_suffix("{search}/") {
            let body = json!({"name": uuid::Uuid::new_v4(), "query": "door"});
            let made = client.post_json(&format!("/api/0{}", self.named(list)), &body).await;
            assert_eq!(made.status, 201, "{list}: {}", made.body);
            return path.replace("{search}", &text(&made.json(), "id"));
        }
        if method == "DELETE" && path.ends_with("/teams/{organization}/{team}/") {
            let slug = format!("t{}", uuid::Uuid::new_v4().simple());
            let made = client.post_json("/api/0/organizations/acme/teams/", &json!({"slug": slug})).await;
            assert_eq!(made.status, 201, "{}", made.body);
            return path.replace("{team}", &slug);
        }
        if method != "GET" && path.ends_with("/{project}/teams/{team}/") {
            self.join_crew(client).await;
            return path.replace("{team}", &self.crew);
        }
        if method == "DELETE" && path.ends_with("{issue}/") {
            let event = self.app.report(&self.project, &json!({"message": SECRET, "fingerprint": [path]})).await;
            return path.replace("{issue}", &self.issue_of(&event).await.0);
        }
        if method == "DELETE" && path.ends_with("{file}/") {
            let version = &self.names.iter().find(|(name, _)| *name == "{version}").expect("a version").1;
            return path.replace("{file}", &self.uploaded(version).await);
        }
        path.to_owned()
    }

    /// Those who give projects to teams are in them.
    pub async fn join_crew(&self, client: &Client) {
        let email = text(&client.get("/api/0/users/me/").await.json(), "email");
        let found = self.owner.get(&format!("/api/0/organizations/acme/members/?query=email:{email}")).await.json();
        if let Some(id) = found[0]["id"].as_str() {
            let path = format!("/api/0/organizations/acme/members/{id}/teams/{}/", self.crew);
            assert!(self.owner.post_json(&path, &json!({})).await.status < 300, "{path}");
        }
    }

    async fn issue_of(&self, event: &str) -> (String, String) {
        let path = format!("/api/0/projects/acme/{}/events/{event}/", self.project.project.slug);
        let id = text(&self.owner.get(&path).await.json(), "groupID");
        let short_id = text(&self.owner.get(&format!("/api/0/issues/{id}/")).await.json(), "shortId");
        (id, short_id)
    }

    async fn uploaded(&self, version: &str) -> String {
        let path = format!("/api/0/projects/acme/{}/releases/{version}/files/", self.project.project.slug);
        let name = format!("~/{}.js", uuid::Uuid::new_v4().simple());
        let form = Form::new().part("file", Part::bytes(b"x".to_vec()).file_name(name));
        let answer = self.owner.send(self.owner.request("POST", &path).multipart(form)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        text(&answer.json(), "id")
    }

    async fn made(&self, path: &str, body: &Value) -> Value {
        let answer = self.owner.post_json(&format!("/api/0{path}"), body).await;
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
        answer.json()
    }

    async fn put(&self, path: &str, body: &Value) {
        let answer = self.owner.put_json(&format!("/api/0{path}"), body).await;
        assert!(answer.status < 300, "{path}: {}", answer.body);
    }
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}")).to_owned()
}

/// Another project of the team.
async fn sibling(app: &TestApp, base: &Project, number: usize) -> Project {
    let name = format!("shop-{number}");
    let new = NewProject {
        organization_id: base.organization.id,
        team_id: Some(base.team.id),
        name: &name,
        slug: None,
        platform: None,
    };
    let mut db = app.app.db.acquire().await.expect("a connection");
    let (project, key) = projects::create(&mut db, &new, app.app.clock.now()).await.expect("a project");
    let (organization, team, owner) = (base.organization.clone(), base.team.clone(), base.owner.clone());
    Project { organization, team, project, key, owner }
}
