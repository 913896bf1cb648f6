//! How the body of an event lies in the database: a byte for the format, then zstd.
//!
//! Events of one issue share most of their text (frames, source lines, contexts), so a body is compressed against an
//! earlier body of its issue where there is one (`store::body_references`), and else with a dictionary trained on
//! events of many platforms: small bodies would pack half as well without it. A dictionary that has been used can never
//! be removed: a better one becomes the next format.

use std::cell::RefCell;
use std::io;
use std::sync::LazyLock;

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::{CCtx, CParameter, DCtx, compress_bound, get_error_name};

/// Bodies compressed with `DICTIONARY`.
const PLAIN: u8 = 1;

/// Bodies compressed against the JSON of a reference.
const REFERRING: u8 = 2;

/// Trained by `scripts/train-dictionary` on events of many SDKs.
const DICTIONARY: &[u8] = include_bytes!("../../assets/event.dict");

/// Few bodies are packed with the dictionary, and references stay long: worth 100 us where level 3 takes 35.
const PLAIN_LEVEL: i32 = 6;

/// Higher levels gain 2 % and take half as long again.
const REFERRING_LEVEL: i32 = 3;

/// Above this a body is damaged: events are cut to far less before they are stored.
const MAX_BYTES: usize = 64 << 20;

static ENCODER: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, PLAIN_LEVEL));
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
        packed(PLAIN, json, |output| compressor.compress_to_buffer(json, output))
    })
}

/// Packs the JSON of events that have references: pairs of JSON and the reference's JSON.
pub fn pack_referring<'a>(events: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> io::Result<Vec<Vec<u8>>> {
    let mut context = CCtx::try_create().ok_or(io::ErrorKind::OutOfMemory)?;
    context.set_parameter(CParameter::CompressionLevel(REFERRING_LEVEL)).map_err(zstd_error)?;
    let pack = |(json, reference): (&'a [u8], &'a [u8])| {
        // Holds for one frame.
        context.ref_prefix(reference).map_err(zstd_error)?;
        packed(REFERRING, json, |output| context.compress2(output, json).map_err(zstd_error))
    };
    events.into_iter().map(pack).collect()
}

fn packed(format: u8, json: &[u8], compress: impl FnOnce(&mut [u8]) -> io::Result<usize>) -> io::Result<Vec<u8>> {
    let mut body = vec![0; 1 + compress_bound(json.len())];
    body[0] = format;
    let length = compress(&mut body[1..])?;
    body.truncate(1 + length);
    body.shrink_to_fit();
    Ok(body)
}

/// The JSON of an event; `reference` is the packed body it refers to. Fails only if the row is damaged, has lost its
/// reference, or is written by a newer version.
pub fn unpack(body: &[u8], reference: Option<&[u8]>) -> io::Result<Vec<u8>> {
    match (body.split_first(), reference) {
        (Some((&PLAIN, packed @ [_, ..])), _) => {
            Decompressor::with_prepared_dictionary(&DECODER)?.decompress(packed, size_of_output(packed))
        }
        (Some((&REFERRING, packed @ [_, ..])), Some(reference)) => unpack_referring(packed, &unpack(reference, None)?),
        (Some((&REFERRING, _)), None) => Err(io::Error::other("the body that the event refers to is gone")),
        _ => Err(io::Error::other("the event body is empty or of a format that this version does not know")),
    }
}

fn unpack_referring(packed: &[u8], reference: &[u8]) -> io::Result<Vec<u8>> {
    let mut context = DCtx::try_create().ok_or(io::ErrorKind::OutOfMemory)?;
    context.ref_prefix(reference).map_err(zstd_error)?;
    let mut json = Vec::with_capacity(size_of_output(packed));
    context.decompress(&mut json, packed).map_err(zstd_error)?;
    Ok(json)
}

fn size_of_output(packed: &[u8]) -> usize {
    Decompressor::upper_bound(packed).unwrap_or(MAX_BYTES).min(MAX_BYTES)
}

fn zstd_error(code: usize) -> io::Error {
    io::Error::other(get_error_name(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_comes_back_as_it_was() {
        for json in [&b"{}"[..], br#"{"platform":"python","level":"error"}"#, &vec![b'a'; 1 << 20]] {
            assert_eq!(unpack(&pack(json).unwrap(), None).unwrap(), json);
        }
    }

    #[test]
    fn a_body_needs_what_it_refers_to() {
        let reference: Vec<u8> =
            (0..2_000).flat_map(|line| format!("line {} of a frame,", line * 7919).into_bytes()).collect();
        let json = [&reference[..], b" and something of its own"].concat();
        let others: [&[u8]; 2] = [b"{}", &json[100..]];
        let bodies = pack_referring([&json[..], others[0], others[1]].map(|json| (json, &reference[..]))).unwrap();
        assert!(bodies[0].len() < 100 && bodies[2].len() < 100, "{} and {} bytes", bodies[0].len(), bodies[2].len());
        let reference = pack(&reference).unwrap();
        for (body, json) in bodies.iter().zip([&json[..], others[0], others[1]]) {
            assert_eq!(unpack(body, Some(&reference)).unwrap(), json);
        }
        assert!(unpack(&bodies[0], None).is_err());
        assert!(unpack(&bodies[0], Some(&bodies[0])).is_err(), "a reference refers to nothing");
        let another = pack(b"something else").unwrap();
        assert_ne!(unpack(&bodies[0], Some(&another)).ok().as_deref(), Some(&json[..]));
    }

    #[test]
    fn a_damaged_body_is_an_error() {
        let good = pack(br#"{"message":"hello"}"#).unwrap();
        for body in [&[][..], &[PLAIN], &[REFERRING], &[99, 1, 2], &good[..good.len() - 1]] {
            assert!(unpack(body, Some(&good)).is_err(), "{body:?}");
        }
    }
}
