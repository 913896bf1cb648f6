//! Files of one line of 200 MB: they are taken and given out, and no process ever has one in memory.

use std::fs;

use bytes::Bytes;
use futures_util::stream;
use reqwest::Body;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::picket::Picket;
use super::uploads::{FILES, Uploads, make_release};
use crate::support::{Client, eventually};

const MEBIBYTE: usize = 1 << 20;

/// What a process may take beside what it took when it was idle.
const MAX_GROWTH: usize = 64 * MEBIBYTE;

/// Uploads a file of so many times a piece between a beginning and an end.
async fn upload(client: &Client, name: &str, (begin, piece, end): (&'static str, &str, &'static str)) {
    let middle = Bytes::from(piece.repeat(MEBIBYTE / piece.len()));
    let pieces = [begin.into()].into_iter().chain(std::iter::repeat_n(middle.clone(), 200)).chain([end.into()]);
    let length = begin.len() + 200 * middle.len() + end.len();
    let body = Body::wrap_stream(stream::iter(pieces.map(Ok::<Bytes, std::io::Error>)));
    let part = Part::stream_with_length(body, length as u64).file_name("a.js");
    let form = Form::new().part("file", part).text("name", name.to_owned());
    let answer = client.send(client.request("POST", FILES).multipart(form)).await;
    assert_eq!((answer.status, &answer.json()["size"]), (201, &json!(length)), "{}", answer.body);
}

fn memory(process: &Picket, line: &str) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", process.pid())).expect("the process runs");
    let kibibytes = status.lines().find_map(|text| text.strip_prefix(line)?.trim().strip_suffix(" kB"));
    kibibytes.expect("a number").trim().parse::<usize>().expect("a number") * 1024
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_line_of_200_megabytes_is_never_in_memory() {
    let uploads = tokio::task::spawn_blocking(Uploads::start).await.expect("the scene is set");
    let (web, worker) = (uploads.scene.run("web"), uploads.scene.run("worker"));
    let client = uploads.client();
    make_release(&client).await;
    let idle = [memory(&web, "VmRSS:"), memory(&worker, "VmRSS:")];

    upload(&client, "~/app.js", ("", "a();", "\n//# sourceMappingURL=app.js.map")).await;
    let map = ("{\"version\":3,\"sources\":[\"a.ts\"],\"names\":[],\"mappings\":\"AAAA", ",AAAA;;A", "\"}");
    upload(&client, "~/app.js.map", map).await;
    upload(&client, "~/b.js.map", map).await;
    let small = Form::new().part("file", Part::bytes(&b"b()\n//# sourceMappingURL=b.js.map"[..]).file_name("b.js"));
    let answer = client.send(client.request("POST", FILES).multipart(small.text("name", "~/b.js"))).await;
    assert_eq!(answer.status, 201, "{}", answer.body);

    let frame = |name: &str| json!({"abs_path": format!("https://x.example/{name}"), "lineno": 1, "colno": 1});
    let event = json!({
        "platform": "javascript", "release": "1.0",
        "exception": {"values": [{"type": "E", "value": "1", "stacktrace": {"frames": [frame("app.js"), frame("b.js")]}}]},
    });
    let path = format!("/api/{}/store/?sentry_key={}", uploads.scene.project.0, uploads.scene.project.1);
    let id = client.post_json(&path, &event).await.json()["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/0/projects/acme/shop/events/{id}/");
    let shown = eventually("the event is shown", async || {
        let answer = client.get(&path).await;
        (answer.status == 200).then(|| answer.json())
    })
    .await;
    let reasons: Vec<&Value> =
        shown["errors"].as_array().expect("a list").iter().map(|error| &error["data"]["reason"]).collect();
    assert_eq!(reasons, ["the file is larger than 67108864 bytes", "the file is larger than 134217728 bytes"]);
    for (process, idle) in [(&web, idle[0]), (&worker, idle[1])] {
        let growth = memory(process, "VmHWM:").saturating_sub(idle);
        assert!(growth < MAX_GROWTH, "{growth} bytes more than the {idle} of an idle process");
    }
}
