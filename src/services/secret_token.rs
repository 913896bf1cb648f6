//! Secrets that are given out once, in a link, a header or a cookie, and kept as their hash.

use sha2::{Digest, Sha256};

use crate::types::hex;

/// 256 random bits, in hexadecimal.
pub fn generate() -> String {
    hex::encode(&rand::random::<[u8; 32]>())
}

/// What is stored in the place of a secret. It's too long to be guessed, so one round of SHA-256 suffices.
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
