//! Row 13 and bundles: many files of a release, and one large file in pieces.

use std::collections::BTreeMap;
use std::io::Write;
use std::thread::sleep;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::api::Api;
use super::load::send_all;
use super::measure::{Peak, memory_mib};
use super::picket::{Picket, free_address};
use super::scripts::{self, Script};
use super::stores::Stores;
use super::{row, scaled};

const FILES: usize = 5_000;

/// Files of a release that tools send at the same time, and chunks, as the server asks them to.
const FILE_CONNECTIONS: usize = 4;
const CHUNK_CONNECTIONS: usize = 8;

/// Row 13: distinct files of one release, each in a request of its own.
pub fn files(stores: &Stores, api: &Api) {
    let count = scaled(FILES);
    api.post("/projects/acme/shop/releases/", &json!({"version": "files@1"}));
    let mut requests = Vec::new();
    for number in 0..count / 2 {
        let name = format!("chunk-{number}.js");
        let script = scripts::script(1_000 + number as u64, &name, 10_000 + number % 50 * 1_000);
        let address = scripts::address(&name);
        requests.push(api.release_file("files@1", &address, script.code.as_bytes()));
        requests.push(api.release_file("files@1", &format!("{address}.map"), &script.map));
    }
    let bytes = requests.iter().map(Vec::len).sum::<usize>() / requests.len();
    let web = Picket::run(stores, "web", free_address());
    sleep(Duration::from_secs(2));
    let before = memory_mib(web.pid());
    let peak = Peak::watch(web.pid());
    let first = send_all(web.address, &requests[..count / 5], FILE_CONNECTIONS);
    let (early, peak) = (peak.end(), Peak::watch(web.pid()));
    let rest = send_all(web.address, &requests[count / 5..], FILE_CONNECTIONS);
    let late = peak.end();
    assert_eq!(first.refused + rest.refused, 0, "uploads are taken");
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let rate = count as f64 / (first.took + rest.took).as_secs_f64();
    row(&format!("13 upload of {count} release files"), ">= 500/s", &format!("{rate:.0}/s"));
    row("13 memory of web: idle, first fifth, rest (PSS)", "flat", &format!("{before:.0}, {early:.0}, {late:.0} MiB"));
    println!("  files of {bytes} bytes, {FILE_CONNECTIONS} connections; p99 {:?}", rest.percentile(99));
}

/// Bundles of two sizes: memory must not grow with them.
pub fn bundles(stores: &Stores, api: &Api, web: &Picket) {
    let scripts: Vec<Script> = (0..4).map(|number| scripts::script(50 + number, "app.js", scaled(3_000_000))).collect();
    let files = deflated(&scripts);
    let small = bundle(stores, api, web, &files, scaled(10 << 20));
    let large = bundle(stores, api, web, &files, scaled(100 << 20));
    let measured = format!("{:.1} + {:.1} s", large.uploading.as_secs_f64(), large.assembling.as_secs_f64());
    row("- bundle of 100 MB: chunks uploaded + assembled", "", &measured);
    let memory = |peak: fn(&Costs) -> f64| format!("{:.0} → {:.0} MiB", peak(&small), peak(&large));
    row("- memory of the worker, bundles of 10 and 100 MB (PSS)", "flat", &memory(|costs| costs.worker));
    row("- memory of web, bundles of 10 and 100 MB (PSS)", "flat", &memory(|costs| costs.web));
    println!("  {} files that unpack to {} MB", large.files, large.unpacked >> 20);
}

struct Costs {
    uploading: Duration,
    assembling: Duration,
    web: f64,
    worker: f64,
    files: usize,
    unpacked: usize,
}

fn bundle(stores: &Stores, api: &Api, web: &Picket, files: &[Deflated], size: usize) -> Costs {
    let (archive, count) = archive(files, size);
    let options = api.get("/organizations/acme/chunk-upload/");
    let chunk_size = usize::try_from(options["chunkSize"].as_u64().expect("a size")).expect("a size");
    let chunks: Vec<(String, &[u8])> = archive.chunks(chunk_size).map(|chunk| (sha1(chunk), chunk)).collect();
    let requests: Vec<Vec<u8>> = chunks.iter().map(|chunk| api.chunks(std::slice::from_ref(chunk))).collect();

    let watched = Peak::watch(web.pid());
    let sent = send_all(web.address, &requests, CHUNK_CONNECTIONS);
    let web = watched.end();
    assert_eq!(sent.refused, 0, "chunks are taken");

    let worker = Picket::run(stores, "worker", free_address());
    sleep(Duration::from_secs(2));
    let watched = Peak::watch(worker.pid());
    let names: Vec<&str> = chunks.iter().map(|(sha1, _)| sha1.as_str()).collect();
    let body = json!({
        "checksum": sha1(&archive), "chunks": names, "projects": ["shop"], "version": format!("bundle-{size}")
    });
    let begun = Instant::now();
    let assembled = loop {
        let answer = api.post("/organizations/acme/artifactbundle/assemble/", &body);
        match answer["state"].as_str() {
            Some("created" | "assembling") => sleep(Duration::from_millis(20)),
            _ => break answer,
        }
    };
    assert_eq!(assembled["state"], "ok", "{assembled}");
    let (assembling, worker) = (begun.elapsed(), watched.end());
    let unpacked = (0..count).map(|number| files[number % files.len()].size as usize).sum();
    Costs { uploading: sent.took, assembling, web, worker, files: count, unpacked }
}

/// A file as it lies in an archive.
struct Deflated {
    kind: &'static str,
    size: u32,
    crc: u32,
    bytes: Vec<u8>,
}

fn deflated(scripts: &[Script]) -> Vec<Deflated> {
    let deflate = |(kind, content): (&'static str, &[u8])| {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
        encoder.write_all(content).expect("memory does not fail");
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let size = u32::try_from(content.len()).expect("a file is small");
        Deflated { kind, size, crc: crc.sum(), bytes: encoder.finish().expect("memory does not fail") }
    };
    let contents = scripts
        .iter()
        .flat_map(|script| [("minified_source", script.code.as_bytes()), ("source_map", script.map.as_slice())]);
    contents.map(deflate).collect()
}

/// A bundle of about `size` bytes, with these files again and again under other names; and how many.
fn archive(files: &[Deflated], size: usize) -> (Vec<u8>, usize) {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    let mut manifest: BTreeMap<String, Value> = BTreeMap::new();
    let mut count = 0;
    while archive.len() < size {
        let file = &files[count % files.len()];
        let name = format!("app-{}.js{}", count / 2, if count % 2 == 0 { "" } else { ".map" });
        let headers = if count % 2 == 0 { json!({"sourcemap": format!("{name}.map")}) } else { json!({}) };
        let path = format!("files/_/_/{name}");
        add(&mut archive, &mut directory, &path, file);
        manifest.insert(path, json!({"type": file.kind, "url": format!("~/{name}"), "headers": headers}));
        count += 1;
    }
    let manifest = json!({"org": "acme", "project": "shop", "files": manifest}).to_string();
    let mut crc = flate2::Crc::new();
    crc.update(manifest.as_bytes());
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(manifest.as_bytes()).expect("memory does not fail");
    let bytes = encoder.finish().expect("memory does not fail");
    let manifest =
        Deflated { kind: "", size: u32::try_from(manifest.len()).expect("a file is small"), crc: crc.sum(), bytes };
    add(&mut archive, &mut directory, "manifest.json", &manifest);
    let entries = u16::try_from(count + 1).expect("few files");
    let (start, length) = (archive.len(), directory.len());
    archive.append(&mut directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([entries, entries].map(u16::to_le_bytes).as_flattened());
    archive.extend(
        [length, start].map(|number| u32::try_from(number).expect("a small file").to_le_bytes()).as_flattened(),
    );
    archive.extend(0_u16.to_le_bytes());
    (archive, count)
}

fn add(archive: &mut Vec<u8>, directory: &mut Vec<u8>, name: &str, file: &Deflated) {
    let offset = u32::try_from(archive.len()).expect("a small file");
    // Version, flags, deflated, time and date; then what both headers have.
    let mut common = [20_u16, 0x0800, 8, 0, 0x21].map(u16::to_le_bytes).as_flattened().to_vec();
    let packed = u32::try_from(file.bytes.len()).expect("a small file");
    common.extend([file.crc, packed, file.size].map(u32::to_le_bytes).as_flattened());
    common.extend([u16::try_from(name.len()).expect("a short name"), 0].map(u16::to_le_bytes).as_flattened());
    archive.extend(b"PK\x03\x04");
    archive.extend(&common);
    archive.extend(name.as_bytes());
    archive.extend(&file.bytes);
    directory.extend(b"PK\x01\x02\x14\0");
    directory.extend(&common);
    directory.extend([0_u16; 5].map(u16::to_le_bytes).as_flattened());
    directory.extend(offset.to_le_bytes());
    directory.extend(name.as_bytes());
}

fn sha1(bytes: &[u8]) -> String {
    picket::types::hex::encode(&Sha1::digest(bytes))
}
