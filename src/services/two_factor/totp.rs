//! One-time codes that change every 30 seconds (RFC 6238).

use data_encoding::BASE32_NOPAD;
use ring::hmac;
use url::form_urlencoded::byte_serialize;

/// Seconds that a code is shown.
const STEP: i64 = 30;
/// Steps that a telephone's clock may be off.
const TOLERANCE: i64 = 2;
const DIGITS: usize = 6;

/// The number of the step that a time lies in.
pub fn step_of(now: chrono::DateTime<chrono::Utc>) -> i64 {
    now.timestamp().div_euclid(STEP)
}

/// A fresh secret of 160 bits.
pub fn new_secret() -> Vec<u8> {
    rand::random::<[u8; 20]>().to_vec()
}

/// As people type a secret.
pub fn encode(secret: &[u8]) -> String {
    BASE32_NOPAD.encode(secret)
}

pub fn decode(text: &str) -> Option<Vec<u8>> {
    BASE32_NOPAD.decode(text.as_bytes()).ok()
}

/// What authenticator apps scan.
pub fn uri(issuer: &str, account: &str, secret: &[u8]) -> String {
    let escape = |text: &str| byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let (issuer, account) = (escape(issuer), escape(account));
    format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}", encode(secret))
}

/// The step whose code this is, if it is one of now.
pub fn matching_step(secret: &[u8], code: &str, now_step: i64) -> Option<i64> {
    let mut found = None;
    for step in now_step - TOLERANCE..=now_step + TOLERANCE {
        if is_same(self::code(secret, step).as_bytes(), code.as_bytes()) {
            found = Some(step);
        }
    }
    found
}

/// Compares in a time that does not tell how much was right.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |different, (a, b)| different | (a ^ b)) == 0
}

/// The code of a step.
pub fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let at = usize::from(bytes[bytes.len() - 1] & 0xf);
    let number = u32::from_be_bytes([bytes[at] & 0x7f, bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    format!("{:0DIGITS$}", number % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::{code, decode, encode, matching_step, uri};

    const SECRET: &[u8] = b"12345678901234567890";

    /// The last six of the eight digits of RFC 6238, appendix B.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SECRET, seconds / 30), expected, "{seconds}");
        }
    }

    #[test]
    fn clocks_may_be_two_steps_off() {
        for (off, expected) in [(-3, None), (-2, Some(98)), (0, Some(100)), (2, Some(102)), (3, None)] {
            assert_eq!(matching_step(SECRET, &code(SECRET, 100 + off), 100), expected);
        }
        assert_eq!(matching_step(SECRET, "", 100), None);
    }

    #[test]
    fn names_are_escaped_in_what_apps_scan() {
        let text = uri("Picket & co", "a:b@例.公司", SECRET);
        assert!(text.starts_with("otpauth://totp/Picket%20%26%20co:a%3Ab%40%E4%BE%8B."), "{text}");
        assert!(text.ends_with("?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Picket%20%26%20co"), "{text}");
        assert_eq!(decode(&encode(SECRET)).unwrap(), SECRET);
    }
}
