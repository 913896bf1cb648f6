//! The place of an entry in the event stream, as Redis numbers them: in the order they were appended.

/// `<milliseconds>-<sequence>`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    pub milliseconds: i64,
    pub sequence: i64,
}

impl StreamId {
    pub fn parse(text: &str) -> Option<Self> {
        let (milliseconds, sequence) = text.split_once('-')?;
        Some(Self { milliseconds: milliseconds.parse().ok()?, sequence: sequence.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::StreamId;

    #[test]
    fn ids_are_ordered_by_number() {
        let id = |text| StreamId::parse(text);
        assert!(id("1795000000000-2").unwrap() < id("1795000000000-10").unwrap());
        assert!(id("9-0").unwrap() < id("10-0").unwrap());
        for invalid in ["", "5", "a-1", "1-", "-"] {
            assert_eq!(id(invalid), None, "{invalid}");
        }
    }
}
