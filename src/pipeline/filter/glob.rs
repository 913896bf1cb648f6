//! Patterns of operators, as filters take them.

use crate::pipeline::glob::{Glob, fold};

/// Whether the whole text fits any of the patterns; empty ones fit nothing.
pub fn matches_any(patterns: &[String], text: &str) -> bool {
    let mut patterns = patterns.iter().map(|pattern| pattern.trim()).filter(|pattern| !pattern.is_empty()).peekable();
    if patterns.peek().is_none() {
        return false;
    }
    let text = fold(text);
    patterns.any(|pattern| Glob::new(pattern).matches(&text))
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
