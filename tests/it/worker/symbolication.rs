//! Minified frames become source: when an event comes, and when its artifacts come later.

use bytes::Bytes;
use picket::protocol::artifact::Traits;
use picket::services::blobs;
use picket::store::artifact_bundle_files::{self, NewBundleFiles};
use picket::store::artifact_bundles::{self, NewBundle};
use picket::store::events;
use picket::store::release_files::{self, NewReleaseFile, Uploader};
use picket::types::artifact::{ArtifactKind, Checksum, base_name, ident};
use picket::types::ids::{ProjectId, ReleaseId};
use picket::types::scope::Scope;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Stage;

const DEBUG_ID: &str = "0b9f1c7e-2a53-4d7e-9d0a-3f7d4c1b2a90";

/// `class Cart { add(item) { … } }` as a minifier leaves it: `a` is `Cart`, `b` is `add`.
pub const SCRIPT: &str = "class a{b(c){throw new Error(c)}}new a().b(1);\n//# sourceMappingURL=app.min.js.map\n";
pub const SOURCE: &str = "class Cart {\n  add(item) {\n    throw new Error(item);\n  }\n}\n\nnew Cart().add(1);\n";

/// What the tests of the compact form write by hand, a bundler writes here: `tests/it/clients/bundles.rs`.
pub fn map(sources_content: Option<&str>) -> String {
    json!({
        "version": 3, "sources": ["../src/cart.ts"], "sourcesContent": [sources_content], "names": ["Cart", "add"],
        "mappings": "MAAMA,EACJC,KACE,kBACF,EAGF,IAAID,IAAOC",
    })
    .to_string()
}

pub fn frame(abs_path: &str, column: i64) -> Value {
    json!({ "function": "a.b", "abs_path": abs_path, "filename": "/js/app.min.js", "lineno": 1, "colno": column, "in_app": true })
}

pub fn event(release: &str, frames: &[Value]) -> Value {
    json!({
        "platform": "javascript", "release": release,
        "exception": { "values": [{ "type": "Error", "value": "1", "stacktrace": { "frames": frames } }] },
    })
}

impl Stage {
    pub async fn release(&self, version: &str) -> ReleaseId {
        let sql = "INSERT INTO releases (organization_id, version, created_at) VALUES ($1, $2, now())
            ON CONFLICT (organization_id, version) DO UPDATE SET version = excluded.version RETURNING id";
        let id: i64 = sqlx::query_scalar(sql)
            .bind(self.project.organization.id.0)
            .bind(version)
            .fetch_one(self.db())
            .await
            .unwrap();
        let link = "INSERT INTO release_projects (release_id, project_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        sqlx::query(link).bind(id).bind(self.project.project.id.0).execute(self.db()).await.unwrap();
        ReleaseId(id)
    }

    async fn blob(&self, content: &str) -> String {
        blobs::put(&self.test.app, Bytes::from(content.to_owned())).await.unwrap()
    }

    pub async fn release_file(
        &self,
        release: ReleaseId,
        (name, dist): (&str, &str),
        kind: ArtifactKind,
        content: &str,
    ) -> i64 {
        let file = NewReleaseFile {
            name: name.to_owned(),
            dist: dist.to_owned(),
            kind,
            headers: [].into(),
            size: i64::try_from(content.len()).unwrap(),
            sha1: Checksum::of(content.as_bytes()),
            blob: self.blob(content).await,
            traits: Traits::default(),
        };
        let file = release_files::insert(self.db(), release, &file, Uploader::default(), self.now()).await.unwrap();
        file.id.0
    }

    async fn upload(&self, release: ReleaseId, sources_content: Option<&str>) {
        self.release_file(release, ("~/js/app.min.js", ""), ArtifactKind::MinifiedSource, SCRIPT).await;
        self.release_file(release, ("~/js/app.min.js.map", ""), ArtifactKind::SourceMap, &map(sources_content)).await;
    }

    /// A bundle of files: name, kind, debug id, content.
    async fn bundle(
        &self,
        release: Option<(ReleaseId, &str)>,
        files: &[(Option<&str>, ArtifactKind, Option<Uuid>, &str)],
        age: i64,
    ) -> i64 {
        let content: String = files.iter().map(|file| file.3).collect();
        let bundle = NewBundle {
            organization_id: self.project.organization.id,
            checksum: Checksum::of(Uuid::new_v4().as_bytes()),
            debug_id: None,
            size: 1,
            file_count: 1,
            blob: self.blob(&content).await,
        };
        let at = self.now() - chrono::TimeDelta::hours(age);
        let id = artifact_bundles::insert(self.db(), &bundle, Uploader::default(), at).await.unwrap().unwrap();
        let mut rows = NewBundleFiles::default();
        let mut offset = 0;
        for (url, kind, debug_id, content) in files {
            let size = i64::try_from(content.len()).unwrap();
            rows.urls.push(url.map(str::to_owned));
            rows.idents.push(url.map(|url| ident(url, "").0.to_vec()));
            rows.base_names.push(base_name(url.unwrap_or_default()).to_owned());
            rows.kinds.push(kind.as_str());
            rows.headers.push(json!({}));
            rows.sourcemap_refs.push(None);
            rows.debug_ids.push(*debug_id);
            rows.has_sources.push(None);
            rows.sizes.push(size);
            rows.data_offsets.push(offset);
            rows.data_sizes.push(size);
            rows.is_deflated.push(false);
            offset += size;
        }
        artifact_bundle_files::insert(self.db(), id, &rows).await.unwrap();
        let mut db = self.db().acquire().await.unwrap();
        artifact_bundles::link(&mut db, id, &[self.project.project.id.0], release, at).await.unwrap();
        id.0
    }

    async fn stored(&self) -> Value {
        let sql = "SELECT event_id FROM events ORDER BY received_at DESC LIMIT 1";
        let id: Uuid = sqlx::query_scalar(sql).fetch_one(self.db()).await.unwrap();
        let event = events::find(self.db(), self.project.project.id, id).await.unwrap().unwrap();
        serde_json::from_slice(&event.json().unwrap()).unwrap()
    }

    pub async fn sent(&self, event: &Value) -> Value {
        self.send(event).await;
        self.stored().await
    }
}

pub fn frames(event: &Value) -> &Vec<Value> {
    event["exception"]["values"][0]["stacktrace"]["frames"].as_array().unwrap()
}

pub fn error_kinds(event: &Value) -> Vec<&str> {
    event["errors"].as_array().unwrap().iter().map(|error| error["type"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_of_a_release_lead_to_the_source() {
    let stage = Stage::new().await;
    let release = stage.release("shop@1").await;
    stage.upload(release, Some(SOURCE)).await;
    let url = "https://shop.example/js/app.min.js?v=3";
    let event = stage.sent(&event("shop@1", &[frame(url, 42), frame(url, 14)])).await;
    let frames = frames(&event);
    let facts = |frame: &Value| {
        ["function", "abs_path", "filename", "lineno", "colno", "in_app", "context_line"].map(|key| frame[key].clone())
    };
    assert_eq!(
        facts(&frames[1]),
        [
            json!("Cart.add"),
            json!("https://shop.example/src/cart.ts"),
            json!("../src/cart.ts"),
            json!(3),
            json!(5),
            json!(true),
            json!("    throw new Error(item);"),
        ]
    );
    assert_eq!(frames[1]["pre_context"], json!(["class Cart {", "  add(item) {"]));
    assert_eq!(frames[1]["post_context"][0], "  }");
    assert_eq!(frames[1]["module"], "src/cart");
    assert_eq!(frames[1]["data"]["sourcemap"], "~/js/app.min.js.map");
    assert_eq!(frames[1]["data"]["resolved_with"], "release");
    assert_eq!((&frames[0]["lineno"], &frames[0]["context_line"]), (&json!(7), &json!("new Cart().add(1);")));
    let raw = &event["exception"]["values"][0]["raw_stacktrace"]["frames"];
    assert_eq!((&raw[1]["lineno"], &raw[1]["colno"], &raw[1]["function"]), (&json!(1), &json!(14), &json!("a.b")));
    assert!(raw[1]["context_line"].as_str().unwrap().starts_with("class a{b(c)"));
    assert_eq!(error_kinds(&event), [""; 0]);
    assert_eq!(event["culprit"], "Cart.add(src/cart)");

    // Once more: what was resolved stays as it is.
    let client = stage.test.script(&stage.project.owner, &[Scope::EventRead]).await;
    let path = format!("/api/0/projects/acme/shop/events/{}/", event["event_id"].as_str().unwrap());
    let shown = client.get(&path).await.json();
    let shown = &shown["entries"][0]["data"]["values"][0]["stacktrace"]["frames"][1];
    assert_eq!((&shown["lineNo"], &shown["origLineNo"], &shown["origColNo"]), (&json!(3), &json!(1), &json!(14)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn debug_ids_need_no_release() {
    let stage = Stage::new().await;
    let id = Uuid::try_parse(DEBUG_ID).unwrap();
    let script = SCRIPT.replace("//# sourceMappingURL=app.min.js.map\n", "");
    let map = map(Some(SOURCE));
    let files = [
        (Some("~/elsewhere/x.js"), ArtifactKind::MinifiedSource, Some(id), script.as_str()),
        (None, ArtifactKind::SourceMap, Some(id), map.as_str()),
    ];
    stage.bundle(None, &files, 0).await;
    let url = "app:///dist/app.min.js";
    let mut event = event("", &[frame(url, 14)]);
    event["debug_meta"] =
        json!({ "images": [{ "type": "sourcemap", "code_file": url, "debug_id": DEBUG_ID.to_uppercase() }] });
    let event = stage.sent(&event).await;
    let frame = &frames(&event)[0];
    assert_eq!((&frame["function"], &frame["lineno"]), (&json!("Cart.add"), &json!(3)));
    assert_eq!(frame["abs_path"], "app:///src/cart.ts");
    assert_eq!(frame["data"]["resolved_with"], "debug-id");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bundles_in_use_stay() {
    let stage = Stage::new().await;
    let release = stage.release("shop@1").await;
    let map = map(Some(SOURCE));
    let id = Uuid::try_parse(DEBUG_ID).unwrap();
    let named = [
        (Some("~/js/app.min.js"), ArtifactKind::MinifiedSource, None, SCRIPT),
        (Some("~/js/app.min.js.map"), ArtifactKind::SourceMap, None, map.as_str()),
    ];
    let by_id = [
        (None, ArtifactKind::MinifiedSource, Some(id), SCRIPT),
        (None, ArtifactKind::SourceMap, Some(id), map.as_str()),
    ];
    let old = 24 * 89;
    let mut used = [stage.bundle(Some((release, "")), &named, old).await, stage.bundle(None, &by_id, old).await];
    stage.bundle(Some((stage.release("shop@0").await, "")), &named, old).await;

    stage.sent(&event("shop@1", &[frame("https://shop.example/js/app.min.js", 14)])).await;
    let url = "https://shop.example/other.js";
    let mut other = event("", &[frame(url, 14)]);
    other["debug_meta"] = json!({ "images": [{ "type": "sourcemap", "code_file": url, "debug_id": DEBUG_ID }] });
    stage.sent(&other).await;
    stage.test.app.clock.advance(chrono::TimeDelta::days(2));
    assert_eq!(picket::services::artifacts::delete_old_bundles(&stage.test.app).await.unwrap(), 1);
    let mut left: Vec<i64> = sqlx::query_scalar("SELECT id FROM artifact_bundles").fetch_all(stage.db()).await.unwrap();
    left.sort_unstable();
    used.sort_unstable();
    assert_eq!(left, used);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sources_that_the_map_lacks_may_be_uploaded() {
    let stage = Stage::new().await;
    let release = stage.release("shop@1").await;
    stage.upload(release, None).await;
    let url = "https://shop.example/js/app.min.js";
    let without = stage.sent(&event("shop@1", &[frame(url, 14)])).await;
    assert_eq!((&frames(&without)[0]["lineno"], &frames(&without)[0]["context_line"]), (&json!(3), &Value::Null));
    assert_eq!(error_kinds(&without), ["js_missing_sources_content"]);
    stage.release_file(release, ("https://shop.example/src/cart.ts", ""), ArtifactKind::Source, SOURCE).await;
    let with = stage.sent(&event("shop@1", &[frame(url, 14)])).await;
    assert_eq!(frames(&with)[0]["context_line"], "    throw new Error(item);");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_broken_file_does_not_stop_the_others() {
    let stage = Stage::new().await;
    let release = stage.release("shop@1").await;
    stage.upload(release, Some(SOURCE)).await;
    stage
        .release_file(release, ("~/js/bad.js", ""), ArtifactKind::MinifiedSource, "x\n//# sourceMappingURL=bad.map")
        .await;
    stage
        .release_file(
            release,
            ("~/js/bad.map", ""),
            ArtifactKind::SourceMap,
            r#"{"version":3,"sources":["a"],"names":[],"mappings":"!!"}"#,
        )
        .await;
    stage.release_file(release, ("~/js/plain.js", ""), ArtifactKind::Source, "var a;\nthrow a;\n").await;
    let of = |name: &str, line: i64, column: i64| json!({ "abs_path": format!("https://shop.example/js/{name}"), "lineno": line, "colno": column, "function": "f" });
    let frames_sent = [
        of("bad.js", 1, 1),
        of("gone.js", 1, 1),
        of("plain.js", 2, 1),
        of("app.min.js", 1, 1),
        of("app.min.js", 1, 14),
        json!({ "abs_path": "<anonymous>", "lineno": 1, "colno": 1 }),
    ];
    let event = stage.sent(&event("shop@1", &frames_sent)).await;
    let frames = frames(&event);
    assert_eq!(frames[4]["function"], "Cart.add");
    assert_eq!(frames[2]["context_line"], "throw a;", "unminified scripts show themselves");
    assert_eq!(frames[3]["lineno"], 1);
    assert_eq!(error_kinds(&event), ["js_invalid_source", "js_no_source", "js_invalid_sourcemap_location"]);
    assert!(event["errors"][0]["reason"].as_str().unwrap().starts_with("not a source map"), "{}", event["errors"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_upload_repairs_what_people_see_and_until_then_the_frame_says_why_not() {
    let stage = Stage::new().await;
    let other = stage.release("shop@0.9").await;
    stage.upload(other, Some(SOURCE)).await;
    let url = "https://shop.example/js/app.min.js";
    let stored = stage.sent(&event("shop@1", &[frame(url, 14)])).await;
    assert_eq!(error_kinds(&stored), ["js_no_source"]);
    let hashes = stored["hashes"].clone();
    let id = stored["event_id"].as_str().unwrap();
    let issue = stage.number("SELECT id FROM issues").await;

    let client = stage.test.script(&stage.project.owner, &[Scope::EventRead]).await;
    let browser = stage.test.sign_in(&stage.project.owner).await;
    let path = format!("/api/0/projects/acme/shop/events/{id}/");
    let page = format!("/organizations/acme/issues/{issue}/?stack=full");
    let shown = client.get(&path).await.json();
    let search = &shown["entries"][0]["data"]["values"][0]["stacktrace"]["frames"][0]["errors"][0]["search"];
    assert_eq!(search["names"], json!([url, "~/js/app.min.js"]));
    assert_eq!(search["nearest"][0], json!({ "name": "~/js/app.min.js", "release": "shop@0.9", "dist": "" }));
    let text = browser.get(&page).await.body;
    assert!(
        text.contains("Nearest: ~/js/app.min.js in release shop@0.9, but this event is of release shop@1."),
        "{text}"
    );

    let release = stage.release("shop@1").await;
    stage.upload(release, Some(SOURCE)).await;
    let shown = client.get(&path).await.json();
    let frame = &shown["entries"][0]["data"]["values"][0]["stacktrace"]["frames"][0];
    assert_eq!((&frame["function"], &frame["lineNo"]), (&json!("Cart.add"), &json!(3)));
    assert_eq!(shown["errors"], json!([]));
    assert_eq!(shown["fingerprints"], hashes, "the issue stays");
    let text = browser.get(&page).await.body;
    assert!(text.contains("One frame is shown with a source map that was uploaded after this event came."));
    assert!(text.contains("Cart.add"), "{text}");
}

/// The order of look-ups, as the protocol's vectors have it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn artifacts_of_the_vectors() {
    let text = include_str!("../../fixtures/vectors/artifact_lookup.json");
    let file: Value = serde_json::from_str(text).unwrap();
    let stage = Stage::new().await;
    for case in file["cases"].as_array().unwrap() {
        stage.execute("DELETE FROM release_files").await;
        stage.execute("DELETE FROM artifact_bundles").await;
        let mut ids = Vec::new();
        for artifact in case["artifacts"].as_array().unwrap() {
            let text = |key: &str| artifact[key].as_str();
            let kind = ArtifactKind::parse(text("type").unwrap()).unwrap();
            let (name, dist) = (text("name").unwrap(), text("dist").unwrap_or_default());
            let debug_id = text("debug_id").map(|id| Uuid::try_parse(id).unwrap());
            let release = match text("release") {
                Some(version) => Some(stage.release(version).await),
                None => None,
            };
            let content = format!("{case}{name}");
            let id = if text("kind") == Some("bundle") {
                let age = 100 - artifact["uploaded"].as_i64().unwrap();
                let files = [(Some(name), kind, debug_id, content.as_str())];
                (true, stage.bundle(release.map(|release| (release, dist)), &files, age).await)
            } else {
                (false, stage.release_file(release.unwrap(), (name, dist), kind, &content).await)
            };
            ids.push((id, text("id").unwrap()));
        }
        let found = looked_up(&stage, &case["lookup"]).await;
        let found = found.map(|found| ids.iter().find(|(id, _)| *id == found).unwrap().1);
        assert_eq!(found, case["expect"].as_str(), "{}", case["id"]);
    }
}

async fn looked_up(stage: &Stage, lookup: &Value) -> Option<(bool, i64)> {
    use picket::pipeline::symbolicate::{ArtifactSource, Query};
    use picket::services::symbolication::File;
    let text = |key: &str| lookup[key].as_str();
    let project: ProjectId = stage.project.project.id;
    let artifacts =
        picket::services::symbolication::Artifacts::new(&stage.test.app, stage.project.organization.id, project);
    let query = Query {
        release: text("release"),
        dist: text("dist"),
        url: text("url"),
        debug_id: text("debug_id").map(|id| Uuid::try_parse(id).unwrap()),
        kind: ArtifactKind::parse(text("type").unwrap()).unwrap(),
    };
    let found = artifacts.find(&query).await.unwrap()?;
    let File::Stored(file) = &found.file else { panic!("nothing is fetched") };
    file.bundle_id.map(|id| (true, id.0)).or(file.release_file_id.map(|id| (false, id.0)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_can_be_checked_before_anything_breaks() {
    let stage = Stage::new().await;
    let release = stage.release("shop@1").await;
    stage.upload(release, Some(SOURCE)).await;
    let browser = stage.test.sign_in(&stage.project.owner).await;
    let page = "/settings/acme/projects/shop/source-maps/check/";
    let text = browser.get(page).await.body;
    assert!(text.contains("Script URL, line and column"), "{text}");
    let check = |place: &str, release: &str| format!("{page}?place={place}&release={release}&dist=");
    let text = browser.get(&check("https://shop.example/js/app.min.js:1:14", "shop@1")).await.body;
    assert!(text.contains("The script is ~/js/app.min.js, found among the files of the release."), "{text}");
    assert!(text.contains("The place is https://shop.example/src/cart.ts:3:5 in Cart.add."), "{text}");
    assert!(text.contains("<mark>3      throw new Error(item);</mark>"), "{text}");
    let text = browser.get(&check("https://shop.example/js/app.min.js:1:14", "shop@2")).await.body;
    assert!(text.contains("Nearest: ~/js/app.min.js (shop@1)"), "{text}");
    assert_eq!(browser.get(&check(":1:1", "")).await.status, 422);

    let client = stage.test.script(&stage.project.owner, &[Scope::ProjectReleases]).await;
    let path = "/api/0/projects/acme/shop/source-maps/check/?release=shop@1&place=~/js/app.min.js:1:14";
    let steps = client.get(path).await.json();
    assert_eq!(
        steps["steps"][2],
        json!({ "step": "original", "source": "~/src/cart.ts", "line": 3, "column": 5, "function": "Cart.add" })
    );
    assert_eq!(steps["context"][0], 3);
    assert_eq!(client.get("/api/0/projects/acme/shop/source-maps/check/").await.status, 400);
    let outsider = stage.test.user("else@where.example", false).await;
    let outsider = stage.test.sign_in(&outsider).await;
    assert_eq!(outsider.get(page).await.status, 404);
}
