//! Envelopes: no panic; every item lies inside of the body; what is small stays small.
#![no_main]

use libfuzzer_sys::fuzz_target;
use picket::protocol::envelope;

fuzz_target!(|body: &[u8]| {
    let Ok(envelope) = envelope::parse(body) else { return };
    let payloads: usize = envelope.items.iter().map(|item| item.payload.len()).sum();
    assert!(payloads <= body.len());
    let range = body.as_ptr_range();
    assert!(envelope.items.iter().all(|item| item.payload.is_empty() || range.contains(&item.payload.as_ptr())));
});
