//! Where a page of a list begins (web-api.md 1.4).

use std::fmt;
use std::str::FromStr;

/// `value:offset:is_previous`. What the value is (milliseconds, an id, a count, a page size) belongs to the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    pub value: i64,
    pub offset: i64,
    /// Whether the page ends where the cursor stands instead of beginning there.
    pub is_previous: bool,
}

/// A cursor that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a cursor looks like 0:100:0")]
pub struct InvalidCursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.value, self.offset, u8::from(self.is_previous))
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let mut parts = text.split(':').map(|part| part.parse::<i64>().map_err(|_| InvalidCursor));
        let mut part = || parts.next().ok_or(InvalidCursor)?;
        let (value, offset, previous) = (part()?, part()?, part()?);
        if !(0..=1).contains(&previous) || parts.next().is_some() {
            return Err(InvalidCursor);
        }
        Ok(Self { value, offset, is_previous: previous == 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::Cursor;

    #[test]
    fn cursors_read_what_they_write() {
        for text in ["0:0:0", "1551675967891:3:1", "-5:-1:1"] {
            assert_eq!(text.parse::<Cursor>().unwrap().to_string(), text);
        }
        for text in ["", "1:2", "1:2:3", "1:2:0:0", "a:0:0"] {
            assert!(text.parse::<Cursor>().is_err(), "{text}");
        }
    }
}
