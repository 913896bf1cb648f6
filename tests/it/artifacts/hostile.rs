//! Archives that mean harm: clear errors, nothing stored.

use picket::services::artifacts;
use picket::store::artifact_lookup::find_by_names;
use picket::types::artifact::Checksum;
use picket::types::scope::Scope;
use reqwest::multipart::Form;
use serde_json::json;

use super::zip::{Zip, bundle};
use super::{BUNDLES, FILES, Stage, chunk_part, file_form};

fn with_manifest(zip: Zip, path: &str) -> Vec<u8> {
    let manifest = json!({"files": {path: {"type": "source", "url": "~/a.js"}}});
    zip.add("manifest.json", manifest.to_string().as_bytes()).finish()
}

#[tokio::test]
async fn hostile_archives_are_refused_with_reasons() {
    let stage = Stage::new().await;
    let good = bundle(&json!({}));
    let zeros = vec![0; 180 << 20];
    let large = u32::try_from(201 << 20).unwrap();
    let mut many = Zip::bundle();
    for _ in 0..3 {
        many = many.add("x", b"");
    }
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", vec![], "no zip archive"),
        ("no archive", b"hello".to_vec(), "no zip archive"),
        ("cut", good[..good.len() - 30].to_vec(), "no zip archive"),
        ("no manifest", Zip::bundle().add("a.js", b"x").finish(), "no manifest.json"),
        ("manifest is no JSON", Zip::bundle().add("manifest.json", b"{").finish(), "manifest.json cannot be read"),
        ("manifest is a list", Zip::bundle().add("manifest.json", b"[]").finish(), "manifest.json cannot be read"),
        ("manifest names what is not there", with_manifest(Zip::bundle(), "b.js"), "which is not in the archive"),
        ("path out", with_manifest(Zip::bundle().add("../../etc/passwd", b"x"), "x"), "leads out of the archive"),
        ("absolute path", with_manifest(Zip::bundle().add("/etc/passwd", b"x"), "x"), "leads out of the archive"),
        ("twice", many.finish(), "or is there twice"),
        ("wrong sum", with_manifest(Zip::bundle().entry("a.js", 0, 7, b"x", 1), "a.js"), "is damaged"),
        (
            "larger than it says",
            with_manifest(Zip::bundle().entry("a.js", 8, 0, &[0x4b, 4, 0], 0), "a.js"),
            "is damaged",
        ),
        ("not deflate", with_manifest(Zip::bundle().entry("a.js", 8, 0, b"\xff\xff\xff", 3), "a.js"), "is damaged"),
        (
            "other compression",
            with_manifest(Zip::bundle().entry("a.js", 12, 0, b"x", 1), "a.js"),
            "compression other than",
        ),
        (
            "large entry",
            with_manifest(Zip::bundle().entry("a.js", 8, 0, b"x", large), "a.js"),
            "more than the 209715200 bytes",
        ),
        ("bomb", with_manifest(Zip::bundle().add("a.js", &zeros).add("b.js", &zeros), "a.js"), "50 times larger"),
        ("too many", Zip::bundle().add("a", b"").finish_as(3), "directory is damaged"),
    ];
    for (what, file, reason) in cases {
        let answer = stage.assemble(BUNDLES, &file, json!({"projects": ["shop"]})).await;
        assert_eq!(answer.status, 200, "{what}: {}", answer.body);
        let answer = answer.json();
        assert_eq!(answer["state"], "error", "{what}");
        assert!(answer["detail"].as_str().unwrap().contains(reason), "{what}: {answer}");
    }
    assert_eq!(stage.number("SELECT count(*) FROM artifact_bundles").await, 0);
    assert_eq!(stage.number("SELECT count(*) FROM artifact_bundle_files").await, 0);
}

#[tokio::test]
async fn a_hundred_thousand_entries_are_the_limit() {
    let stage = Stage::new().await;
    // More than 65,535 need the larger record at the end.
    let mut file = Zip::bundle().add("a", b"").finish();
    let end = file.split_off(file.len() - 22);
    let directory = 46 + 1_u64;
    let mut large = b"PK\x06\x06".to_vec();
    large.extend(44_u64.to_le_bytes());
    large.extend([45, 0, 45, 0]);
    large.extend([0; 8]);
    large.extend(100_001_u64.to_le_bytes());
    large.extend(100_001_u64.to_le_bytes());
    large.extend(directory.to_le_bytes());
    large.extend((file.len() as u64 - directory).to_le_bytes());
    let at = file.len() as u64;
    file.extend(large);
    file.extend(b"PK\x06\x07\0\0\0\0");
    file.extend(at.to_le_bytes());
    file.extend(1_u32.to_le_bytes());
    file.extend(&end[..8]);
    file.extend([0xff; 12]);
    file.extend([0, 0]);
    let answer = stage.assemble(BUNDLES, &file, json!({"projects": ["shop"]})).await.json();
    assert_eq!(answer["detail"], "failed to open bundle: the archive has 100001 entries; 100000 are allowed");
}

#[tokio::test]
async fn a_checksum_that_lies_is_told() {
    let stage = Stage::new().await;
    let file = bundle(&json!({}));
    stage.send_chunks(&[&file]).await;
    let chunk = Checksum::of(&file).to_string();
    let request = json!({"checksum": "0".repeat(40), "chunks": [chunk], "projects": ["shop"]});
    assert_eq!(stage.script.post_json(BUNDLES, &request).await.json()["state"], "created");
    stage.work().await;
    let answer = stage.script.post_json(BUNDLES, &request).await.json();
    assert_eq!(answer, json!({"state": "error", "missingChunks": [], "detail": "Reported checksum mismatch"}));
}

#[tokio::test]
async fn manifests_that_lie_are_refused_with_reasons() {
    let stage = Stage::new().await;
    let long = "x".repeat(10_000);
    let with = |manifest: String| Zip::bundle().add("a.js", b"a()").add("manifest.json", manifest.as_bytes()).finish();
    let file = |facts: &str| with(format!(r#"{{"files": {{"a.js": {facts}}}}}"#));
    let twice = r#"{"files": {"a.js": {"url": "~/a.js"}, "a.js": {"url": "~/b.js"}}}"#;
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("a file twice", with(twice.to_owned()), "names `a.js` twice"),
        ("a long URL", file(&format!(r#"{{"url": "{long}"}}"#)), "the URL of `a.js` has more than 2000"),
        ("NUL in a URL", file(r#"{"url": "~/a\u0000.js"}"#), "or NUL"),
        ("a long header", file(&format!(r#"{{"headers": {{"Sourcemap": "{long}"}}}}"#)), "of more than 2000"),
        ("NUL in a header", file(r#"{"headers": {"Sourcemap": "a\u0000"}}"#), "or with NUL"),
        ("a header that is no text", file(r#"{"headers": {"Sourcemap": 7}}"#), "manifest.json cannot be read"),
        ("a long path", with(format!(r#"{{"files": {{"{long}": {{}}}}}}"#)), "which is not in the archive"),
        ("files that are a list", with(r#"{"files": ["a.js"]}"#.to_owned()), "manifest.json cannot be read"),
        (
            "many headers",
            file(&format!(r#"{{"headers": {{{}}}}}"#, vec![r#""a": "b""#; 1000].join(","))),
            "an object of up to 50 members",
        ),
        (
            "many files",
            with(format!(r#"{{"files": {{{}}}}}"#, vec![r#""a.js": {}"#; 200_000].join(","))),
            "an object of up to 100000 members",
        ),
        ("deep", with("[".repeat(100_000)), "manifest.json cannot be read"),
    ];
    for (what, bundle, reason) in cases {
        let answer = stage.assemble(BUNDLES, &bundle, json!({"projects": ["shop"]})).await.json();
        assert_eq!(answer["state"], "error", "{what}: {answer}");
        let detail = answer["detail"].as_str().unwrap();
        assert!(detail.contains(reason) && detail.len() < 500, "{what}: {detail}");
    }
    let releases = "/api/0/organizations/acme/releases/1.0/assemble/";
    for dist in [long.as_str(), "7\u{0}"] {
        let bundle = bundle(&json!({"dist": dist}));
        let answer = stage.assemble(releases, &bundle, json!({})).await.json();
        assert!(answer["detail"].as_str().unwrap().contains("`dist` of manifest.json"), "{answer}");
    }
    assert_eq!(stage.number("SELECT count(*) FROM artifact_bundles").await, 0);
    assert_eq!(stage.number("SELECT count(*) FROM release_files").await, 0);

    // What is merely odd is taken for nothing.
    let odd = file(r#"{"type": "surprise", "url": "", "headers": {"debug-id": "no id", "Sourcemap": ""}}"#);
    assert_eq!(stage.assemble(BUNDLES, &odd, json!({"projects": ["shop"]})).await.json()["state"], "ok");
}

#[tokio::test]
async fn whatever_files_say_of_themselves_can_be_stored() {
    let stage = Stage::new().await;
    let script = b"a()\n//# sourceMappingURL=a\0b.map\n//# debugId=\0\n";
    assert_eq!(stage.upload(FILES, file_form("~/nul.js", script)).await.status, 201);
    let manifest = json!({"files": {"a.js": {"type": "minified_source", "url": "~/a.js"}}}).to_string();
    let file = Zip::bundle().add("a.js", script).add("manifest.json", manifest.as_bytes()).finish();
    assert_eq!(stage.assemble(BUNDLES, &file, json!({"projects": ["shop"]})).await.json()["state"], "ok");
    // Names of many bytes that nothing compresses fit every index.
    let name: String = (0..2000_u32).filter_map(|n| char::from_u32(0x4e00 + n * 7919 % 20_000)).collect();
    assert_eq!(stage.upload(FILES, file_form(&name, b"x")).await.status, 201);
    assert_eq!(stage.upload(FILES, file_form(&format!("~/{}", &name[..1998 * 3]), b"x")).await.status, 201);
}

#[tokio::test]
async fn versions_that_are_none_and_lists_without_end_are_refused() {
    let stage = Stage::new().await;
    let request = |extra: serde_json::Value| {
        let sha1 = "0".repeat(40);
        let mut request = json!({"checksum": sha1, "chunks": [sha1], "projects": ["shop"]});
        for (key, value) in extra.as_object().unwrap() {
            request[key] = value.clone();
        }
        request
    };
    for (extra, field) in [
        (json!({"version": ".."}), "version"),
        (json!({"version": "a\nb"}), "version"),
        (json!({"version": "latest"}), "version"),
        (json!({"version": "a\u{0}"}), "version"),
        (json!({"projects": vec!["shop"; 5_000]}), "projects"),
        (json!({"projects": ["x".repeat(10_000)]}), "projects"),
        (json!({"chunks": vec!["0".repeat(40); 70_000]}), "chunks"),
    ] {
        let answer = stage.script.post_json(BUNDLES, &request(extra)).await;
        assert_eq!(answer.status, 400, "{field}: {:.200}", answer.body);
        assert!(answer.json()[field].is_array() && answer.body.len() < 500, "{field}: {:.200}", answer.body);
    }
    for version in ["%00", "a%0Ab", "latest", &"x".repeat(10_000)] {
        let files = format!("/api/0/organizations/acme/releases/{version}/files/");
        assert_eq!(stage.script.get(&files).await.status, 404, "{version:.20}");
        let assemble = format!("/api/0/organizations/acme/releases/{version}/assemble/");
        assert_eq!(stage.script.post_json(&assemble, &request(json!({}))).await.status, 404, "{version:.20}");
        let all = format!("/api/0/organizations/acme/files/source-maps/?name={version}");
        assert_eq!(stage.script.delete(&all).await.status, 404, "{version:.20}");
    }
    assert_eq!(stage.number("SELECT count(*) FROM releases").await, 1);
}

/// Every address that takes uploads, with a body it would take.
#[tokio::test]
async fn only_those_who_may_upload_do() {
    let stage = Stage::new().await;
    let reads = [Scope::OrgRead, Scope::ProjectRead, Scope::EventRead, Scope::EventWrite];
    let reader = stage.test.script(&stage.project.owner, &reads).await;
    let other = stage.test.project_named("other", "site").await;
    let stranger = stage.test.script(&other.owner, &Scope::ALL).await;
    let sha1 = Checksum::of(b"x").to_string();
    let bundle = json!({"checksum": sha1, "chunks": [sha1], "projects": ["shop"]});
    let debug_file = json!({&sha1: {"name": "a", "chunks": [sha1]}});
    let (organization, project) = ("/api/0/organizations/acme", "/api/0/projects/acme/shop");
    let forms = [
        format!("{organization}/chunk-upload/"),
        format!("{organization}/releases/1.0/files/"),
        format!("{project}/releases/1.0/files/"),
        format!("{project}/files/dsyms/"),
    ];
    let bodies = [
        (format!("{organization}/artifactbundle/assemble/"), bundle.clone()),
        (format!("{organization}/releases/1.0/assemble/"), bundle.clone()),
        (format!("{organization}/releases/9.0/assemble/"), bundle),
        (format!("{project}/files/difs/assemble/"), debug_file),
        (format!("{project}/files/dsyms/associate/"), json!({"checksums": []})),
        (format!("{project}/reprocessing/"), json!({})),
    ];
    for (script, status) in [(&reader, 403), (&stranger, 404), (&stage.test.token("none"), 401)] {
        for path in &forms {
            let form = Form::new().part("file", chunk_part(b"x")).text("name", "~/x.js");
            let answer = script.send(script.request("POST", path).multipart(form)).await;
            assert_eq!((answer.status, answer.json()["detail"].is_string()), (status, true), "{path}");
        }
        for (path, body) in &bodies {
            let answer = script.post_json(path, body).await;
            assert_eq!((answer.status, answer.json()["detail"].is_string()), (status, true), "{path}");
        }
        for path in ["files/source-maps/?name=1.0", "releases/1.0/files/1/"] {
            for root in [organization, project] {
                let answer = script.delete(&format!("{root}/{path}")).await;
                assert_eq!(answer.status, status, "{root} {path}");
            }
        }
    }
    for table in ["SELECT count(*) FROM blobs", "SELECT count(*) FROM chunks", "SELECT count(*) FROM assemblies"] {
        assert_eq!(stage.number(table).await, 0, "{table}");
    }
    assert_eq!(stage.number("SELECT count(*) FROM releases").await, 1);
}

#[tokio::test]
async fn the_same_at_the_same_time_is_done_once() {
    let stage = Stage::new().await;
    let file = bundle(&json!({}));
    let chunks = [file.as_slice()];
    let sent = futures_util::future::join_all((0..6).map(|_| stage.send_chunks(&chunks))).await;
    assert!(sent.iter().all(|answer| answer.status == 200));
    let sha1 = Checksum::of(&file).to_string();
    let request = json!({"checksum": sha1, "chunks": [sha1], "projects": ["shop"], "version": "2.0"});
    let asked = futures_util::future::join_all((0..6).map(|_| stage.script.post_json(BUNDLES, &request))).await;
    assert!(asked.iter().all(|answer| answer.json()["state"] == "created"), "{}", asked[0].body);
    assert_eq!(stage.number("SELECT count(*) FROM jobs").await, 1);
    stage.work().await;
    let asked = futures_util::future::join_all((0..6).map(|_| stage.script.post_json(BUNDLES, &request))).await;
    assert!(asked.iter().all(|answer| answer.json()["state"] == "ok"), "{}", asked[0].body);
    assert_eq!(stage.number("SELECT count(*) FROM artifact_bundles").await, 1);
    assert_eq!(stage.number("SELECT count(*) FROM artifact_bundle_releases").await, 1);
    assert_eq!(stage.number("SELECT count(*) FROM releases WHERE version = '2.0'").await, 1);
}

/// What is deflated may end long before its place does: nobody reads the rest into memory.
#[tokio::test]
async fn no_more_is_read_of_a_file_than_its_limit() {
    let stage = Stage::new().await;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packer, &vec![b'a'; 100_000]).unwrap();
    let zipped = packer.finish().unwrap();
    let padded = [&[0x4b, 4, 0][..], &vec![0; 100_000]].concat();
    let mut crc = flate2::Crc::new();
    crc.update(b"a");
    let manifest = json!({"files": {"a.js": {"url": "~/a.js"}, "b.js": {"url": "~/b.js"}}}).to_string();
    let file = Zip::bundle().entry("a.js", 8, crc.sum(), &padded, 1).add("b.js", &zipped);
    let file = file.add("manifest.json", manifest.as_bytes()).finish();
    let answer = stage.assemble(BUNDLES, &file, json!({"projects": ["shop"], "version": "1.0"})).await;
    assert_eq!(answer.json()["state"], "ok", "{}", answer.body);
    for (name, size) in [("~/a.js", 1), ("~/b.js", 100_000)] {
        let project = stage.project.project.id;
        let found = find_by_names(&stage.test.app.db, project, stage.release_id, "", &[name.to_owned()]).await;
        let found = found.unwrap().expect("the file");
        let content = artifacts::read(&stage.test.app, &found, 200_000).await.unwrap();
        assert!(content.len() == size && content.iter().all(|byte| *byte == b'a'), "{name}");
        let refused = artifacts::read(&stage.test.app, &found, 99_999).await.unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::FileTooLarge, "{name}");
    }
}
