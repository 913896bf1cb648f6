use std::io::Write;

use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::Value;

use super::*;
use crate::types::json;

const LIMIT: usize = 1 << 20;

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn vectors() {
    let text = include_str!("../../../tests/fixtures/vectors/store_bodies.json");
    let file: Value = serde_json::from_str(text).unwrap();
    for case in file["cases"].as_array().unwrap() {
        let body = STANDARD.decode(case["body_base64"].as_str().unwrap()).unwrap();
        let encoding = Encoding::from_header(case["content_encoding"].as_str().unwrap_or_default()).unwrap();
        let read = || -> Option<Value> {
            let decoded = decode(&body, encoding, LIMIT).ok()?;
            let payload = store_payload(&decoded, LIMIT).ok()?;
            json::check(&payload).ok()?;
            serde_json::from_slice::<Value>(&payload).ok().filter(Value::is_object)
        };
        let expected = Some(&case["expect"]).filter(|expected| expected["status"].is_null());
        assert_eq!(read().as_ref(), expected, "{}", case["id"]);
    }
}

#[test]
fn every_encoding_is_undone() {
    let data = br#"{"message":"boom"}"#.repeat(500);
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(&data).unwrap();
    // One uncompressed block and the end.
    let brotli = [0x10, 0x00, 0x10, b'{', b'}', 0x03];
    for (encoding, body, expected) in [
        (Encoding::Identity, data.clone(), &data[..]),
        (Encoding::Gzip, gzip(&data), &data),
        (Encoding::Gzip, [gzip(&data[..100]), gzip(&data[100..])].concat(), &data),
        (Encoding::Gzip, [gzip(&data), b"trailing".to_vec()].concat(), &data),
        (Encoding::Deflate, zlib.finish().unwrap(), &data),
        (Encoding::Brotli, brotli.to_vec(), b"{}"),
        (Encoding::Zstd, zstd::encode_all(&data[..], 1).unwrap(), &data),
    ] {
        assert_eq!(decode(&body, encoding, LIMIT).as_deref(), Ok(expected), "{encoding:?}");
    }
}

#[test]
fn defects_are_refused() {
    let whole = gzip(&b"x".repeat(5000));
    for (encoding, body) in [
        (Encoding::Gzip, &whole[..whole.len() / 2]),
        (Encoding::Gzip, b""),
        (Encoding::Deflate, b"\x78\x9cgarbage"),
        (Encoding::Brotli, b"\xff\xff\xff"),
        (Encoding::Zstd, b"garbage"),
    ] {
        let result = decode(body, encoding, LIMIT);
        assert!(matches!(result, Err(BodyError::Undecodable(_))), "{encoding:?} {result:?}");
    }
    assert!(Encoding::from_header("gzip, br").is_err());
    assert_eq!(Encoding::from_header("aes128"), Ok(Encoding::Identity));
    assert_eq!(Encoding::from_header(" GZIP "), Ok(Encoding::Gzip));
}

#[test]
fn output_is_bounded() {
    let zeros = vec![0; 50 << 20];
    assert_eq!(decode(&gzip(&zeros), Encoding::Gzip, LIMIT), Err(BodyError::TooLarge(LIMIT)));
    assert_eq!(decode(&zeros, Encoding::Identity, LIMIT), Err(BodyError::TooLarge(LIMIT)));
    let bomb = zstd::encode_all(&zeros[..], 1).unwrap();
    assert!(zeros.len() / bomb.len() > MAX_RATIO);
    assert_eq!(decode(&bomb, Encoding::Zstd, 100 << 20), Err(BodyError::TooLarge(largest_output(bomb.len()))));
    let exact = gzip(&zeros[..LIMIT]);
    assert_eq!(decode(&exact, Encoding::Gzip, LIMIT).unwrap().len(), LIMIT);
    let base64 = STANDARD.encode(gzip(&zeros));
    assert_eq!(store_payload(base64.as_bytes(), LIMIT), Err(BodyError::TooLarge(LIMIT)));
}
