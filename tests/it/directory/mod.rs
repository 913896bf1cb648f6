//! People of directories and identity providers, against real ones.

mod header;
mod hostile;
mod provider;
mod roles;
mod settings;
mod sign_in;
mod single_sign_on;
mod slapd;
mod tester;

use picket::config::Ldap;
use picket::store::members::{self, Member};
use picket::store::users::{self, User};

use crate::support::{Answer, Client, Project, TestApp};
use slapd::{PASSWORD, Slapd};

/// A directory, and a Picket that asks it.
struct Stage {
    slapd: Slapd,
    test: TestApp,
    project: Project,
}

impl Stage {
    async fn set() -> Self {
        Self::set_with(|_| ()).await
    }

    async fn set_with(change: impl FnOnce(&mut Ldap)) -> Self {
        let slapd = Slapd::start().await;
        let mut config = slapd.config();
        change(&mut config);
        let test = TestApp::spawn_with(move |settings| settings.ldap = Some(config.clone())).await;
        let project = test.project().await;
        Self { slapd, test, project }
    }

    /// The answer to the form.
    async fn enter(&self, name: &str, password: &str) -> Answer {
        enter(&self.test.anonymous(), name, password).await
    }

    /// Somebody who gets in.
    async fn person(&self, name: &str) -> User {
        let answer = self.enter(name, PASSWORD).await;
        assert_eq!(answer.status, 303, "{name}: {}", answer.body);
        self.user(name).await.expect("an account")
    }

    async fn user(&self, name: &str) -> Option<User> {
        users::find_by_login(&self.test.app.db, name).await.unwrap()
    }

    async fn member(&self, user: &User) -> Option<Member> {
        members::find(&self.test.app.db, self.project.organization.id, user.id).await.unwrap()
    }

    async fn teams(&self, user: &User) -> Vec<String> {
        let member = self.member(user).await.expect("a member");
        let ids = members::list_team_ids(&self.test.app.db, member.id).await.unwrap();
        let all = picket::store::teams::list(&self.test.app.db, self.project.organization.id).await.unwrap();
        all.into_iter().filter(|team| ids.contains(&team.id)).map(|team| team.slug).collect()
    }
}

async fn enter(browser: &Client, name: &str, password: &str) -> Answer {
    browser.post_form("/auth/login/", &[("username", name), ("password", password)]).await
}
