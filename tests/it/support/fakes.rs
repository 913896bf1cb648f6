//! Accounts and projects with sensible defaults.

use picket::services::accounts::{self, NewAccount};
use picket::services::projects::{self, NewProject};
use picket::services::teams::{self, NewTeam};
use picket::services::{organizations, tokens};
use picket::store::organizations::Organization;
use picket::store::project_keys::ProjectKey;
use picket::store::teams::Team;
use picket::store::users::{self, User};
use picket::store::{members, teams as team_rows};
use picket::types::role::Role;
use picket::types::scope::Scope;

use crate::support::{Client, TestApp};

pub const PASSWORD: &str = "correct horse";

/// An organization `acme` with a team `team`, a project `shop` with a key, and an owner.
#[expect(clippy::struct_field_names, reason = "the row of the project beside those it belongs to")]
pub struct Project {
    pub organization: Organization,
    pub team: Team,
    pub project: picket::store::projects::Project,
    pub key: ProjectKey,
    pub owner: User,
}

impl Project {
    /// The public DSN, leading to the test's server.
    pub fn dsn(&self, app: &TestApp) -> String {
        projects::dsn(&app.app.config.system.url_prefix, &self.key, self.project.id).public
    }
}

impl TestApp {
    /// A user who may sign in with [`PASSWORD`].
    pub async fn user(&self, email: &str, is_superuser: bool) -> User {
        let hash = accounts::hash_password(&self.app.config.auth, PASSWORD).await.expect("a good password");
        let account = NewAccount { email, name: "", password_hash: Some(&hash), is_superuser };
        let mut db = self.app.db.acquire().await.expect("a connection");
        let id = accounts::create(&mut db, &account, self.app.clock.now()).await.expect("a new account");
        users::find(&self.app.db, id).await.expect("a query").expect("the new user")
    }

    /// An administrator is told nothing of what does not run beside the pages, nor of a full disk.
    pub async fn dismiss_banners(&self, user: &User) {
        for banner in ["no-worker", "no-cron", "late", "disk", "no-mail"] {
            self.app.redis.dismiss_banner(user.id.0, banner).await.expect("banners are dismissed");
        }
    }

    /// A project with an owner who is no superuser.
    pub async fn project(&self) -> Project {
        self.project_named("acme", "shop").await
    }

    pub async fn project_named(&self, organization: &str, project: &str) -> Project {
        let now = self.app.clock.now();
        let owner = self.user(&format!("owner@{organization}.example"), false).await;
        let mut db = self.app.db.acquire().await.expect("a connection");
        let organization =
            organizations::create(&mut db, organization, None, Some(owner.id), now).await.expect("an organization");
        let team = teams::create(
            &mut db,
            &NewTeam { organization_id: organization.id, name: "team", slug: None, first_member: None },
            now,
        )
        .await
        .expect("a team");
        let new = NewProject {
            organization_id: organization.id,
            team_id: Some(team.id),
            name: project,
            slug: None,
            platform: None,
        };
        let (project, key) = projects::create(&mut db, &new, now).await.expect("a project");
        // In an open organization everybody would see everything.
        let closed = "UPDATE organizations SET has_open_membership = FALSE WHERE id = $1";
        sqlx::query(closed).bind(organization.id.0).execute(&mut *db).await.expect("an update");
        Project { organization, team, project, key, owner }
    }

    /// A member of the project's organization; of its team too unless they are an outsider there.
    pub async fn member(&self, project: &Project, email: &str, role: Role, in_team: bool) -> User {
        let user = self.user(email, false).await;
        let now = self.app.clock.now();
        let member =
            members::insert(&self.app.db, project.organization.id, user.id, role, now).await.expect("a member");
        if in_team {
            team_rows::insert_member(&self.app.db, project.team.id, member).await.expect("a team member");
        }
        user
    }

    /// A browser with the user signed in, by the form.
    pub async fn sign_in(&self, user: &User) -> Client {
        let client = self.anonymous();
        let answer = client.post_form("/auth/login/", &[("username", &user.email), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        client
    }

    /// A script with a token of the user.
    pub async fn script(&self, user: &User, scopes: &[Scope]) -> Client {
        let now = self.app.clock.now();
        let (_, token) = tokens::create(&self.app.db, user.id, "test", scopes, now).await.expect("a token");
        self.token(&token)
    }
}

impl TestApp {
    /// Sends an event as an SDK would, and has it saved; returns its id.
    pub async fn report(&self, project: &Project, event: &serde_json::Value) -> String {
        let path = format!("/api/{}/store/?sentry_key={}", project.project.id, project.key.public_key);
        let answer = self.anonymous().post_json(&path, event).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        picket::worker::drain(&self.app).await.expect("the worker saves");
        answer.json()["id"].as_str().expect("an id").to_owned()
    }
}
