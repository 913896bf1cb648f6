//! A real OpenID Connect provider of the test's own (tests/clients/oidc), and a browser that goes to it and back.

use std::process::Stdio;
use std::time::Duration;

use picket::config::Oidc;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use super::slapd::membership;
use crate::clients::scripts;
use crate::support::{Answer, Project, TestApp, eventually};

/// A Picket, and the provider it sends people to.
pub struct Stage {
    provider: Child,
    issuer: String,
    pub test: TestApp,
    pub project: Project,
}

impl Stage {
    pub async fn set() -> Self {
        Self::set_with("rsa", |_| ()).await
    }

    pub async fn set_with(client: &'static str, change: impl Fn(&mut Oidc) + Send + Sync + 'static) -> Self {
        let port = super::slapd::free_port();
        let issuer = format!("http://127.0.0.1:{port}");
        let address = issuer.clone();
        let test = TestApp::spawn_with(move |settings| {
            let mut oidc = config(&address, client);
            change(&mut oidc);
            settings.oidc = Some(oidc);
        })
        .await;
        let project = test.project().await;
        let callback = test.url("/auth/sso/callback/");
        let mut command = Command::new(scripts::node());
        command.args(["oidc/provider.mjs", &port.to_string(), &callback]).current_dir(scripts::folder());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let provider = command.spawn().expect("the SDKs are missing: run the tests through `make test`");
        let stage = Self { provider, issuer, test, project };
        stage
            .is(&json!({"sub": "17", "preferred_username": "Lin", "name": "Lin Wei", "email": "lin@example.com",
            "email_verified": true, "groups": ["devs"]}))
            .await;
        stage
    }

    /// Whom the provider signs in from now on.
    pub async fn is(&self, person: &Value) {
        let http = reqwest::Client::new();
        let url = format!("{}/person", self.issuer);
        eventually("the provider answers", || async {
            let sent = http.post(&url).json(person).timeout(Duration::from_secs(2)).send().await.ok()?;
            sent.status().is_success().then_some(())
        })
        .await;
    }

    pub async fn stop(&mut self) {
        self.provider.kill().await.expect("a running provider");
    }

    pub fn browser(&self) -> Browser {
        picket::outbound::choose_cryptography();
        let http = reqwest::Client::builder().cookie_store(true).redirect(Policy::none()).build().expect("a client");
        Browser { http, base: self.test.url("") }
    }

    /// A browser that has been to the provider and back.
    pub async fn signed_in(&self) -> Browser {
        let browser = self.browser();
        let answer = browser.sign_in("/").await;
        assert_eq!((answer.status, answer.location()), (303, "/"), "{}", answer.body);
        browser
    }
}

pub fn config(issuer: &str, client: &str) -> Oidc {
    Oidc {
        issuer: issuer.to_owned(),
        client_id: client.to_owned(),
        client_secret: "a secret with / and +".to_owned(),
        name: "Example ID".to_owned(),
        scopes: ["openid", "profile", "email"].map(str::to_owned).to_vec(),
        ca_file: None,
        timeout: Duration::from_secs(5),
        makes_accounts: true,
        allowed_domains: vec![],
        username_claim: "preferred_username".to_owned(),
        groups_claim: "groups".to_owned(),
        membership: membership(),
    }
}

/// Keeps cookies, and follows redirects as far as it is told.
pub struct Browser {
    http: reqwest::Client,
    base: String,
}

impl Browser {
    pub async fn get(&self, address: &str) -> Answer {
        let address = if address.starts_with('/') { format!("{}{address}", self.base) } else { address.to_owned() };
        let response = self.http.get(address).send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, body: response.text().await.expect("a whole body") }
    }

    pub async fn post(&self, path: &str) {
        self.http.post(format!("{}{path}", self.base)).send().await.expect("the server answers");
    }

    /// Where the provider sends the browser back to, the answer within; nobody has been there yet.
    pub async fn to_the_provider(&self, next: &str) -> String {
        let next = url::form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>();
        let mut answer = self.get(&format!("/auth/sso/?next={next}")).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let mut at = url::Url::parse(answer.location()).expect("the provider's address");
        let callback = format!("{}/auth/sso/callback/", self.base);
        for _ in 0..8 {
            answer = self.get(at.as_str()).await;
            assert!((300..400).contains(&answer.status), "{at}: {} {}", answer.status, answer.body);
            at = at.join(answer.location()).expect("an address");
            if at.as_str().starts_with(&callback) {
                return at.into();
            }
        }
        panic!("the provider does not send the browser back: {at}");
    }

    pub async fn sign_in(&self, next: &str) -> Answer {
        self.get(&self.to_the_provider(next).await).await
    }
}
