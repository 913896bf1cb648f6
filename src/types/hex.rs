//! Lower-case hexadecimal, the form of keys and tokens.

/// Two digits per byte.
pub fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Two digits per byte, in either case; `None` for anything else.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    if rest.is_empty() { bytes.collect() } else { None }
}

#[cfg(test)]
mod tests {
    #[test]
    fn digits_become_bytes() {
        assert_eq!(super::decode("001fA9ff"), Some(vec![0, 0x1f, 0xa9, 0xff]));
        assert_eq!((super::decode("001"), super::decode("0g"), super::decode("é")), (None, None, None));
    }

    #[test]
    fn bytes_become_digits() {
        assert_eq!(super::encode(&[0, 0x1f, 0xa9, 0xff]), "001fa9ff");
    }
}
