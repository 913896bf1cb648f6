//! Bodies and connections that mean harm: a documented answer for each, and the server goes on.

use std::fmt::Write as _;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Sdk;
use crate::support::TestApp;
use crate::support::gzip;

/// Raw bytes to the server; what it says until it closes, or until the first answer is whole.
async fn raw(app: &TestApp, parts: &[&[u8]]) -> String {
    let mut stream = TcpStream::connect(app.address).await.expect("the server listens");
    for part in parts {
        // The server may answer and close before it has read all.
        let _ = stream.write_all(part).await;
    }
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(std::time::Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn head(sdk: &Sdk, more: &str) -> String {
    format!(
        "POST {} HTTP/1.1\r\nhost: h\r\nconnection: close\r\nx-sentry-auth: {}\r\n{more}\r\n",
        sdk.path("store"),
        sdk.auth()
    )
}

#[tokio::test]
async fn hostile_bodies_have_documented_answers() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let mut tags = String::from("{\"tags\":{");
    for n in 0..100_000 {
        write!(tags, "{}\"t{n}\":\"v\"", if n == 0 { "" } else { "," }).unwrap();
    }
    tags.push_str("}}");
    assert!(tags.len() > 1 << 20);
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(1000), "]".repeat(1000));
    let very_deep = format!("{{\"a\":{}1{}}}", "[".repeat(400_000), "]".repeat(400_000));
    let zeros = gzip(&vec![0; 50 << 20]);
    let whole = gzip(br#"{"message":"truncated"}"#);
    let lying = "{}\n{\"type\":\"event\",\"length\":99999999999}\n{}";
    let cases: Vec<(&str, &str, Vec<u8>, u16)> = vec![
        ("store", "", deep.into_bytes(), 200),
        ("store", "", very_deep.into_bytes(), 200),
        ("store", "", tags.clone().into_bytes(), 413),
        ("store", "gzip", zeros.clone(), 413),
        ("envelope", "gzip", zeros, 413),
        ("store", "gzip", whole[..whole.len() - 5].to_vec(), 400),
        ("store", "br", b"\xff\xff\xff\xff".to_vec(), 400),
        ("store", "zstd", b"garbage".to_vec(), 400),
        ("store", "gzip, br", b"{}".to_vec(), 400),
        ("store", "", b"{\"m\":\"\xff\xfe\"}".to_vec(), 200),
        ("store", "", b"{\"m\":NaN,\"n\":-Infinity}".to_vec(), 200),
        ("store", "", br#"{"m":"\ud83d \u0000"}"#.to_vec(), 200),
        ("store", "", br#"{"a":1,"a":2,"n":123456789012345678901234567890}"#.to_vec(), 200),
        ("store", "", b"\0\x01\x02".to_vec(), 400),
        ("store", "", b"\x78\x9cgarbage".to_vec(), 400),
        ("envelope", "", lying.as_bytes().to_vec(), 400),
        ("envelope", "", "{}\n{\"type\":\"event\",\"length\":-1}\n{}".into(), 400),
        ("envelope", "", format!("{{}}\n{}", "{\"type\":\"x\"}\n\n".repeat(100_000)).into_bytes(), 400),
        ("envelope", "", vec![b'\n'; 1 << 20], 400),
        ("envelope", "", [b"{}\n".to_vec(), vec![b'\n'; 1 << 20]].concat(), 200),
        ("envelope", "", vec![b'{'; 1 << 20], 400),
    ];
    for (number, (endpoint, encoding, body, status)) in cases.into_iter().enumerate() {
        let request = sdk.request(endpoint).header("content-encoding", encoding).body(body);
        let answer = sdk.send(request).await;
        assert_eq!(answer.status, status, "case {number} {}", answer.body);
        assert_eq!(status == 200, answer.headers.get("x-sentry-error").is_none(), "case {number}");
    }
    let raised = TestApp::spawn_with(|config| config.ingest.max_event_bytes = 10 << 20).await;
    let sdk = raised.sdk().await;
    assert_eq!(sdk.store(tags).await.status, 200);
}

#[tokio::test]
async fn slow_and_broken_bodies_end() {
    let app = TestApp::spawn_with(|config| config.ingest.body_timeout = std::time::Duration::from_millis(300)).await;
    let sdk = app.sdk().await;
    let slow = raw(&app, &[head(&sdk, "content-length: 100\r\n").as_bytes(), b"{"]).await;
    assert!(slow.starts_with("HTTP/1.1 408 "), "{slow}");
    assert!(slow.contains("x-sentry-error: the request body did not arrive in time"), "{slow}");

    let chunked = raw(&app, &[head(&sdk, "transfer-encoding: chunked\r\n").as_bytes(), b"2\r\n{}\r\n0\r\n\r\n"]).await;
    assert!(chunked.starts_with("HTTP/1.1 200 "), "{chunked}");
    let broken = raw(&app, &[head(&sdk, "transfer-encoding: chunked\r\n").as_bytes(), b"zz\r\n{}"]).await;
    assert!(broken.starts_with("HTTP/1.1 400 "), "{broken}");
    let short = raw(&app, &[head(&sdk, "content-length: 1\r\n").as_bytes(), b"{}"]).await;
    assert!(short.starts_with("HTTP/1.1 400 "), "{short}");
    let negative = raw(&app, &[head(&sdk, "content-length: -1\r\n").as_bytes(), b"{}"]).await;
    assert!(negative.starts_with("HTTP/1.1 400 "), "{negative}");

    // A client that goes away in the middle is counted, and nothing of it is queued.
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    stream.write_all(head(&sdk, "content-length: 100\r\n").as_bytes()).await.unwrap();
    drop(stream);
    assert_eq!(app.queued().await.len(), 1);
    let reasons: Vec<String> = app.outcomes().await.into_iter().map(|row| row.2).collect();
    assert!(reasons.contains(&"slow_body".to_owned()) && reasons.contains(&"broken_body".to_owned()), "{reasons:?}");
}

#[tokio::test]
async fn huge_headers_are_refused() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let filler = format!("x-filler: {}\r\n", "x".repeat(1 << 20));
    let answer = raw(&app, &[head(&sdk, &filler).as_bytes()]).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    let long = format!("{}?sentry_key={}&x={}", sdk.path("store"), sdk.key.public_key, "x".repeat(16_000));
    assert_eq!(sdk.send(sdk.client.request("POST", &long).body("{}")).await.status, 200);
    let invalid = sdk.client.request("POST", &sdk.path("store")).header("x-sentry-auth", &b"Sentry \xff\xfe"[..]);
    assert_eq!(sdk.send(invalid.body("{}")).await.status, 401);
}

#[tokio::test]
async fn many_large_bodies_at_once_are_served_or_refused() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let body =
        gzip(format!("{{}}\n{{\"type\":\"attachment\",\"length\":{}}}\n{}", 5 << 20, random(5 << 20)).as_bytes());
    let sends =
        (0..12).map(|_| sdk.send(sdk.request("envelope").header("content-encoding", "gzip").body(body.clone())));
    for answer in futures_util::future::join_all(sends).await {
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

/// Text that does not compress well.
pub(super) fn random(length: usize) -> String {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b'0' + u8::try_from((state >> 33) % 64).expect("below 64"))
    };
    (0..length).map(|_| next()).collect()
}
