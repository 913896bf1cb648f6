//! Lower-case hexadecimal, the form of keys and tokens.

/// Two digits per byte.
pub fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn bytes_become_digits() {
        assert_eq!(super::encode(&[0, 0x1f, 0xa9, 0xff]), "001fa9ff");
    }
}
