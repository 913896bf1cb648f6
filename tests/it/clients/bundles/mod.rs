//! A small shop in TypeScript, built by real bundlers, failing in a real browser: what people see is what they wrote.
//!
//! Each way of uploading belongs to a release of its own, so that none can stand in for another.

mod shop;
mod trace;

use picket::types::scope::Scope;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use self::shop::{Shop, Site, files_of};
use self::trace::{Place, Step};
use super::command_line::{SentryCli, variables};
use super::scenario::Scene;
use crate::support::{Client, eventually};

/// What differs among bundlers.
struct Bundler {
    script: &'static str,
    /// The functions from the outermost call to the error, by their marks in the source, and how they are shown.
    steps: [Step; 6],
}

/// What all of them keep of the names.
const KEPT: [Step; 6] = [
    Step { mark: "start", function: "start" },
    Step { mark: "checkout", function: "checkout" },
    Step { mark: "Cart.total", function: "Cart.total" },
    Step { mark: "callback", function: "<anonymous>" },
    Step { mark: "priceOf", function: "priceOf" },
    Step { mark: "discounted", function: "discounted" },
];

const ESBUILD: Bundler = Bundler { script: "shop/esbuild.mjs", steps: KEPT };
const VITE: Bundler = Bundler { script: "shop/vite.mjs", steps: KEPT };
const WEBPACK: Bundler = Bundler { script: "shop/webpack.mjs", steps: KEPT };

/// What the page says of frames that were resolved after the event came.
const LATE: &str =
    "6 frames are shown with source maps that were uploaded after this event came. The issue is grouped as before.";

/// What the plugins are told to call the release.
const PLUGIN_RELEASE: &str = "shop@4.0.0";

/// A way for artifacts to reach the server, which is also the name of the release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// One request per file, as curl and sentry-cli 1 do.
    Files,
    /// `releases files … upload-sourcemaps`, by names.
    OldCli,
    /// `sourcemaps inject` and `upload`, by debug ids alone.
    CurrentCli,
}

impl Way {
    const ALL: [Self; 3] = [Self::Files, Self::OldCli, Self::CurrentCli];

    fn release(self) -> &'static str {
        match self {
            Self::Files => "shop@1.0.0",
            Self::OldCli => "shop@2.0.0",
            Self::CurrentCli => "shop@3.0.0",
        }
    }

    /// What the frames must have been resolved with.
    fn resolved_with(self) -> &'static str {
        match self {
            Self::Files => "release",
            Self::OldCli => "index",
            Self::CurrentCli => "debug-id",
        }
    }
}

/// A project, and who uploads to it.
struct Stage {
    scene: Scene,
    script: Client,
    shop: Shop,
}

impl Stage {
    async fn new(scene: Scene, shop: Shop) -> Self {
        let script = scene.app.script(&scene.project.owner, &Scope::ALL).await;
        Self { scene, script, shop }
    }

    /// A copy of the shop, published, but none of its artifacts uploaded.
    async fn publish(&self, way: Way) -> Site {
        let site = self.shop.site(&self.scene, way.release()).await;
        if way == Way::CurrentCli {
            let cli = SentryCli::new(&self.scene, "3.8.2", self.shop.path()).await;
            cli.run(&["sourcemaps", "inject", site.folder()]).await;
        }
        site
    }

    async fn upload(&self, way: Way, site: &Site) {
        match way {
            Way::Files => self.upload_files(site).await,
            Way::OldCli => {
                let cli = SentryCli::new(&self.scene, "2.58.6", self.shop.path()).await;
                let upload = ["releases", "files", way.release(), "upload-sourcemaps", site.folder()];
                cli.run(&[&upload[..], &["--url-prefix", "~/static", "--dist", shop::DIST, "--wait"]].concat()).await;
            }
            Way::CurrentCli => {
                let cli = SentryCli::new(&self.scene, "3.8.2", self.shop.path()).await;
                cli.run(&["sourcemaps", "upload", site.folder(), "--wait"]).await;
            }
        }
    }

    async fn upload_files(&self, site: &Site) {
        let release = Way::Files.release();
        let new = json!({"version": release, "projects": ["shop"]});
        let created = self.script.post_json("/api/0/organizations/acme/releases/", &new).await;
        assert!(matches!(created.status, 201 | 208), "{}", created.body);
        let list = format!("/api/0/projects/acme/shop/releases/{release}/files/");
        for (name, content) in files_of(site.folder().as_ref()) {
            let base = name.rsplit('/').next().unwrap_or_default().to_owned();
            let form = Form::new().text("name", format!("~/static/{name}")).text("dist", shop::DIST);
            let is_map = name.rsplit('.').next() == Some("map");
            let form = if is_map { form } else { form.text("header", format!("Sourcemap:{base}.map")) };
            let form = form.part("file", Part::bytes(content).file_name(base));
            let answer = self.script.send(self.script.request("POST", &list).multipart(form)).await;
            assert_eq!(answer.status, 201, "{name}: {}", answer.body);
        }
    }

    /// The event of a release, as the API has it.
    async fn event(&self, release: &str) -> Value {
        let id = eventually(&format!("an event of {release} is stored"), async || {
            let list = self.script.get("/api/0/projects/acme/shop/events/").await.json();
            let tag = json!({"key": "release", "value": release});
            let is_ours = |event: &&Value| event["tags"].as_array().is_some_and(|tags| tags.contains(&tag));
            Some(list.as_array()?.iter().find(is_ours)?["eventID"].as_str()?.to_owned())
        })
        .await;
        self.script.get(&format!("/api/0/projects/acme/shop/events/{id}/")).await.json()
    }

    /// The event and its page must show the sources.
    async fn check(&self, bundler: &Bundler, release: &str, resolved_with: &str) {
        let event = self.event(release).await;
        let page = self.check_shown(bundler, &event).await;
        assert!(!page.contains(LATE), "{release}: it was resolved when it came");
        let id = event["eventID"].as_str().expect("an id");
        let stored = self.script.get(&format!("/api/0/projects/acme/shop/events/{id}/json/")).await.json();
        let frames = stored["exception"]["values"][0]["stacktrace"]["frames"].as_array().expect("frames");
        let last = frames.last().expect("a frame");
        assert_eq!(last["data"]["resolved_with"], resolved_with, "{release}");
    }

    /// Compares the event and its page with the sources; returns the page.
    async fn check_shown(&self, bundler: &Bundler, event: &Value) -> String {
        let sources = self.shop.source();
        let expected: Vec<Place> = bundler.steps.iter().map(|step| step.place(&sources)).collect();
        assert_eq!(trace::of_event(event), expected, "{}", event["release"]);
        assert_eq!(event["errors"], json!([]), "{}", event["release"]);
        let page = self.page(event).await;
        assert_eq!(trace::of_page(&page), expected, "{}", event["release"]);
        page
    }

    async fn page(&self, event: &Value) -> String {
        let browser = self.scene.app.sign_in(&self.scene.project.owner).await;
        let [issue, id] = ["groupID", "eventID"].map(|key| event[key].as_str().expect("an id"));
        let page = browser.get(&format!("/organizations/acme/issues/{issue}/events/{id}/?stack=full")).await;
        assert_eq!(page.status, 200, "{}", page.body);
        page.body
    }
}

/// Does something while a worker is at work.
async fn with_worker<T>(scene: &Scene, work: impl Future<Output = T>) -> T {
    tokio::select! {
        done = work => done,
        ended = picket::worker::run(scene.app.app.clone()) => panic!("the worker ended: {ended:?}"),
    }
}

async fn leads_to_the_source(bundler: &Bundler) {
    let (scene, shop) = tokio::join!(Scene::set(), Shop::build(bundler.script, &[], &[]));
    let stage = Stage::new(scene, shop).await;
    let test = async {
        let mut sites = Vec::new();
        for way in Way::ALL {
            let site = stage.publish(way).await;
            stage.upload(way, &site).await;
            sites.push(site);
        }
        let _browser = stage.shop.visit(&stage.scene, &sites).await;
        for way in Way::ALL {
            stage.check(bundler, way.release(), way.resolved_with()).await;
        }
    };
    with_worker(&stage.scene, Box::pin(test)).await;
}

/// The bundler's plugin injects debug ids, makes the release, and uploads.
async fn plugin_leads_to_the_source(bundler: &Bundler) {
    let scene = Scene::set().await;
    let variables = variables(&scene).await;
    let shop = with_worker(&scene, Box::pin(Shop::build(bundler.script, &[PLUGIN_RELEASE], &variables))).await;
    let stage = Stage::new(scene, shop).await;
    let test = async {
        let release = stage.script.get(&format!("/api/0/organizations/acme/releases/{PLUGIN_RELEASE}/")).await.json();
        assert!(release["dateReleased"].is_string(), "{release}");
        let site = stage.shop.released_site(&stage.scene).await;
        let _browser = stage.shop.visit(&stage.scene, &[site]).await;
        stage.check(bundler, PLUGIN_RELEASE, "debug-id").await;
    };
    with_worker(&stage.scene, Box::pin(test)).await;
}

/// What people see before and after the artifacts of a stored event come.
async fn comes_late(stage: &Stage, way: Way, site: &Site, why_not: &str) {
    let before = stage.event(way.release()).await;
    let kinds: Vec<&str> =
        before["errors"].as_array().expect("errors").iter().filter_map(|error| error["type"].as_str()).collect();
    assert_eq!(kinds, ["js_no_source"; 2], "one for each script");
    let page = stage.page(&before).await;
    assert!(page.contains(why_not), "{why_not} is not in {page}");
    let told = ["<details class=\"frame-problem\"", "<details class=\"frame-problem\" open>"];
    assert_eq!(told.map(|start| page.matches(start).count()), [6, 2], "at length once for each script");
    assert!(!page.contains(LATE));

    stage.upload(way, site).await;
    let after = stage.event(way.release()).await;
    assert_eq!(after["eventID"], before["eventID"]);
    assert_eq!((&after["groupID"], &after["fingerprints"]), (&before["groupID"], &before["fingerprints"]));
    let page = stage.check_shown(&ESBUILD, &after).await;
    assert!(page.contains(LATE), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn artifacts_that_come_late_repair_what_is_shown() {
    let (scene, shop) = tokio::join!(Scene::set(), Shop::build(ESBUILD.script, &[], &[]));
    let stage = Stage::new(scene, shop).await;
    let test = async {
        let sites = [stage.publish(Way::Files).await, stage.publish(Way::CurrentCli).await];
        let _browser = stage.shop.visit(&stage.scene, &sites).await;
        let none = "No artifact of this project has that file name.";
        comes_late(&stage, Way::Files, &sites[0], none).await;
        let other = "Nearest: ~/static/main.js in release shop@1.0.0, but this event is of release shop@3.0.0.";
        comes_late(&stage, Way::CurrentCli, &sites[1], other).await;
    };
    with_worker(&stage.scene, Box::pin(test)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bundled_by_esbuild() {
    leads_to_the_source(&ESBUILD).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bundled_by_vite() {
    leads_to_the_source(&VITE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bundled_by_webpack() {
    leads_to_the_source(&WEBPACK).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bundled_by_vite_with_the_plugin() {
    plugin_leads_to_the_source(&VITE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bundled_by_webpack_with_the_plugin() {
    plugin_leads_to_the_source(&WEBPACK).await;
}
