//! sentry-cli as continuous integration calls it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use picket::types::scope::Scope;
use tokio::process::Command;
use tokio::time::timeout;

use super::scenario::Scene;

/// Uploads wait for the worker, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);

/// One generation of the program, set up for the scene's project.
pub struct SentryCli {
    program: PathBuf,
    folder: PathBuf,
    variables: Vec<(&'static str, String)>,
}

impl SentryCli {
    /// It works in this folder.
    pub async fn new(scene: &Scene, version: &str, folder: &Path) -> Self {
        let program = super::scripts::folder().join(format!(".venv/sentry-cli/{version}/bin/sentry-cli"));
        let mut variables = variables(scene).await;
        variables.push(("SENTRY_DSN", scene.dsn.clone()));
        variables.push(("SENTRY_DISABLE_UPDATE_CHECK", "1".to_owned()));
        variables.push(("HOME", folder.to_str().expect("a path in UTF-8").to_owned()));
        variables.push(("RUST_BACKTRACE", "0".to_owned()));
        Self { program, folder: folder.to_owned(), variables }
    }

    /// Lets it find the server elsewhere.
    pub fn turn_to(&mut self, url: String) {
        self.forget("SENTRY_URL");
        self.variables.push(("SENTRY_URL", url));
    }

    /// So that it goes by what it was told at its sign-in.
    pub fn forget(&mut self, variable: &str) {
        self.variables.retain(|(name, _)| *name != variable);
    }

    /// The program with its surroundings.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null()).kill_on_drop(true);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the program; gives whether it succeeded, and all it said.
    pub async fn try_run(&self, arguments: &[&str]) -> (bool, String) {
        let hint = "sentry-cli is missing: run the tests through `make test`";
        let output = self.command(arguments).output();
        let output = timeout(PATIENCE, output).await.expect("the program ends").expect(hint);
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    pub async fn run(&self, arguments: &[&str]) -> String {
        let (is_good, said) = self.try_run(arguments).await;
        assert!(is_good, "sentry-cli {arguments:?}: {said}");
        said
    }
}

/// What tells sentry-cli and the bundlers' plugins where to upload, with a fresh token.
pub async fn variables(scene: &Scene) -> Vec<(&'static str, String)> {
    let app = &scene.app.app;
    let (_, token) = picket::services::tokens::create(
        &app.db,
        scene.project.owner.id,
        "continuous integration",
        &Scope::ALL,
        app.clock.now(),
    )
    .await
    .expect("a token");
    vec![
        ("SENTRY_URL", scene.app.url("/")),
        ("SENTRY_AUTH_TOKEN", token),
        ("SENTRY_ORG", "acme".to_owned()),
        ("SENTRY_PROJECT", "shop".to_owned()),
    ]
}
