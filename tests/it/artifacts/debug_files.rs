use picket::types::artifact::Checksum;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use super::Stage;
use super::zip::Zip;

const FILES: &str = "/api/0/projects/acme/shop/files/dsyms/";
const ASSEMBLE: &str = "/api/0/projects/acme/shop/files/difs/assemble/";

#[tokio::test]
async fn debug_files_are_assembled_listed_downloaded_and_deleted() {
    let stage = Stage::new().await;
    let id = "c3e25f0b-7d0c-4a15-9ba8-0e4f6f1c2b3a";
    let mapping = b"com.example.A -> a:";
    let sha1 = Checksum::of(mapping).to_string();
    let request = json!({&sha1: {"name": format!("/proguard/{id}.txt"), "chunks": [&sha1]}});
    let missing = stage.script.post_json(ASSEMBLE, &request).await.json();
    assert_eq!(missing, json!({&sha1: {"state": "not_found", "missingChunks": [&sha1]}}));
    stage.send_chunks(&[mapping]).await;
    assert_eq!(stage.script.post_json(ASSEMBLE, &request).await.json()[&sha1]["state"], "created");
    stage.work().await;
    let done = stage.script.post_json(ASSEMBLE, &request).await.json();
    let file = &done[&sha1]["dif"];
    assert_eq!((&file["uuid"], &file["symbolType"]), (&json!(id), &json!("proguard")));

    let unknown = format!("{FILES}unknown/?checksums={sha1}&checksums={}", "0".repeat(40));
    assert_eq!(stage.script.get(&unknown).await.json(), json!({"missing": ["0".repeat(40)]}));
    let list = stage.script.get(&format!("{FILES}?debug_id={id}")).await.json();
    assert_eq!(list, json!([file]));
    assert_eq!(stage.script.get(&format!("{FILES}?query=nothing")).await.json(), json!([]));
    let one = format!("{FILES}?id={}", file["id"].as_str().unwrap());
    assert_eq!(stage.script.get(&one).await.body.as_bytes(), mapping);
    assert_eq!(stage.script.delete(&one).await.status, 204);
    assert_eq!(stage.script.delete(&one).await.status, 404);
    let wrong = stage.script.post_json(ASSEMBLE, &json!({"x": {}, &sha1: request[&sha1]})).await;
    assert_eq!((wrong.status, wrong.json()["detail"].is_string()), (400, true));
    let jobs = "SELECT count(*) FROM jobs WHERE state = 'waiting'";
    assert_eq!(stage.number(jobs).await, 0, "nothing of it has begun");
}

#[tokio::test]
async fn archives_of_debug_files_are_taken_apart() {
    let stage = Stage::new().await;
    let archive =
        Zip::default().add("DWARF/", b"").add("DWARF/app", b"\xcf\xfa\xed\xfe-").add("b", b"\x7fELF-").finish();
    let part = |bytes: Vec<u8>| Form::new().part("file", Part::bytes(bytes).file_name("a.zip"));
    let answer = stage.upload(FILES, part(archive)).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let mut kinds: Vec<String> = answer
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|file| format!("{}: {}", file["objectName"], file["symbolType"]))
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, [r#""app": "macho""#, r#""b": "elf""#]);
    let plain = stage.upload(FILES, part(b"MODULE mac x86_64 0 x".to_vec())).await;
    assert_eq!((plain.status, &plain.json()[0]["symbolType"]), (201, &json!("breakpad")));
    let broken = stage.upload(FILES, part(b"PK\x03\x04 and nothing".to_vec())).await;
    assert_eq!(broken.status, 400);
    assert_eq!(stage.upload(FILES, Form::new().text("a", "b")).await.status, 400);
    let associate = stage.script.post_json(&format!("{FILES}associate/"), &json!({"checksums": []})).await;
    assert_eq!(associate.json(), json!({"associatedDsymFiles": []}));
    assert_eq!(stage.script.post_json("/api/0/projects/acme/shop/reprocessing/", &json!({})).await.status, 200);
}
