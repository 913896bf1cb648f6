//! Who may open which page and post which form: each of the router's, by every role, and by those who must not. The
//! endpoints of the API have a table of their own (`api::access`), and so has ingest, which knows keys and no people.

pub mod table;

use std::collections::BTreeSet;

use picket::store::users::User;
use picket::types::role::Role;
use picket::types::scope::Scope;
use picket::web;
use serde_json::json;

use self::table::{Page, Place};
use crate::api::access::stage::{SECRET, Stage};
use crate::support::{Answer, Client, Project, TestApp};

/// axum tells the paths of a router by its `Debug` only; the methods by `Allow`.
#[tokio::test]
async fn the_table_has_every_page_of_the_router() {
    let app = TestApp::spawn().await;
    let router = format!("{:?}", web::router(app.app.clone()));
    let is_page = |path: &&str| path.starts_with('/') && !path.starts_with("/api/0") && !path.contains("fallback");
    let paths: BTreeSet<&str> = router.split('"').filter(is_page).collect();
    assert!(paths.len() > 150, "{paths:?}");
    let mut served = BTreeSet::new();
    for path in paths {
        let answer = app.anonymous().send(app.anonymous().request("PROPFIND", path)).await;
        assert_eq!(answer.status, 405, "{path}");
        let methods = answer.header("allow").split(',').filter(|method| *method != "HEAD");
        served.extend(methods.map(|method| format!("{method} {path}")));
    }
    let known: BTreeSet<String> = Page::all().iter().map(|page| format!("{} {}", page.method, page.path)).collect();
    let missing: Vec<&String> = served.difference(&known).collect();
    let unknown: Vec<&String> = known.difference(&served).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing: {missing:#?}, not there: {unknown:#?}");
}

/// What an answer comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    SignIn,
    Hidden,
    Refused,
    Allowed,
}

impl Outcome {
    fn of(answer: &Answer) -> Option<Self> {
        match answer.status {
            303 if answer.location().starts_with("/auth/login/") => Some(Self::SignIn),
            404 => Some(Self::Hidden),
            403 => Some(Self::Refused),
            // An empty form is refused for what it lacks, and one that came too often waits.
            200 | 301 | 302 | 303 | 400 | 409 | 422 | 429 => Some(Self::Allowed),
            _ => None,
        }
    }

    fn found(page: &Page) -> Self {
        if page.names_nothing { Self::Hidden } else { Self::Allowed }
    }
}

/// Ids of what belongs to the owner, and to nobody else.
pub struct Owned(Vec<(&'static str, String)>);

impl Owned {
    pub async fn of(app: &TestApp, base: &Project) -> Self {
        let user = base.owner.id.0;
        let authenticator = "INSERT INTO authenticators (user_id, kind, name, data, created_at)
            VALUES ($1, 'security_key', 'key', '{}', now()) RETURNING id";
        let job = "INSERT INTO jobs (user_id, kind, run_at, created_at) VALUES ($1, 'nothing', now() + INTERVAL '1 day', now())
            RETURNING id";
        app.script(&base.owner, &[Scope::OrgRead]).await;
        app.sign_in(&base.owner).await;
        let mut owned = Vec::new();
        for (name, query) in [
            ("{email}", "SELECT id FROM user_emails WHERE user_id = $1 LIMIT 1"),
            ("{token}", "SELECT id FROM api_tokens WHERE user_id = $1 LIMIT 1"),
            ("{factor}", authenticator),
            ("{id}", job),
        ] {
            let id: i64 = sqlx::query_scalar(query).bind(user).fetch_one(&app.app.db).await.expect(name);
            owned.push((name, id.to_string()));
        }
        let sessions = app.app.redis.sessions(base.owner.id).await.expect("sessions");
        owned.push(("{session}", sessions[0].id.clone()));
        Self(owned)
    }
}

/// An organization with what its pages name, and everything the owner has alone.
pub struct Walk<'a> {
    pub stage: Stage<'a>,
    pub owned: &'a Owned,
}

impl Walk<'_> {
    /// The path with a name in every place; `own`: for a client who may do this.
    pub async fn path(&self, page: &Page, own: Option<&Client>) -> String {
        let mut path = page.path.to_owned();
        if page.place == Place::Own {
            path = self.owned.0.iter().fold(path, |path, (name, id)| path.replace(name, id));
        }
        if path.contains("/members/{member}/") {
            path = path.replace("{member}", &self.stage.guest().await);
        }
        if let Some(client) = own.filter(|_| path.contains("{note}")) {
            path = path.replace("{note}", &self.stage.own_note(client, page.path).await);
        }
        if let Some(client) = own.filter(|_| changes_team(page)) {
            self.stage.join_crew(client).await;
        }
        if path.ends_with("/events/{event}") {
            path.push_str(".txt");
        }
        let crew = self.stage.crew();
        for (name, value) in [
            ("{team}", crew),
            ("{name}", "exception"),
            ("{platform}", "python"),
            ("{banner}", "held-mail"),
            ("{check}", "database"),
            ("{user}", "999999"),
            ("{*rest}", "more/"),
        ] {
            path = path.replace(name, value);
        }
        let path = self.stage.named(&path);
        // Nothing else that is named exists.
        let path: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "999999" } else { part }).collect();
        let query = if page.path.ends_with("/grouping/rule/") { "?kind=split" } else { "" };
        format!("{}{query}", path.join("/"))
    }

    /// Opens every page and posts every form, and tells where it went otherwise than expected.
    async fn all(&self, browser: &Client, expected: impl Fn(&Page) -> Outcome) -> Vec<String> {
        let mut wrong = Vec::new();
        for page in Page::all() {
            let expected = expected(&page);
            let path = self.path(&page, (expected == Outcome::Allowed).then_some(browser)).await;
            let answer =
                if page.method == "GET" { browser.get(&path).await } else { browser.post_form(&path, &[]).await };
            let outcome = Outcome::of(&answer);
            // Old addresses and those with a secret in them need nobody, and may lead to nothing.
            let is_right = match page.place {
                Place::Open => !matches!(outcome, None | Some(Outcome::Refused)) || matches!(answer.status, 204 | 410),
                _ => outcome == Some(expected),
            };
            if !is_right {
                let told = answer.body.split("<main").nth(1).unwrap_or(&answer.body);
                wrong.push(format!("{} {path}: {} instead of {expected:?}: {told:.200}", page.method, answer.status));
            }
            let is_shared = page.path.starts_with("/share/");
            if expected != Outcome::Allowed && !is_shared && answer.body.contains(SECRET) {
                wrong.push(format!("{} {path} tells what it refuses", page.method));
            }
        }
        wrong
    }
}

fn changes_team(page: &Page) -> bool {
    page.path.contains("/teams/{team}/") && page.scope != Some(Scope::TeamRead)
}

/// What a role gives by the table; `sees` is whether the member sees the project.
fn by_role(page: &Page, role: Role, sees: bool) -> Outcome {
    let may = page.scope.is_none_or(|scope| role.scopes().contains(&scope));
    // A team is changed by those in it, who see its projects.
    let is_for_team = changes_team(page);
    match page.place {
        Place::Open | Place::Signed => Outcome::Allowed,
        Place::Own => Outcome::Hidden,
        Place::Closed | Place::Super | Place::Within => Outcome::Refused,
        // The issue is looked for first.
        Place::Project if !sees && page.path.contains("{issue}") => Outcome::Hidden,
        _ if !may || (is_for_team && !sees) => Outcome::Refused,
        Place::Project if !sees => Outcome::Hidden,
        Place::Project | Place::Organization => Outcome::found(page),
    }
}

/// An installation that is set up, where everybody may make organizations; with its administrator.
pub async fn spawn() -> (TestApp, User) {
    let app = TestApp::spawn_with(|config| config.system.single_organization = false).await;
    let root = app.user("root@else.example", true).await;
    (app, root)
}

#[tokio::test]
async fn every_role_opens_what_its_scopes_say() {
    let (app, _) = spawn().await;
    let base = app.project().await;
    let owned = Owned::of(&app, &base).await;
    // Before empty forms use up the attempts that an address has.
    let mut browsers = Vec::new();
    for (role, in_team) in Role::ALL.into_iter().flat_map(|role| [(role, true), (role, false)]) {
        let user = app.member(&base, &format!("{in_team}.{}@acme.example", role.as_str()), role, in_team).await;
        browsers.push((role, in_team, app.sign_in(&user).await));
    }
    for (number, (role, in_team, browser)) in browsers.into_iter().enumerate() {
        let walk = Walk { stage: Stage::new(&app, &base, number).await, owned: &owned };
        let wrong = walk.all(&browser, |page| by_role(page, role, in_team || role.is_global())).await;
        assert!(wrong.is_empty(), "{role:?}, in the team: {in_team}: {wrong:#?}");
    }
}

#[tokio::test]
async fn superusers_open_everything() {
    let (app, root) = spawn().await;
    let base = app.project().await;
    let owned = Owned::of(&app, &base).await;
    let walk = Walk { stage: Stage::new(&app, &base, 0).await, owned: &owned };
    let root = app.sign_in(&root).await;
    let wrong = walk
        .all(&root, |page| match page.place {
            // Superusers see everybody's work, not their keys.
            Place::Own if !page.path.starts_with("/jobs/") => Outcome::Hidden,
            Place::Closed => Outcome::Refused,
            // A job can be undone once it is done, and a team is left by who is in it.
            _ if ["/jobs/{id}/undo/", "/join/", "/leave/"].iter().any(|end| page.path.ends_with(end)) => {
                Outcome::Hidden
            }
            _ => Outcome::found(page),
        })
        .await;
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn strangers_are_told_nothing() {
    let (app, _) = spawn().await;
    let base = app.project().await;
    let owned = Owned::of(&app, &base).await;
    let walk = Walk { stage: Stage::new(&app, &base, 0).await, owned: &owned };
    let anonymous = |page: &Page| match page.place {
        Place::Open => Outcome::Allowed,
        Place::Closed => Outcome::Refused,
        _ => Outcome::SignIn,
    };
    let wrong = walk.all(&app.anonymous(), anonymous).await;
    assert!(wrong.is_empty(), "anonymous: {wrong:#?}");
    let foreign = app.project_named("other", "site").await;
    let stranger = app.sign_in(&foreign.owner).await;
    let wrong = walk
        .all(&stranger, |page| match page.place {
            Place::Open | Place::Signed => Outcome::Allowed,
            Place::Closed | Place::Super => Outcome::Refused,
            Place::Own | Place::Within | Place::Organization | Place::Project => Outcome::Hidden,
        })
        .await;
    assert!(wrong.is_empty(), "the owner of another organization: {wrong:#?}");
}

/// Who is signed in, or has a token of all scopes, sends no events: ingest asks for a key of the project.
#[tokio::test]
async fn ingest_knows_keys_and_no_people() {
    let (app, _) = spawn().await;
    let base = app.project().await;
    let project = base.project.id;
    let actors = [app.anonymous(), app.sign_in(&base.owner).await, app.script(&base.owner, &Scope::ALL).await];
    for actor in &actors {
        for path in [
            "store",
            "envelope",
            "security",
            "csp-report",
            "nel",
            "minidump",
            "unreal/x",
            "cron/job",
            "events/x/attachments",
        ] {
            let answer = actor.post_json(&format!("/api/{project}/{path}/"), &json!({"message": "let me in"})).await;
            assert!(answer.status >= 400, "{path}: {} {}", answer.status, answer.body);
        }
        let dialog = actor.post_form("/api/embed/error-page/", &[("name", "x"), ("email", "x@y.example")]).await;
        assert!(dialog.status >= 400, "{}", dialog.body);
    }
    picket::worker::drain(&app.app).await.expect("nothing to save");
    let events: i64 = sqlx::query_scalar("SELECT count(*) FROM events").fetch_one(&app.app.db).await.expect("a count");
    assert_eq!(events, 0);
}
