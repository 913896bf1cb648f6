use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use picket::store::artifact_lookup::{find_by_debug_id, find_by_names, list_similar};
use picket::types::artifact::{ArtifactKind, Checksum};
use picket::types::scope::Scope;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::zip::{DEBUG_ID, Zip, bundle};
use super::{BUNDLES, FILES, Stage, chunk_part, release};
use crate::support::TestApp;

const UPLOAD: &str = "/api/0/organizations/acme/chunk-upload/";

#[tokio::test]
async fn options_lead_to_where_the_client_came_from() {
    let stage = Stage::of(TestApp::spawn_with(|config| config.system.url_prefix.push_str("/errors")).await).await;
    let prefix = stage.test.app.config.system.url_prefix.clone();
    let options = stage.script.get(UPLOAD).await.json();
    assert_eq!(options["url"], format!("{prefix}{UPLOAD}"));
    assert_eq!((&options["chunkSize"], &options["maxRequestSize"]), (&json!(524_288), &json!(786_432)));
    assert_eq!((&options["hashAlgorithm"], &options["compression"]), (&json!("sha1"), &json!(["gzip"])));
    assert!(options["accept"].as_array().unwrap().contains(&json!("artifact_bundles_v2")));

    let asked = |headers: &[(&str, &str)]| {
        headers.iter().fold(stage.script.request("GET", UPLOAD), |request, (name, value)| request.header(*name, *value))
    };
    for (headers, root) in [
        (&[("host", "picket:9000")][..], "http://picket:9000/errors"),
        (&[("host", "other.example"), ("x-forwarded-proto", "https")], "https://other.example/errors"),
        (&[("host", "x"), ("x-forwarded-host", "a.example")], "http://a.example/errors"),
    ] {
        let options = stage.script.send(asked(headers)).await.json();
        assert_eq!(options["url"], format!("{root}{UPLOAD}"), "{headers:?}");
    }
}

#[tokio::test]
async fn chunks_are_checked_and_stored_once() {
    let stage = Stage::new().await;
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(b"packed").unwrap();
    let zipped = Part::bytes(packer.finish().unwrap()).file_name(Checksum::of(b"packed").to_string());
    for _ in 0..2 {
        assert_eq!(stage.send_chunks(&[b"one", b"two"]).await.status, 200);
    }
    assert_eq!(stage.upload(UPLOAD, Form::new().part("file_gzip", zipped)).await.status, 200);
    assert_eq!(stage.number("SELECT count(*) FROM chunks").await, 3);
    let empty = stage.script.request("POST", UPLOAD).header("content-length", "0");
    assert_eq!(stage.script.send(empty).await.status, 200);

    let lie = Part::bytes(&b"three"[..]).file_name(Checksum::of(b"four").to_string());
    let many = (0..65).fold(Form::new(), |form, n| form.part("file", chunk_part(format!("{n}").as_bytes())));
    let bomb = {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(&vec![0; 60 << 20]).unwrap();
        Part::bytes(packer.finish().unwrap()).file_name("0".repeat(40))
    };
    for (form, error) in [
        (Form::new().part("file", lie), "checksum mismatch"),
        (many, "Too many chunks"),
        (Form::new().part("file", chunk_part(&vec![0; 9 << 20])), "Chunk size too large"),
        (Form::new().part("file_gzip", bomb), "Chunk size too large"),
        (Form::new().part("file_gzip", Part::bytes(&b"plain"[..]).file_name("0".repeat(40))), "a chunk cannot be"),
        (Form::new().part("file", Part::bytes(&b"x"[..]).file_name("x.js")), "a chunk's file name is its SHA-1"),
    ] {
        let answer = stage.upload(UPLOAD, form).await;
        assert_eq!(answer.status, 400, "{error}");
        assert!(answer.json()["error"].as_str().unwrap().starts_with(error), "{}", answer.body);
    }
    let reader = stage.test.script(&stage.project.owner, &[Scope::ProjectRead]).await;
    assert_eq!(reader.send(reader.request("POST", UPLOAD).multipart(Form::new())).await.status, 403);
}

fn request(file: &[u8], chunks: &[&[u8]]) -> Value {
    let chunks: Vec<String> = chunks.iter().map(|chunk| Checksum::of(chunk).to_string()).collect();
    json!({"checksum": Checksum::of(file).to_string(), "chunks": chunks, "projects": ["shop"], "version": "1.0"})
}

#[tokio::test]
async fn an_upload_that_stopped_goes_on_and_becomes_a_bundle() {
    let stage = Stage::new().await;
    let file = bundle(&json!({"debug_id": DEBUG_ID}));
    let (first, second) = file.split_at(100);
    let request = request(&file, &[first, second]);

    let nothing = stage.script.post_json(BUNDLES, &request).await.json();
    let all = json!([Checksum::of(first).to_string(), Checksum::of(second).to_string()]);
    assert_eq!(nothing, json!({"state": "not_found", "missingChunks": all}));
    stage.send_chunks(&[first]).await;
    let half = stage.script.post_json(BUNDLES, &request).await.json();
    assert_eq!(half["missingChunks"], json!([Checksum::of(second).to_string()]));
    stage.send_chunks(&[second]).await;
    for _ in 0..2 {
        let created = stage.script.post_json(BUNDLES, &request).await.json();
        assert_eq!(created, json!({"state": "created", "missingChunks": []}));
    }
    assert_eq!(stage.number("SELECT count(*) FROM jobs").await, 1);
    stage.work().await;
    let done = stage.script.post_json(BUNDLES, &request).await.json();
    assert_eq!(done, json!({"state": "ok", "missingChunks": []}));
    assert_eq!(stage.number("SELECT count(*) FROM artifact_bundle_files").await, 2);
    assert_eq!(stage.number("SELECT count(*) FROM artifact_bundle_releases").await, 1);

    // The same bundle for another release: nothing to upload.
    let mut other = request.clone();
    other["version"] = json!("2.0");
    other["dist"] = json!("7");
    stage.test.app.db.acquire().await.unwrap();
    sqlx::query("DELETE FROM chunks").execute(&stage.test.app.db).await.unwrap();
    assert_eq!(stage.script.post_json(BUNDLES, &other).await.json()["state"], "ok");
    assert_eq!(stage.number("SELECT count(*) FROM artifact_bundles").await, 1);
    assert_eq!(stage.number("SELECT count(*) FROM artifact_bundle_releases").await, 2);
    assert_eq!(stage.number("SELECT count(*) FROM releases").await, 2);
}

#[tokio::test]
async fn files_of_bundles_are_found_and_read_where_they_lie() {
    let stage = Stage::new().await;
    let answer = stage.assemble(BUNDLES, &bundle(&json!({})), json!({"projects": ["shop"], "version": "1.0"})).await;
    assert_eq!(answer.json()["state"], "ok", "{}", answer.body);
    let (db, project_id) = (&stage.test.app.db, stage.project.project.id);
    let id = DEBUG_ID.parse().unwrap();
    let map = find_by_debug_id(db, project_id, id, ArtifactKind::SourceMap).await.unwrap().expect("the map");
    let content = picket::services::artifacts::read(&stage.test.app, &map, 1 << 20).await.unwrap();
    assert!(content.starts_with(br#"{"version":3"#));
    assert!(picket::services::artifacts::read(&stage.test.app, &map, 10).await.is_err(), "bounded");

    let names = ["https://x.example/app.min.js".to_owned(), "~/app.min.js".to_owned()];
    let found = find_by_names(db, project_id, stage.release_id, "", &names).await.unwrap().expect("the script");
    assert_eq!((found.kind, found.sourcemap_ref.as_deref()), (ArtifactKind::MinifiedSource, Some("app.min.js.map")));
    assert!(
        find_by_names(db, project_id, stage.release_id, "7", &names).await.unwrap().is_none(),
        "bundles are strict"
    );

    // A file of the release under a better name wins; under the same name the bundle does.
    for name in ["~/app.min.js", "https://x.example/app.min.js"] {
        assert_eq!(stage.upload(FILES, super::file_form(name, b"legacy")).await.status, 201);
    }
    let found = find_by_names(db, project_id, stage.release_id, "", &names).await.unwrap().expect("the script");
    assert!(found.release_file_id.is_some());
    let found = find_by_names(db, project_id, stage.release_id, "", &names[1..]).await.unwrap().expect("the script");
    assert!(found.bundle_id.is_some());
    let found = find_by_names(db, project_id, stage.release_id, "7", &names).await.unwrap().expect("the script");
    assert!(found.release_file_id.is_some(), "files without a dist are the last resort");

    let similar = list_similar(db, project_id, "1.0", "app.min.js", 10).await.unwrap();
    assert_eq!(similar.len(), 3);
    let other = stage.test.project_named("other", "site").await;
    let foreign = find_by_debug_id(db, other.project.id, id, ArtifactKind::SourceMap).await.unwrap();
    assert!(foreign.is_none(), "artifacts belong to their projects");
    assert!(list_similar(db, other.project.id, "1.0", "app.min.js", 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn release_bundles_become_files_of_the_release() {
    let stage = Stage::new().await;
    let path = "/api/0/organizations/acme/releases/1.0/assemble/";
    assert_eq!(stage.upload(FILES, super::file_form("~/app.min.js", b"old")).await.status, 201);
    let file = bundle(&json!({"org": "acme", "release": "1.0"}));
    let answer = stage.assemble(path, &file, json!({})).await;
    assert_eq!(answer.json()["state"], "ok", "{}", answer.body);
    let files = stage.script.get(FILES).await.json();
    let names: Vec<&str> = files.as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["~/app.min.js", "~/app.min.js.map"]);
    assert_eq!(files[0]["size"], 51, "the new file took the old one's place");

    // What was deleted is taken out of the bundle again.
    let all = "/api/0/organizations/acme/files/source-maps/?name=1.0";
    assert_eq!(stage.script.delete(all).await.status, 204);
    assert_eq!(stage.assemble(path, &file, json!({})).await.json()["state"], "ok");
    assert_eq!(stage.script.get(FILES).await.json().as_array().unwrap().len(), 2);

    let lie = bundle(&json!({"release": "2.0"}));
    let answer = stage.assemble(path, &lie, json!({})).await.json();
    assert_eq!(answer["state"], "error");
    assert!(answer["detail"].as_str().unwrap().contains("`release`"), "{answer}");
    assert_eq!(
        stage.script.post_json("/api/0/organizations/acme/releases/9/assemble/", &request(b"", &[])).await.status,
        200
    );
}

#[tokio::test]
async fn a_worker_that_is_killed_leaves_nothing_half_done() {
    let stage = Stage::new().await;
    let file = bundle(&json!({}));
    let request = request(&file, &[&file]);
    stage.send_chunks(&[&file]).await;
    assert_eq!(stage.script.post_json(BUNDLES, &request).await.json()["state"], "created");

    // A worker claims the job and dies: its state stays until the lease has ended.
    let lease = chrono::TimeDelta::seconds(60);
    let claimed = picket::store::jobs::claim(&stage.test.app.db, stage.test.app.clock.now(), lease).await.unwrap();
    assert!(claimed.is_some());
    sqlx::query("UPDATE assemblies SET state = 'assembling'").execute(&stage.test.app.db).await.unwrap();
    stage.work().await;
    assert_eq!(stage.script.post_json(BUNDLES, &request).await.json()["state"], "assembling");
    assert_eq!(stage.number("SELECT count(*) FROM artifact_bundles").await, 0);
    stage.test.app.clock.advance(chrono::TimeDelta::seconds(61));
    stage.work().await;
    assert_eq!(stage.script.post_json(BUNDLES, &request).await.json()["state"], "ok");

    // Chunks that went missing meanwhile are asked for again.
    let other = bundle(&json!({"note": "other"}));
    let request = self::request(&other, &[&other]);
    stage.send_chunks(&[&other]).await;
    assert_eq!(stage.script.post_json(BUNDLES, &request).await.json()["state"], "created");
    sqlx::query("DELETE FROM chunks").execute(&stage.test.app.db).await.unwrap();
    stage.work().await;
    let asked = stage.script.post_json(BUNDLES, &request).await.json();
    assert_eq!(asked["missingChunks"], request["chunks"]);
}

#[tokio::test]
async fn what_failed_for_good_is_assembled_when_it_is_asked_for_again() {
    let stage = Stage::new().await;
    let file = bundle(&json!({}));
    let request = request(&file, &[&file]);
    stage.send_chunks(&[&file]).await;
    assert_eq!(stage.script.post_json(BUNDLES, &request).await.json()["state"], "created");
    let sql = "UPDATE jobs SET state = 'failed'";
    sqlx::query(sql).execute(&stage.test.app.db).await.unwrap();
    stage.test.app.clock.advance(chrono::TimeDelta::minutes(11));
    for _ in 0..2 {
        assert_eq!(stage.script.post_json(BUNDLES, &request).await.json()["state"], "created");
    }
    assert_eq!(stage.number("SELECT count(*) FROM jobs WHERE state = 'waiting'").await, 1);
    stage.work().await;
    assert_eq!(stage.script.post_json(BUNDLES, &request).await.json()["state"], "ok");
}

#[tokio::test]
async fn what_an_upload_is_for_may_go_while_it_is_assembled() {
    let stage = Stage::new().await;
    let file = bundle(&json!({}));
    let sha1 = Checksum::of(&file).to_string();
    stage.send_chunks(&[&file]).await;
    let whole = json!({"checksum": sha1, "chunks": [sha1]});
    let path = "/api/0/organizations/acme/releases/1.0/assemble/";
    assert_eq!(stage.script.post_json(path, &whole).await.json()["state"], "created");
    assert_eq!(stage.script.delete("/api/0/organizations/acme/releases/1.0/").await.status, 204);
    assert_eq!(stage.script.post_json(BUNDLES, &request(&file, &[&file])).await.json()["state"], "created");
    let difs = "/api/0/projects/acme/shop/files/difs/assemble/";
    let dif = json!({&sha1: {"name": "a", "chunks": [sha1]}});
    assert_eq!(stage.script.post_json(difs, &dif).await.json()[&sha1]["state"], "created");
    sqlx::query("DELETE FROM projects").execute(&stage.test.app.db).await.unwrap();
    stage.work().await;
    let failed = "SELECT count(*) FROM assemblies WHERE state = 'error' AND detail LIKE '%was deleted meanwhile'";
    assert_eq!(stage.number(failed).await, 3);
    assert_eq!(stage.number("SELECT count(*) FROM jobs WHERE kind = 'assemble_chunks' AND state <> 'done'").await, 0);
    assert_eq!(stage.number("SELECT count(*) FROM artifact_bundles").await, 0);
}

#[tokio::test]
async fn an_earlier_release_bundle_takes_its_place_again() {
    let stage = Stage::new().await;
    let path = "/api/0/organizations/acme/releases/1.0/assemble/";
    let manifest = json!({"files": {"a": {"type": "minified_source", "url": "~/a.js"}}}).to_string();
    let packed = |content: &[u8]| Zip::bundle().add("a", content).add("manifest.json", manifest.as_bytes()).finish();
    for content in [&b"1"[..], b"22", b"1"] {
        assert_eq!(stage.assemble(path, &packed(content), json!({})).await.json()["state"], "ok");
        assert_eq!(stage.script.get(FILES).await.json()[0]["size"], content.len());
        stage.test.app.clock.advance(chrono::TimeDelta::minutes(2));
    }
}

#[tokio::test]
async fn requests_to_assemble_are_checked() {
    let stage = Stage::new().await;
    let other = stage.test.project_named("other", "site").await;
    release(&stage.test, &other, "1.0").await;
    let good = request(b"x", &[b"x"]);
    for (key, value, field) in [
        ("checksum", json!("abc"), "checksum"),
        ("chunks", json!("abc"), "chunks"),
        ("chunks", json!(["abc"]), "chunks"),
        ("chunks", json!(null), "chunks"),
        ("projects", json!(["site"]), "projects"),
        ("projects", json!([other.project.id.0]), "projects"),
        ("projects", json!([]), "projects"),
        ("version", json!("x".repeat(10_000)), "version"),
        ("dist", json!("x".repeat(100)), "dist"),
    ] {
        let mut request = good.clone();
        request[key] = value;
        let answer = stage.script.post_json(BUNDLES, &request).await;
        assert_eq!(answer.status, 400, "{key}");
        assert!(answer.json()[field].is_array(), "{field}: {}", answer.body);
    }
    let mut without_version = good.clone();
    without_version["version"] = json!(null);
    without_version["dist"] = json!("7");
    assert!(stage.script.post_json(BUNDLES, &without_version).await.json()["dist"].is_array());

    let stranger = stage.test.script(&other.owner, &Scope::ALL).await;
    assert_eq!(stranger.post_json(BUNDLES, &good).await.status, 404);
    let reader = stage.test.script(&stage.project.owner, &[Scope::ProjectRead]).await;
    assert_eq!(reader.post_json(BUNDLES, &good).await.status, 403);
    // A chunk of another organization is none of ours.
    let theirs = Form::new().part("file", chunk_part(b"x"));
    let path = "/api/0/organizations/other/chunk-upload/";
    assert_eq!(stranger.send(stranger.request("POST", path).multipart(theirs)).await.status, 200);
    assert_eq!(stage.script.post_json(BUNDLES, &good).await.json()["state"], "not_found");
}
