//! Numbers in as few bytes as they need: seven bits a byte, least significant first.

/// Appends a number.
pub fn push_unsigned(bytes: &mut Vec<u8>, mut number: u32) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

/// Appends a number that is small in either direction.
pub fn push_signed(bytes: &mut Vec<u8>, number: i32) {
    push_unsigned(bytes, ((number << 1) ^ (number >> 31)).cast_unsigned());
}

/// Reads numbers until there are no more.
pub struct Varints<'b> {
    bytes: &'b [u8],
}

impl<'b> Varints<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes }
    }

    pub fn unsigned(&mut self) -> Option<u32> {
        let mut number = 0;
        for shift in [0, 7, 14, 21, 28] {
            let (byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            number |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    pub fn signed(&mut self) -> Option<i32> {
        let number = self.unsigned()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }
}

#[cfg(test)]
mod tests {
    use super::{Varints, push_signed, push_unsigned};

    #[test]
    fn numbers_come_back() {
        let unsigned = [0, 1, 127, 128, 16_383, 16_384, u32::MAX];
        let signed = [0, -1, 1, 63, -64, 64, i32::MAX, i32::MIN];
        let mut bytes = Vec::new();
        for number in unsigned {
            push_unsigned(&mut bytes, number);
        }
        for number in signed {
            push_signed(&mut bytes, number);
        }
        let mut numbers = Varints::new(&bytes);
        assert!(unsigned.iter().all(|number| numbers.unsigned() == Some(*number)));
        assert!(signed.iter().all(|number| numbers.signed() == Some(*number)));
        assert_eq!(numbers.unsigned(), None);
        assert_eq!(Varints::new(&[0x80; 9]).unsigned(), None);
    }
}
