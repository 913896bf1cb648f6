//! Request bodies: content encodings, and the undeclared ones of old clients (ingest.md 3.1, 3.2).
//!
//! Everything is decoded through readers that stop at a limit, so that a small body cannot become a large one.

use std::borrow::Cow;
use std::io::Read;

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD_INDIFFERENT};
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};

/// Output beyond this must be at most [`MAX_RATIO`] times the input: nothing that an SDK writes compresses better.
const FREE_OUTPUT: usize = 1 << 20;
const MAX_RATIO: usize = 1000;

/// The most that [`decode`] unpacks from so many bytes, whatever the limit. What we compress ourselves must stay within.
pub fn largest_output(packed: usize) -> usize {
    FREE_OUTPUT.max(packed.saturating_mul(MAX_RATIO))
}

/// zstd windows that are accepted, as the power of two: 8 MiB.
const MAX_ZSTD_WINDOW_LOG: u32 = 23;

/// Stray bits at the end are ignored, as old clients' encoders leave them.
const LENIENT_BASE64: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, NO_PAD_INDIFFERENT.with_decode_allow_trailing_bits(true));

/// How a body is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Identity,
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// Why a body cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    #[error("No JSON data was found")]
    Empty,
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    #[error("Bad data decoding request ({0})")]
    Undecodable(&'static str),
}

impl Encoding {
    /// Takes a `Content-Encoding`. Unknown ones count as identity; combinations are refused.
    pub fn from_header(value: &str) -> Result<Self, BodyError> {
        let value = value.trim();
        if value.contains(',') {
            return Err(BodyError::Undecodable("more than one content encoding"));
        }
        let known = [
            ("gzip", Self::Gzip),
            ("x-gzip", Self::Gzip),
            ("deflate", Self::Deflate),
            ("br", Self::Brotli),
            ("zstd", Self::Zstd),
        ];
        let found = known.into_iter().find(|(name, _)| value.eq_ignore_ascii_case(name));
        Ok(found.map_or(Self::Identity, |(_, encoding)| encoding))
    }

    /// The name in the event stream; empty for identity.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }
}

/// Undoes the content encoding; at most `limit` bytes come out.
pub fn decode(body: &[u8], encoding: Encoding, limit: usize) -> Result<Cow<'_, [u8]>, BodyError> {
    Ok(Cow::Owned(match encoding {
        Encoding::Identity if body.len() > limit => return Err(BodyError::TooLarge(limit)),
        Encoding::Identity => return Ok(Cow::Borrowed(body)),
        Encoding::Gzip => gunzip(body, limit)?,
        Encoding::Deflate => inflate(body, limit)?,
        Encoding::Brotli => {
            let reader = brotli_decompressor::Decompressor::new(body, 4096);
            Output::new(body, limit).read(reader, "invalid brotli data")?
        }
        Encoding::Zstd => unzstd(body, limit)?,
    }))
}

/// The JSON of a store request, after [`decode`]: old clients send it as base64, zlib, or both, undeclared.
pub fn store_payload(body: &[u8], limit: usize) -> Result<Cow<'_, [u8]>, BodyError> {
    let body = trimmed(body);
    match body {
        [] => Err(BodyError::Empty),
        [b'{', ..] => Ok(Cow::Borrowed(body)),
        _ => match uncompressed(body, limit)? {
            Some(json) => Ok(Cow::Owned(json)),
            None => from_base64(body, limit).map(Cow::Owned),
        },
    }
}

/// Cuts a byte order mark and white space in front.
fn trimmed(body: &[u8]) -> &[u8] {
    let body = body.trim_ascii_start();
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii_start()
}

/// Unpacks what begins like zlib or gzip.
fn uncompressed(body: &[u8], limit: usize) -> Result<Option<Vec<u8>>, BodyError> {
    if body.starts_with(&[0x1f, 0x8b]) {
        return gunzip(body, limit).map(Some);
    }
    if body.first() == Some(&0x78) && has_zlib_header(body) {
        return unzlib(body, limit).map(Some);
    }
    Ok(None)
}

fn from_base64(body: &[u8], limit: usize) -> Result<Vec<u8>, BodyError> {
    let mut text = Vec::with_capacity(body.len());
    for byte in body.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        text.push(match byte {
            b'-' => b'+',
            b'_' => b'/',
            byte => *byte,
        });
    }
    let decoded = LENIENT_BASE64.decode(&text).map_err(|_| BodyError::Undecodable("neither JSON nor base64"))?;
    if decoded.is_empty() {
        return Err(BodyError::Empty);
    }
    if let Some(json) = uncompressed(&decoded, limit)? {
        return Ok(json);
    }
    let json = trimmed(&decoded);
    if json.first() == Some(&b'{') { Ok(json.to_vec()) } else { Err(BodyError::Undecodable("no JSON object")) }
}

/// Reads all members; what follows the last one is ignored.
fn gunzip(body: &[u8], limit: usize) -> Result<Vec<u8>, BodyError> {
    let mut output = Output::new(body, limit);
    output.expect(gzip_size(body));
    let mut rest = body;
    loop {
        let mut reader = GzDecoder::new(rest);
        output.read_into(&mut reader, "invalid gzip data")?;
        rest = reader.into_inner();
        if !rest.starts_with(&[0x1f, 0x8b]) {
            return Ok(output.bytes);
        }
    }
}

/// What the trailer says about the output's size; only a hint.
fn gzip_size(body: &[u8]) -> usize {
    let size = body.last_chunk::<4>().map_or(0, |size| u32::from_le_bytes(*size));
    usize::try_from(size).unwrap_or(0)
}

/// `deflate` means zlib, but some clients send it without the wrapping.
fn inflate(body: &[u8], limit: usize) -> Result<Vec<u8>, BodyError> {
    if has_zlib_header(body) {
        match unzlib(body, limit) {
            Err(BodyError::Undecodable(_)) => {}
            done => return done,
        }
    }
    Output::new(body, limit).read(DeflateDecoder::new(body), "invalid deflate data")
}

fn unzlib(body: &[u8], limit: usize) -> Result<Vec<u8>, BodyError> {
    Output::new(body, limit).read(ZlibDecoder::new(body), "invalid zlib data")
}

fn unzstd(body: &[u8], limit: usize) -> Result<Vec<u8>, BodyError> {
    const INVALID: &str = "invalid zstd data";
    let mut reader = zstd::stream::read::Decoder::with_buffer(body).map_err(|_| BodyError::Undecodable(INVALID))?;
    reader.window_log_max(MAX_ZSTD_WINDOW_LOG).map_err(|_| BodyError::Undecodable(INVALID))?;
    Output::new(body, limit).read(reader, INVALID)
}

fn has_zlib_header(body: &[u8]) -> bool {
    matches!(body, [b0, b1, ..] if b0 & 0x0f == 8 && (u16::from(*b0) * 256 + u16::from(*b1)).is_multiple_of(31))
}

/// What has been decoded, with its limit.
struct Output {
    bytes: Vec<u8>,
    limit: usize,
}

impl Output {
    fn new(input: &[u8], limit: usize) -> Self {
        let limit = limit.min(largest_output(input.len()));
        Self { bytes: Vec::with_capacity(input.len().saturating_mul(4).min(limit)), limit }
    }

    /// Makes room for a size that the input claims, as far as it is believable.
    fn expect(&mut self, size: usize) {
        let believable = size.min(self.limit).min(FREE_OUTPUT);
        self.bytes.reserve(believable.saturating_add(1).saturating_sub(self.bytes.len()));
    }

    fn read(mut self, mut reader: impl Read, invalid: &'static str) -> Result<Vec<u8>, BodyError> {
        self.read_into(&mut reader, invalid)?;
        Ok(self.bytes)
    }

    fn read_into(&mut self, reader: &mut impl Read, invalid: &'static str) -> Result<(), BodyError> {
        let allowed = self.limit - self.bytes.len() + 1;
        let result = reader.take(allowed as u64).read_to_end(&mut self.bytes);
        if self.bytes.len() > self.limit {
            return Err(BodyError::TooLarge(self.limit));
        }
        result.map(|_| ()).map_err(|_| BodyError::Undecodable(invalid))
    }
}

#[cfg(test)]
mod tests;
