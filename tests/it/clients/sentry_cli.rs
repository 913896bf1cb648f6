//! sentry-cli of three generations: releases, uploads, issues, as continuous integration calls it.

use std::path::{Path, PathBuf};

use picket::types::scope::Scope;
use serde_json::Value;

use super::command_line::SentryCli;
use super::scenario::Scene;
use super::scripts::{TemporaryFolder, folder};
use crate::support::{Client, eventually};

/// Scripts with maps that a tree must have to look like a project's.
const FILES: u32 = 60;

const RELEASE: &str = "web@1.0.0+7-a_b";

/// What the generations do differently.
pub struct Generation {
    version: &'static str,
    /// Single files of a release; gone since 3.0.
    has_files: bool,
    lists_issues: bool,
    /// What `sourcemaps inject` is told: a folder, or before 2.17 a pattern.
    scripts: &'static str,
}

const OLD: Generation = Generation { version: "2.14.4", has_files: true, lists_issues: false, scripts: "dist/*/*.js" };
pub const MIDDLE: Generation = Generation { version: "2.58.6", has_files: true, lists_issues: true, scripts: "dist" };
pub const CURRENT: Generation = Generation { version: "3.8.2", has_files: false, lists_issues: true, scripts: "dist" };

/// A project, and the program in a folder.
pub struct Stage {
    pub scene: Scene,
    pub script: Client,
    pub cli: SentryCli,
    pub folder: TemporaryFolder,
}

impl Stage {
    pub async fn new(generation: &Generation) -> Self {
        Self::of(generation, Scene::set().await).await
    }

    pub async fn of(generation: &Generation, scene: Scene) -> Self {
        let script = scene.app.script(&scene.project.owner, &Scope::ALL).await;
        let folder = TemporaryFolder::new("cli");
        let cli = SentryCli::new(&scene, generation.version, folder.path()).await;
        Self { scene, script, cli, folder }
    }

    pub async fn run(&self, arguments: &[&str]) -> String {
        self.cli.run(arguments).await
    }

    async fn release(&self) -> Value {
        let answer = self.script.get("/api/0/organizations/acme/releases/").await.json();
        let releases = answer.as_array().expect("a list").clone();
        releases.into_iter().find(|release| release["version"] == RELEASE).expect("the release is listed")
    }

    pub async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.scene.app.app.db).await.expect(sql)
    }

    /// Copies real scripts with their maps; returns the folder's name.
    fn tree(&self) -> &'static str {
        let mut found = Vec::new();
        collect(&folder().join("node_modules"), &mut found);
        assert!(found.len() >= FILES as usize, "{} scripts with maps", found.len());
        for (number, script) in found.iter().take(FILES as usize).enumerate() {
            // Names repeat among packages.
            let place = self.folder.path().join(format!("dist/{number}"));
            std::fs::create_dir_all(&place).expect("a temporary folder");
            for file in [script.clone(), map_of(script)] {
                std::fs::copy(&file, place.join(file.file_name().expect("a file"))).expect("a copy");
            }
        }
        "dist"
    }

    /// A repository with two commits.
    fn repository(&self) {
        let git = |arguments: &[&str]| {
            let mut command = std::process::Command::new("git");
            command.current_dir(self.folder.path()).args(["-c", "user.name=Lin", "-c", "user.email=lin@example.com"]);
            let output = command.args(arguments).output().expect("git is installed");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        git(&["init", "-q"]);
        git(&["remote", "add", "origin", "https://git.example.com/acme/web.git"]);
        git(&["commit", "-q", "--allow-empty", "-m", "Begin"]);
        git(&["commit", "-q", "--allow-empty", "-m", "Go on"]);
    }
}

fn map_of(script: &Path) -> PathBuf {
    script.with_extension("js.map")
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if found.len() >= FILES as usize {
            return;
        }
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "js") && map_of(&path).exists() {
            found.push(path);
        }
    }
}

async fn works(generation: &Generation) {
    let stage = Stage::new(generation).await;
    tokio::select! {
        () = all(&stage, generation) => {}
        ended = picket::worker::run(stage.scene.app.app.clone()) => panic!("the worker ended: {ended:?}"),
    }
}

async fn all(stage: &Stage, generation: &Generation) {
    assert!(stage.run(&["info"]).await.contains("owner@acme.example"));
    assert!(stage.run(&["projects", "list"]).await.contains("shop"));
    releases(stage, generation).await;
    if generation.has_files {
        files(stage).await;
    }
    source_maps(stage, generation).await;
    debug_files(stage).await;
    issues(stage, generation).await;
    archive_and_delete(stage).await;
}

async fn releases(stage: &Stage, generation: &Generation) {
    stage.run(&["releases", "new", RELEASE]).await;
    assert!(stage.run(&["releases", "list"]).await.contains("1.0.0"));
    stage.repository();
    stage.run(&["releases", "set-commits", RELEASE, "--local"]).await;
    assert_eq!(stage.release().await["commitCount"], 2);
    stage.run(&["releases", "finalize", RELEASE]).await;
    assert!(stage.release().await["dateReleased"].is_string());
    if generation.version == OLD.version {
        stage.run(&["releases", "deploys", RELEASE, "new", "-e", "production"]).await;
        assert!(stage.run(&["releases", "deploys", RELEASE, "list"]).await.contains("production"));
    } else {
        stage.run(&["deploys", "new", "--release", RELEASE, "-e", "production"]).await;
        assert!(stage.run(&["deploys", "list", "--release", RELEASE]).await.contains("production"));
    }
    assert_eq!(stage.release().await["deployCount"], 1);
}

async fn files(stage: &Stage) {
    std::fs::write(stage.folder.path().join("one.js"), "one()").expect("a file");
    stage.run(&["releases", "files", RELEASE, "upload", "one.js", "~/one.js"]).await;
    assert!(stage.run(&["releases", "files", RELEASE, "list"]).await.contains("~/one.js"));
    stage.run(&["releases", "files", RELEASE, "delete", "~/one.js"]).await;
    assert!(!stage.run(&["releases", "files", RELEASE, "list"]).await.contains("~/one.js"));
    let tree = stage.tree();
    for _ in 0..2 {
        stage.run(&["releases", "files", RELEASE, "upload-sourcemaps", tree, "--url-prefix", "~/old"]).await;
    }
    let files = "SELECT count(*) FROM release_files WHERE name LIKE '~/old/%'";
    let bundled = "SELECT count(DISTINCT url) FROM artifact_bundle_files WHERE url LIKE '~/old/%'";
    let all = 2 * i64::from(FILES);
    eventually("the files are there", async || {
        (stage.number(files).await + stage.number(bundled).await == all).then_some(())
    })
    .await;
}

async fn source_maps(stage: &Stage, generation: &Generation) {
    let tree = stage.tree();
    stage.run(&["sourcemaps", "inject", generation.scripts]).await;
    for _ in 0..2 {
        stage.run(&["sourcemaps", "upload", tree, "--release", RELEASE, "--url-prefix", "~/new"]).await;
    }
    // Before 2.17 what has a release goes there, and maps that inject left alone are not sent again.
    let bundled =
        "SELECT count(DISTINCT url) FROM artifact_bundle_files WHERE url LIKE '~/new/%.js' AND debug_id IS NOT NULL";
    let in_release = "SELECT count(*) FROM release_files WHERE name LIKE '~/new/%.js' AND debug_id IS NOT NULL";
    eventually("the bundle is assembled", async || {
        (stage.number(bundled).await + stage.number(in_release).await == i64::from(FILES)).then_some(())
    })
    .await;
}

async fn debug_files(stage: &Stage) {
    std::fs::create_dir(stage.folder.path().join("symbols")).expect("a folder");
    std::fs::copy("/usr/bin/env", stage.folder.path().join("symbols/env")).expect("a program of the system");
    stage.run(&["debug-files", "upload", "symbols"]).await;
    let stored = "SELECT count(*) FROM debug_files";
    eventually("the debug file is there", async || (stage.number(stored).await >= 1).then_some(())).await;
}

async fn issues(stage: &Stage, generation: &Generation) {
    stage.run(&["send-event", "-m", "from the command line", "-t", "plan:pro"]).await;
    stage.run(&["send-event", "-m", "from somewhere else", "-u", "email:lin@example.com"]).await;
    let path = "/api/0/projects/acme/shop/issues/?query=plan:pro";
    let id = eventually("the events are issues", async || {
        let all = stage.script.get("/api/0/projects/acme/shop/issues/").await.json();
        let issues = stage.script.get(path).await.json();
        all.as_array().filter(|all| all.len() == 2)?;
        issues.as_array()?.first()?["id"].as_str().map(str::to_owned)
    })
    .await;
    if generation.lists_issues {
        let listed = stage.run(&["issues", "list", "--query", "is:unresolved plan:pro"]).await;
        assert!(listed.contains("from the command line") && !listed.contains("from somewhere else"), "{listed}");
    }
    let events = stage.run(&["events", "list", "--show-user", "--show-tags"]).await;
    for text in ["from the command line", "from somewhere else", "lin@example.com", "plan: pro"] {
        assert!(events.contains(text), "{text}: {events}");
    }
    for (arguments, states) in [
        (&["issues", "resolve", "--id", &id][..], ["resolved", "unresolved"]),
        (&["issues", "mute", "--status", "unresolved"], ["resolved", "ignored"]),
        (&["issues", "unresolve", "--status", "resolved"], ["unresolved", "ignored"]),
        (&["issues", "unresolve", "--status", "muted"], ["unresolved", "unresolved"]),
        // Without a query the API means what is unresolved.
        (&["issues", "resolve", "--all"], ["resolved", "resolved"]),
    ] {
        stage.run(arguments).await;
        let all = stage.script.get("/api/0/projects/acme/shop/issues/?query=").await.json();
        let (chosen, others): (Vec<&Value>, Vec<&Value>) =
            all.as_array().expect("a list").iter().partition(|issue| issue["id"] == *id);
        assert_eq!([&chosen[0]["status"], &others[0]["status"]], states, "{arguments:?}");
    }
}

async fn archive_and_delete(stage: &Stage) {
    stage.run(&["releases", "archive", RELEASE]).await;
    assert_eq!(stage.release().await["status"], "archived");
    stage.run(&["releases", "restore", RELEASE]).await;
    assert_eq!(stage.release().await["status"], "open");
    stage.run(&["releases", "delete", RELEASE]).await;
    assert_eq!(stage.number("SELECT count(*) FROM releases WHERE version LIKE 'web@1.0.0%'").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sentry_cli_2_14() {
    works(&OLD).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sentry_cli_2_58() {
    works(&MIDDLE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sentry_cli_3() {
    works(&CURRENT).await;
}
