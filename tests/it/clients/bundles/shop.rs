//! The shop of `tests/clients/shop`: built, published, visited.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use axum::Router;
use axum::extract::Path as UrlPath;
use axum::http::{StatusCode, header};
use axum::response::Html;
use axum::routing::get;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use crate::clients::scenario::Scene;
use crate::clients::scripts::{TemporaryFolder, folder, node, run_in};

/// The distribution that all sites say they are.
pub const DIST: &str = "7";

/// A copy of the sources, with what a bundler made of them.
pub struct Shop {
    folder: TemporaryFolder,
}

impl Shop {
    /// Runs one of the build scripts on a copy of the sources.
    pub async fn build(script: &str, arguments: &[&str], variables: &[(&str, String)]) -> Self {
        let place = TemporaryFolder::new("shop");
        let (from, to) = (folder().join("shop"), place.path());
        copy(&from.join("src"), &to.join("src"));
        std::fs::copy(from.join("tsconfig.json"), to.join("tsconfig.json")).expect("a copy");
        std::os::unix::fs::symlink(folder().join("node_modules"), to.join("node_modules")).expect("a link");
        let script = folder().join(script);
        let script = [script.to_str().expect("a path in UTF-8")];
        // The plugins remember the servers that they met.
        let memory = to.join("memory").into_os_string().into_string().expect("a path in UTF-8");
        let variables = [variables, &[("SENTRY_CONFIG_DIR", memory)]].concat();
        run_in(to, &node(), &[&script, arguments].concat(), &variables).await;
        Self { folder: place }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The sources by name.
    pub fn source(&self) -> BTreeMap<String, String> {
        let text = |(name, content)| (name, String::from_utf8(content).expect("a source in UTF-8"));
        files_of(&self.path().join("src")).into_iter().map(text).collect()
    }

    /// Serves a copy of what was built, under `/static/`; it tells Picket this release.
    pub async fn site(&self, scene: &Scene, release: &str) -> Site {
        let copied = self.path().join(release);
        copy(&self.path().join("dist"), &copied);
        let options = json!({"dsn": scene.dsn, "release": release, "dist": DIST});
        Site::open(scene, copied, &options).await
    }

    /// Serves what was built; the bundler's plugin told it its release.
    pub async fn released_site(&self, scene: &Scene) -> Site {
        Site::open(scene, self.path().join("dist"), &json!({"dsn": scene.dsn, "dist": DIST})).await
    }

    /// Opens sites in one browser, which ends with the value.
    pub async fn visit(&self, scene: &Scene, sites: &[Site]) -> Child {
        let frames: Vec<String> = sites.iter().map(|site| format!("<iframe src={}></iframe>", site.url)).collect();
        let html = Html(format!("<!doctype html>{}", frames.concat()));
        let all = serve(scene, Router::new().route("/", get(async move || html))).await;
        let profile = format!("--user-data-dir={}", self.path().join("profile").display());
        Command::new("chromium")
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
            // A cache would be written when everything else has ended.
            .args([&profile, "--disk-cache-dir=/dev/null", &all])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("Chromium is installed: run the tests through `make test`")
    }
}

/// The shop as customers visit it.
pub struct Site {
    url: String,
    folder: PathBuf,
}

impl Site {
    /// Where its files are.
    pub fn folder(&self) -> &str {
        self.folder.to_str().expect("a path in UTF-8")
    }

    async fn open(scene: &Scene, folder: PathBuf, options: &serde_json::Value) -> Self {
        let html = format!(
            "<!doctype html><button>Pay</button><script>window.shop = {options}</script>
            <script type=module src=/static/main.js></script>
            <script type=module>document.querySelector('button').click()</script>"
        );
        let place: Arc<Path> = folder.as_path().into();
        let file = async move |UrlPath(name): UrlPath<String>| {
            let content = std::fs::read(place.join(name)).map_err(|_| StatusCode::NOT_FOUND)?;
            Ok::<_, StatusCode>(([(header::CONTENT_TYPE, "text/javascript")], content))
        };
        let router = Router::new().route("/", get(async move || Html(html))).route("/static/{*name}", get(file));
        Self { url: serve(scene, router).await, folder }
    }
}

/// Serves pages on an origin of their own.
async fn serve(scene: &Scene, router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("a bound address"));
    scene.app.app.tasks.spawn(async move { axum::serve(listener, router).await.expect("the pages are served") });
    url
}

/// All files in a folder and those within, by their paths.
pub fn files_of(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8");
        if path.is_dir() {
            files.extend(files_of(&path).into_iter().map(|(inner, content)| (format!("{name}/{inner}"), content)));
        } else {
            files.push((name.to_owned(), std::fs::read(&path).expect("a file")));
        }
    }
    files
}

fn copy(from: &Path, to: &Path) {
    for (name, content) in files_of(from) {
        let path = to.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, content).expect("a copy");
    }
}
