//! Archives that mean harm: clear errors, nothing stored.

use serde_json::json;

use super::zip::{Zip, bundle};
use super::{BUNDLES, Stage};

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
    let chunk = picket::types::artifact::Checksum::of(&file).to_string();
    let request = json!({"checksum": "0".repeat(40), "chunks": [chunk], "projects": ["shop"]});
    assert_eq!(stage.script.post_json(BUNDLES, &request).await.json()["state"], "created");
    stage.work().await;
    let answer = stage.script.post_json(BUNDLES, &request).await.json();
    assert_eq!(answer, json!({"state": "error", "missingChunks": [], "detail": "Reported checksum mismatch"}));
}
