//! Letters in the place of a picture.

/// How many backgrounds there are (`app.css`).
const TONES: u32 = 8;

/// Up to two letters of a name on a background that stays with it: `<span class="avatar tone-3">LT</span>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Avatar {
    pub letters: String,
    pub tone: u32,
}

impl Avatar {
    /// Of a name, or of an address, whose host tells people apart least.
    pub fn of(name: &str) -> Self {
        let local = name.split('@').next().filter(|local| !local.is_empty()).unwrap_or(name);
        let words = local.split(|c: char| !c.is_alphanumeric()).filter_map(|word| word.chars().next());
        let mut letters: String = words.take(2).filter_map(|first| first.to_uppercase().next()).collect();
        // One Chinese character is as wide as two letters.
        if letters.chars().next().is_some_and(|c| !c.is_ascii()) {
            letters.truncate(letters.chars().next().map_or(0, char::len_utf8));
        }
        if letters.is_empty() {
            letters.push('?');
        }
        let sum = name.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        Self { letters, tone: sum % TONES }
    }
}

#[cfg(test)]
mod tests {
    use super::Avatar;

    #[test]
    fn letters_are_those_of_the_first_words() {
        for (name, letters) in [
            ("Lin Tao", "LT"),
            ("ada.lovelace@example.com", "AL"),
            ("bo@example.com", "B"),
            ("李 涛", "李"),
            ("ß", "S"),
            ("", "?"),
            ("@", "?"),
            ("\u{202e}<b>", "B"),
            ("one two three", "OT"),
        ] {
            assert_eq!(Avatar::of(name).letters, letters, "{name}");
        }
        assert_eq!(Avatar::of("Lin"), Avatar::of("Lin"));
        assert!(Avatar::of("anybody").tone < super::TONES);
    }
}
