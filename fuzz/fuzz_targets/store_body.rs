//! Bodies of old clients: no panic; the output keeps to the limit; what is checked can be parsed, and the reverse.
#![no_main]

use libfuzzer_sys::fuzz_target;
use picket::protocol::{
    body::{self, Encoding},
    multipart,
};
use picket::types::json;

const LIMIT: usize = 1 << 20;
const ENCODINGS: [Encoding; 5] =
    [Encoding::Identity, Encoding::Gzip, Encoding::Deflate, Encoding::Brotli, Encoding::Zstd];

fuzz_target!(|input: &[u8]| {
    let Some((first, body)) = input.split_first() else { return };
    let encoding = ENCODINGS[usize::from(*first) % ENCODINGS.len()];
    let Ok(decoded) = body::decode(body, encoding, LIMIT) else { return };
    assert!(decoded.len() <= LIMIT);
    multipart::parse(&decoded, "x");
    let Ok(payload) = body::store_payload(&decoded, LIMIT) else { return };
    assert!(payload.len() <= LIMIT);
    let is_object = json::parse(&payload).is_ok_and(|value| value.as_object().is_some());
    assert_eq!(json::members(&payload, ["event_id"]).is_ok(), is_object);
    assert_eq!(json::check(&payload).is_ok(), json::parse(&payload).is_ok());
});
