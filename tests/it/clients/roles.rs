//! Clients of the web API with a token of each role: what the role gives works, what it lacks is refused. The clients
//! are published ones, unchanged: sentry-cli of three generations, one from npm, one from `PyPI`.

use std::collections::BTreeMap;
use std::process::Stdio;

use picket::services::tokens;
use picket::store::users::User;
use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use super::command_line::SentryCli;
use super::scenario::Scene;
use super::scripts::{TemporaryFolder, folder, node, run, run_in};

/// Somebody of each role in the project's team; and who sees nothing of it.
const PEOPLE: [(&str, Role, bool); 6] = [
    ("member", Role::Member, true),
    ("admin", Role::Admin, true),
    ("manager", Role::Manager, false),
    ("co-owner", Role::Owner, false),
    ("outsider", Role::Member, false),
    ("foreign-admin", Role::Admin, false),
];

async fn people(scene: &Scene) -> Vec<(&'static str, User, String)> {
    let mut people = Vec::new();
    for (name, role, in_team) in PEOPLE {
        let user = scene.app.member(&scene.project, &format!("{name}@acme.example"), role, in_team).await;
        let token = token_of(scene, &user, &Scope::ALL).await;
        people.push((name, user, token));
    }
    people
}

async fn token_of(scene: &Scene, user: &User, scopes: &[Scope]) -> String {
    let app = &scene.app.app;
    tokens::create(&app.db, user.id, "a script", scopes, app.clock.now()).await.expect("a token").1
}

/// What a script said of each step.
fn steps(said: &str) -> BTreeMap<String, Value> {
    let line = |line: &str| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("no step: {line}"));
    said.lines()
        .map(line)
        .map(|step| (step["step"].as_str().expect("its name").to_owned(), step["value"].clone()))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_from_npm_does_what_the_role_gives() {
    let scene = Scene::set().await;
    scene.app.report(&scene.project, &json!({"message": "paid twice"})).await;
    for (name, _, token) in people(&scene).await {
        let said = run(&node(), &["node/roles.mjs", &scene.app.url(""), &token, name]).await;
        let done = match name {
            "member" => "read projects triage release",
            "admin" => "read projects triage release key team",
            "manager" => "read projects triage release key team invite audit rename",
            "co-owner" => "read projects triage release key team invite audit rename promote",
            "foreign-admin" => "read projects team",
            _ => "read projects",
        };
        let steps = steps(&said);
        assert_eq!(steps.len(), 10, "{said}");
        for (step, came) in &steps {
            let came = came.as_str().unwrap_or_default();
            let expected: &[&str] = match step.as_str() {
                step if done.split(' ').any(|done| done == step) => &["done"],
                // Who does not see the project does not learn that there is one.
                "triage" | "release" => &["not found"],
                _ => &["you do not have permission to do this", "403: Forbidden", "not found"],
            };
            assert!(expected.contains(&came), "{step} by {name}: {said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_from_pypi_does_what_the_role_gives() {
    let scene = Scene::set().await;
    let package = folder().join(".venv/web-api/python");
    let path = [("PYTHONPATH", package.to_str().expect("a path in UTF-8").to_owned())];
    for (name, _, token) in people(&scene).await {
        let arguments = ["python/web_api.py", &scene.app.url(""), &token, name];
        let said = run_in(&folder(), &folder().join(".venv/bin/python"), &arguments, &path).await;
        let steps = steps(&said);
        let came = |step: &str| steps[step].as_str().unwrap_or_else(|| panic!("{step}: {said}")).to_owned();
        let sees = !matches!(name, "outsider" | "foreign-admin");
        let expected = match name {
            "member" => ["shop", "team", "Forbidden", "Forbidden", "Forbidden", "Forbidden"],
            // A team gets its projects from its members.
            "outsider" | "foreign-admin" => {
                ["ResourceNotFound", "team", "Forbidden", "Forbidden", "Forbidden", "ResourceNotFound"]
            }
            _ => ["shop", "team", name, "Conflict", "", "Shop"],
        };
        for (step, expected) in ["project", "team", "create", "again", "upsert", "rename"].into_iter().zip(expected) {
            let expected = if expected.is_empty() { name.to_uppercase() } else { expected.to_owned() };
            assert_eq!(came(step), expected, "{step} by {name}, who sees it: {sees}: {said}");
        }
        assert_eq!(came("nothing"), "ResourceNotFound", "{name}: {said}");
    }
}

/// `login` as somebody types it: no browser, a token that is wrong, the right one.
async fn log_in(cli: &SentryCli, token: &str) -> String {
    let mut command = cli.command(&["login", "--global"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut login = command.spawn().expect("sentry-cli starts");
    let mut typed = login.stdin.take().expect("its input");
    typed.write_all(format!("n\n{}\n{token}\n", "0".repeat(64)).as_bytes()).await.expect("it reads");
    // The input stays open: at its end an old generation asks for ever.
    let output = tokio::time::timeout(std::time::Duration::from_mins(1), login.wait_with_output());
    let output = output.await.expect("the sign-in ends").expect("its output");
    drop(typed);
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

async fn sentry_cli_signs_in(version: &str) {
    let scene = Scene::set().await;
    for (name, user, token) in people(&scene).await {
        let home = TemporaryFolder::new("login");
        let mut cli = SentryCli::new(&scene, version, home.path()).await;
        cli.forget("SENTRY_AUTH_TOKEN");
        let said = log_in(&cli, &token).await;
        assert!((said.contains("Invalid token") || said.contains("401")) && said.contains(&user.email), "{said}");
        let kept = std::fs::read_to_string(home.path().join(".sentryclirc")).expect("what it keeps");
        assert!(kept.contains(&token), "{kept}");
        // Since 3.0 a token counts only for the address it was given with.
        if kept.contains("url=") {
            cli.forget("SENTRY_URL");
        }
        let info = cli.run(&["info"]).await;
        for part in [scene.app.url(""), user.email.clone(), "project:releases".to_owned()] {
            assert!(info.contains(&part), "{name}: {part} is not in {info}");
        }
        let sees = !matches!(name, "outsider" | "foreign-admin");
        let (is_made, said) = cli.try_run(&["releases", "new", &format!("shop@{name}")]).await;
        assert_eq!(is_made, sees, "{name}: {said}");
        assert!(
            sees || ["not found", "404", "Unknown project"].iter().any(|part| said.contains(part)),
            "{name}: {said}"
        );

        let few = token_of(&scene, &user, &[Scope::EventRead]).await;
        let url = scene.app.url("");
        let arguments = ["--url", &url, "--auth-token", &few, "releases", "new", "shop@few"];
        let (is_made, said) = cli.try_run(&arguments).await;
        assert!(!is_made && said.contains("permission"), "{name}: {said}");
    }
    let made: Vec<String> = sqlx::query_scalar("SELECT version FROM releases ORDER BY version")
        .fetch_all(&scene.app.app.db)
        .await
        .expect("releases");
    assert_eq!(made, ["shop@admin", "shop@co-owner", "shop@manager", "shop@member"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sentry_cli_2_14_signs_in_with_each_role() {
    sentry_cli_signs_in("2.14.4").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sentry_cli_2_58_signs_in_with_each_role() {
    sentry_cli_signs_in("2.58.6").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sentry_cli_3_signs_in_with_each_role() {
    sentry_cli_signs_in("3.8.2").await;
}
