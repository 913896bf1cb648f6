//! What the pages show: long names, both languages, an organization with everything in it.

use std::future::Future;

use chrono::{DateTime, Utc};
use picket::services::projects::{self, NewProject};
use picket::store::preferences::{self, Preferences};
use picket::store::project_stats;
use picket::store::users::User;
use picket::types::ids::IssueId;
use picket::types::scope::Scope;
use picket::worker;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use super::driver::Browser;
use crate::support::{PASSWORD, Project, TestApp};

/// A name as long as names may be, and as wide.
const LONG: &str =
    "Zahlungsabwicklungsdienstleistungsschnittstellenverwaltungsanwendung mit einem ungewöhnlich langen Namen";

/// A superuser who owns `acme` with its projects `shop`, `empty` and one with a long name.
pub struct Stage {
    pub test: TestApp,
    pub project: Project,
    pub user: User,
}

/// How somebody looks at pages.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub language: &'static str,
    pub theme: &'static str,
    pub density: &'static str,
}

impl Stage {
    pub async fn new() -> Self {
        Self::on(TestApp::spawn().await).await
    }

    /// The same with other settings.
    pub async fn on(test: TestApp) -> Self {
        let project = test.project().await;
        let user = test.user("admin@acme.example", true).await;
        let now = test.app.clock.now();
        let mut db = test.app.db.acquire().await.expect("a connection");
        for (name, platform) in [(LONG, "javascript-react"), ("Empty", "python-django")] {
            let new = NewProject {
                organization_id: project.organization.id,
                team_id: Some(project.team.id),
                name,
                slug: None,
                platform: Some(platform),
            };
            projects::create(&mut db, &new, now).await.expect("a project");
        }
        test.dismiss_banners(&user).await;
        Self { test, project, user }
    }

    /// The preferences of the user, as the account page sets them.
    pub async fn look(&self, look: Look) {
        let chosen = Preferences {
            language: Some(look.language),
            theme: look.theme,
            density: look.density,
            ..Preferences::of(&self.user)
        };
        preferences::update(&self.test.app.db, self.user.id, &chosen).await.expect("preferences are kept");
    }

    /// Signs in by the form.
    pub async fn sign_in(&self, browser: &Browser) {
        self.sign_in_as(browser, &self.user).await;
    }

    pub async fn sign_in_as(&self, browser: &Browser, user: &User) {
        browser.open("/auth/login/").await;
        let form = browser.client.form(fantoccini::Locator::Css("form")).await.expect("a form");
        form.set_by_name("username", &user.email).await.expect("a field");
        form.set_by_name("password", PASSWORD).await.expect("a field");
        form.submit().await.expect("the form is sent");
        // The next page must not cut the sign-in short.
        browser.client.wait().for_element(fantoccini::Locator::Css(".user-menu")).await.expect("somebody is signed in");
    }

    /// Sends events of as many issues, as an SDK does, and saves them.
    pub async fn send_issues(&self, count: usize) {
        for number in 0..count {
            self.send(&format!("Failure{number:02}")).await;
        }
        worker::drain(&self.test.app).await.expect("both stores are running");
    }

    /// Uploads files of the release that the events name: one that has its map, one that has none, one with a long name.
    pub async fn upload_artifacts(&self) {
        let script = self.test.script(&self.project.owner, &Scope::ALL).await;
        let long = format!("~/static/{}.min.js", "chunk-vendors-".repeat(20));
        for (name, content) in [
            ("~/app.js", "a\n//# sourceMappingURL=app.js.map\n//# debugId=8a2f4b1c-0d3e-4f56-9a7b-1c2d3e4f5a6b"),
            ("~/app.js.map", r#"{"version":3,"mappings":"","sources":[]}"#),
            ("/home/lin/lost.js", "a\n//# sourceMappingURL=lost.js.map"),
            (&long, "a"),
        ] {
            let part = Part::bytes(content.as_bytes().to_vec()).file_name("a.js");
            let form = Form::new().part("file", part).text("name", name.to_owned());
            let path = "/api/0/projects/acme/shop/releases/shop%401.0.0/files/";
            assert_eq!(script.send(script.request("POST", path).multipart(form)).await.status, 201, "{name}");
        }
    }

    /// The issue that an event came to last.
    pub async fn latest_issue(&self) -> IssueId {
        let found = project_stats::find_latest_issue(&self.test.app.db, self.project.project.id).await;
        found.expect("a query").expect("an issue").id
    }

    /// Sends one of several events of an issue, minutes apart, and saves it.
    pub async fn send_numbered(&self, error: &str, number: i64) {
        let at = self.test.app.clock.now() - chrono::TimeDelta::minutes(10 - number);
        self.send_at(error, Some(at)).await;
        worker::drain(&self.test.app).await.expect("both stores are running");
    }

    /// Posts an event to the project's key.
    pub async fn send(&self, error: &str) {
        self.send_at(error, None).await;
    }

    async fn send_at(&self, error: &str, at: Option<DateTime<Utc>>) {
        let event = json!({
            "platform": "python",
            "level": "error",
            "timestamp": at.unwrap_or_else(|| self.test.app.clock.now()).to_rfc3339(),
            "release": "shop@1.0.0",
            "environment": "production",
            "user": {"id": "7", "email": "buyer@example.com", "ip_address": "203.0.113.7"},
            "tags": {"queue": "mail", "very-long-tag-key-that-goes-on": LONG},
            "request": {"url": "https://shop.example/checkout", "method": "POST", "headers": {"User-Agent": "Mozilla/5.0"}},
            "breadcrumbs": {"values": [{"category": "query", "message": "SELECT 1", "level": "info"}]},
            "exception": {"values": [{"type": error, "value": format!("could not price cart: {LONG}"), "stacktrace": {
                "frames": [
                    {"function": "main", "module": "flask.app", "filename": "flask/app.py", "lineno": 9, "in_app": false},
                    {"function": "checkout", "module": "shop.checkout", "filename": "shop/checkout.py", "lineno": 21,
                     "in_app": true, "pre_context": ["def checkout(cart):", "    total = 0"],
                     "context_line": format!("    raise {error}(cart.id)"), "post_context": ["", "def main():"],
                     "vars": {"cart": {"id": 4711}, "total": 0}},
                ],
            }}]},
        });
        let path = format!("/api/{}/store/?sentry_key={}", self.project.project.id, self.project.key.public_key);
        let answer = self.test.anonymous().post_json(&path, &event).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// Saves events as they come, while `during` runs.
    pub async fn with_worker<T>(&self, during: impl Future<Output = T>) -> T {
        let app = self.test.app.clone();
        let saving = async {
            loop {
                worker::drain(&app).await.expect("both stores are running");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        tokio::select! {
            outcome = during => outcome,
            () = saving => unreachable!("the worker saves without end"),
        }
    }
}
