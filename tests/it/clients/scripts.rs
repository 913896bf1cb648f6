//! SDKs that run in a process of their own: Python, Node, Rust.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::scenario::{Scene, Wording};

/// Starting an SDK on a busy machine takes a while; hanging takes longer.
const PATIENCE: Duration = Duration::from_mins(2);

/// The folder of the SDKs and of what they run.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

/// The Node that comes with the pinned packages.
pub fn node() -> PathBuf {
    let machine = if std::env::consts::ARCH == "aarch64" { "arm64" } else { "x64" };
    folder().join(format!("node_modules/node-linux-{machine}/bin/node"))
}

/// Runs a program in the folder to its end.
pub async fn run(program: &Path, arguments: &[&str]) -> String {
    run_in(&folder(), program, arguments, &[]).await
}

/// Runs a program to its end elsewhere.
pub async fn run_in(folder: &Path, program: &Path, arguments: &[&str], variables: &[(&str, String)]) -> String {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).kill_on_drop(true);
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    let hint = "the SDKs are missing: run the tests through `make test`";
    let output = timeout(PATIENCE, command.output()).await.expect("the program ends").expect(hint);
    let out = String::from_utf8(output.stdout).expect("text");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {out}{said}", program.display());
    out
}

/// A folder that goes when the test ends.
pub struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    pub fn new(purpose: &str) -> Self {
        let name = format!("{purpose}-{}", uuid::Uuid::new_v4().simple());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // A browser that was just killed may still write.
        for _ in 0..100 {
            if std::fs::remove_dir_all(&self.0).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sentry_sdk_2_for_python() {
    let scene = Scene::set().await;
    run(&folder().join(".venv/bin/python"), &["python/sentry_sdk_2.py", &scene.dsn]).await;
    let wording =
        Wording { exception: "ValueError", cause: Some("LookupError"), has_frames: true, sdk: "sentry.python" };
    scene.check(&wording).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn raven_6_for_python() {
    let scene = Scene::set().await;
    run(&folder().join(".venv/bin/python"), &["python/raven_6.py", &scene.legacy_dsn()]).await;
    let wording =
        Wording { exception: "ValueError", cause: Some("LookupError"), has_frames: true, sdk: "raven-python" };
    scene.check(&wording).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_current_sdk_for_node() {
    let scene = Scene::set().await;
    run(&node(), &["node/current.mjs", &scene.dsn]).await;
    let wording =
        Wording { exception: "TypeError", cause: Some("RangeError"), has_frames: true, sdk: "sentry.javascript.node" };
    scene.check(&wording).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sdk_6_for_node() {
    let scene = Scene::set().await;
    run(&node(), &["node/6.mjs", &scene.dsn]).await;
    let wording =
        Wording { exception: "TypeError", cause: Some("RangeError"), has_frames: true, sdk: "sentry.javascript.node" };
    scene.check(&wording).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_current_sdk_for_rust() {
    let scene = Scene::set().await;
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rust-client");
    let target = target.to_str().expect("a path in UTF-8");
    run(
        Path::new(env!("CARGO")),
        &["build", "--locked", "--quiet", "--manifest-path", "rust/Cargo.toml", "--target-dir", target],
    )
    .await;
    run(&Path::new(target).join("debug/picket-test-client"), &[&scene.dsn]).await;
    let wording =
        Wording { exception: "PaymentError", cause: Some("StockError"), has_frames: false, sdk: "sentry.rust" };
    scene.check(&wording).await;
}
