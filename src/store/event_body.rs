//! How the body of an event lies in the database: a byte for the format, then zstd with a dictionary.
//!
//! Events resemble each other (keys, SDK names, contexts), so a dictionary trained on events of many platforms makes
//! small bodies half as large again. A dictionary that has been used can never be removed: a better one becomes the
//! next format.

use std::cell::RefCell;
use std::io;
use std::sync::LazyLock;

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

/// Bodies compressed with `DICTIONARY`.
const FORMAT: u8 = 1;

/// Trained by `scripts/train-dictionary` on events of many SDKs.
const DICTIONARY: &[u8] = include_bytes!("../../assets/event.dict");

/// Measured on the load of `make bench`: level 3 makes 1,960 bytes in 35 µs, 6 makes 1,820 in 100, 9 makes 1,760 in 180.
const LEVEL: i32 = 6;

/// Above this a body is damaged: events are cut to far less before they are stored.
const MAX_BYTES: usize = 64 << 20;

static ENCODER: LazyLock<EncoderDictionary<'static>> = LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

thread_local! {
    // A context is a few hundred KB that are expensive to clear, so each thread keeps one.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

/// Packs the JSON of an event.
pub fn pack(json: &[u8]) -> io::Result<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|slot| {
        let compressor = match slot {
            Some(compressor) => compressor,
            None => slot.insert(Compressor::with_prepared_dictionary(&ENCODER)?),
        };
        let mut body = vec![0; 1 + zstd::zstd_safe::compress_bound(json.len())];
        body[0] = FORMAT;
        let length = compressor.compress_to_buffer(json, &mut body[1..])?;
        body.truncate(1 + length);
        body.shrink_to_fit();
        Ok(body)
    })
}

/// The JSON of an event. Fails only if the row is damaged or written by a newer version.
pub fn unpack(body: &[u8]) -> io::Result<Vec<u8>> {
    let Some((&FORMAT, packed @ [_, ..])) = body.split_first() else {
        return Err(io::Error::other("the event body is empty or of a format that this version does not know"));
    };
    let size = Decompressor::upper_bound(packed).unwrap_or(MAX_BYTES).min(MAX_BYTES);
    Decompressor::with_prepared_dictionary(&DECODER)?.decompress(packed, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_comes_back_as_it_was() {
        for json in [&b"{}"[..], br#"{"platform":"python","level":"error"}"#, &vec![b'a'; 1 << 20]] {
            assert_eq!(unpack(&pack(json).unwrap()).unwrap(), json);
        }
    }

    #[test]
    fn a_damaged_body_is_an_error() {
        let good = pack(br#"{"message":"hello"}"#).unwrap();
        for body in [&[][..], &[FORMAT], &[99, 1, 2], &good[..good.len() - 1]] {
            assert!(unpack(body).is_err(), "{body:?}");
        }
    }
}
