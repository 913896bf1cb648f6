//! Patterns of operators: `*` for any text, `?` for one character, letters in any case.

/// Longer texts are compared by their beginning.
const MAX_TEXT: usize = 8_192;

/// Whether the whole text fits any of the patterns.
pub fn matches_any(patterns: &[String], text: &str) -> bool {
    let is_pattern = |pattern: &&String| !pattern.trim().is_empty();
    if !patterns.iter().any(|pattern| is_pattern(&pattern)) {
        return false;
    }
    let text: Vec<char> = text.chars().take(MAX_TEXT).flat_map(char::to_lowercase).collect();
    patterns.iter().filter(is_pattern).any(|pattern| {
        let pattern: Vec<char> = pattern.trim().chars().flat_map(char::to_lowercase).collect();
        matches(&pattern, &text)
    })
}

/// Tries the last star only, so that the time is at most the product of both lengths.
fn matches(pattern: &[char], text: &[char]) -> bool {
    let (mut in_pattern, mut in_text) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while in_text < text.len() {
        match pattern.get(in_pattern) {
            Some('*') => {
                last_star = Some((in_pattern, in_text));
                in_pattern += 1;
            }
            Some(char) if *char == '?' || *char == text[in_text] => {
                in_pattern += 1;
                in_text += 1;
            }
            _ => {
                let Some((star, taken)) = last_star else { return false };
                last_star = Some((star, taken + 1));
                in_pattern = star + 1;
                in_text = taken + 1;
            }
        }
    }
    pattern[in_pattern..].iter().all(|char| *char == '*')
}

#[cfg(test)]
mod tests {
    use super::matches_any;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("TypeError*", "typeerror: x", true),
            ("*chunk*failed*", "Loading CHUNK 7 failed.\nline", true),
            ("1.?.0", "1.2.0", true),
            ("1.?.0", "1.20.0", false),
            ("abc", "abcd", false),
            ("*", "", true),
            ("", "", false),
            ("*a*b", "aXbXa", false),
            ("ÄRGER*", "ärgerlich", true),
        ] {
            assert_eq!(matches_any(&[pattern.to_owned()], text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_end_soon() {
        let started = std::time::Instant::now();
        assert!(!matches_any(&[format!("{}b", "a*".repeat(100))], &"a".repeat(1_000_000)));
        assert!(started.elapsed().as_secs() < 5);
    }
}
