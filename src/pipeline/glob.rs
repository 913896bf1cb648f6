//! Patterns of operators, compiled once and matched in one pass: `*` for any text, `?` for one character, letters in
//! any case. In patterns of paths `*` stays within a folder and `**` crosses them.
//!
//! All positions in the pattern are followed at once, as bits. So the time is the length of the text, times one more
//! for each 64 characters of the pattern, whatever the pattern: none makes it try again.

/// Longer texts are compared by their beginning.
const MAX_TEXT: usize = 8_192;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Glob {
    /// The longest piece without wildcards: a text that does not hold it cannot match.
    literal: String,
    /// Steps of the pattern; the position behind the last one accepts.
    len: usize,
    /// For each character of the pattern the positions that take it.
    takes: Vec<(char, Vec<u64>)>,
    /// Positions that take any character once.
    takes_any: Vec<u64>,
    /// Positions of stars; `inner` are those that stop at a slash.
    stars: Vec<u64>,
    inner: Vec<u64>,
}

/// A step of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Char(char),
    Any,
    Star,
    /// A star of a path: up to the next slash.
    InnerStar,
}

impl Glob {
    /// A pattern over texts that [`fold`] made.
    pub fn new(pattern: &str) -> Self {
        Self::compile(&steps(&fold(pattern), false))
    }

    /// A pattern over paths that [`fold_path`] made.
    pub fn path(pattern: &str) -> Self {
        Self::compile(&steps(&fold_path(pattern), true))
    }

    fn compile(steps: &[Step]) -> Self {
        let none = vec![0; steps.len() / 64 + 1];
        let mut glob = Self {
            literal: longest_literal(steps),
            len: steps.len(),
            takes: Vec::new(),
            takes_any: none.clone(),
            stars: none.clone(),
            inner: none.clone(),
        };
        for (place, step) in steps.iter().enumerate() {
            match step {
                Step::Any => set(&mut glob.takes_any, place),
                Step::Star => set(&mut glob.stars, place),
                Step::InnerStar => {
                    set(&mut glob.stars, place);
                    set(&mut glob.inner, place);
                }
                Step::Char(char) => {
                    let known = glob.takes.iter().position(|(other, _)| other == char);
                    let at = known.unwrap_or(glob.takes.len());
                    if known.is_none() {
                        glob.takes.push((*char, none.clone()));
                    }
                    set(&mut glob.takes[at].1, place);
                }
            }
        }
        glob
    }

    /// Whether the whole text matches.
    pub fn matches(&self, folded: &str) -> bool {
        if !self.literal.is_empty() && !folded.contains(&self.literal) {
            return false;
        }
        let mut at = vec![0; self.stars.len()];
        set(&mut at, 0);
        self.skip_stars(&mut at);
        for char in folded.chars() {
            self.advance(&mut at, char);
            if at.iter().all(|word| *word == 0) {
                return false;
            }
        }
        at[self.len / 64] >> (self.len % 64) & 1 == 1
    }

    /// Takes a character at all positions.
    fn advance(&self, at: &mut [u64], char: char) {
        let of_char = self.takes.iter().find(|(other, _)| *other == char).map(|(_, places)| places);
        let mut carry = 0;
        for (word, state) in at.iter_mut().enumerate() {
            let taken = *state & (self.takes_any[word] | of_char.map_or(0, |places| places[word]));
            let stays = if char == '/' { self.stars[word] & !self.inner[word] } else { self.stars[word] };
            let kept = *state & stays;
            *state = kept | (taken << 1) | carry;
            carry = taken >> 63;
        }
        self.skip_stars(at);
    }

    /// Stars match nothing too. No two are neighbours, so one step suffices.
    fn skip_stars(&self, at: &mut [u64]) {
        let mut carry = 0;
        for (state, stars) in at.iter_mut().zip(&self.stars) {
            let starred = *state & stars;
            *state |= (starred << 1) | carry;
            carry = starred >> 63;
        }
    }
}

/// A text as patterns are compared with: in lower case. Whoever asks many patterns folds once.
pub fn fold(text: &str) -> String {
    // U+0000 is what storing makes of it, so that a stored event matches as it did when it came.
    let kept = |char| if char == '\0' { char::REPLACEMENT_CHARACTER } else { char };
    text.chars().take(MAX_TEXT).flat_map(char::to_lowercase).map(kept).collect()
}

/// As [`fold`]; the slashes of Windows are slashes.
pub fn fold_path(path: &str) -> String {
    fold(path).replace('\\', "/")
}

/// The text as a pattern that matches just it, as far as patterns can say that.
pub fn escape(text: &str) -> String {
    text.replace('*', "?")
}

fn steps(pattern: &str, is_path: bool) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::with_capacity(pattern.len());
    for char in pattern.chars() {
        match (char, steps.last()) {
            // Neighbours are one; in paths two or more cross folders.
            ('*', Some(Step::Star)) => {}
            ('*', Some(Step::InnerStar)) => *steps.last_mut().expect("a step was seen") = Step::Star,
            ('*', _) => steps.push(if is_path { Step::InnerStar } else { Step::Star }),
            ('?', _) => steps.push(Step::Any),
            (char, _) => steps.push(Step::Char(char)),
        }
    }
    steps
}

fn longest_literal(steps: &[Step]) -> String {
    let pieces = steps.split(|step| !matches!(step, Step::Char(_)));
    let longest = pieces.max_by_key(|piece| piece.len()).unwrap_or_default();
    let chars = longest.iter().filter_map(|step| if let Step::Char(char) = step { Some(*char) } else { None });
    chars.collect()
}

fn set(words: &mut [u64], place: usize) {
    words[place / 64] |= 1 << (place % 64);
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{Glob, escape, fold, fold_path};

    #[test]
    fn texts() {
        let long = "x".repeat(200);
        for (pattern, text, expected) in [
            ("TypeError", "typeerror", true),
            ("TypeError*", "typeerror: x", true),
            ("*chunk*failed*", "Loading CHUNK 7 failed.\nline", true),
            ("1.?.0", "1.2.0", true),
            ("1.?.0", "1.20.0", false),
            ("a?", "aé", true),
            ("abc", "abcd", false),
            ("abc", "", false),
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("***", "a/b", true),
            ("*a*b", "aXbXa", false),
            ("*a*b", "aXbXab", true),
            ("ÄRGER*", "ärgerlich", true),
            (&format!("{long}*{long}"), &format!("{long}-{long}"), true),
            (&format!("{long}*{long}"), &long, false),
            (&escape("a*b?"), "A*B?", true),
            ("a\u{fffd}", "a\0", true),
        ] {
            assert_eq!(Glob::new(pattern).matches(&fold(text)), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn paths() {
        for (pattern, path, expected) in [
            ("src/*.py", "src/a.py", true),
            ("src/*.py", "src/a/b.py", false),
            ("src/**.py", "src/a/b.py", true),
            ("src/**/b.py", "src/x/y/b.py", true),
            ("C:/App/*.cs", r"c:\app\Main.cs", true),
            ("src/?", "src/a", true),
            ("*/b", "/a/b", false),
            ("**/b", "/a/b", true),
        ] {
            assert_eq!(Glob::path(pattern).matches(&fold_path(path)), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn the_time_is_linear_in_the_text() {
        let text = fold(&"a".repeat(8_192));
        for pattern in ["a*".repeat(2_000) + "b", "?*".repeat(2_000) + "b", "a".repeat(4_000), "*".repeat(4_000) + "?b"]
        {
            let glob = Glob::new(&pattern);
            let started = Instant::now();
            for _ in 0..20 {
                assert!(!glob.matches(&text));
            }
            assert!(started.elapsed().as_millis() < 4_000, "{:?}", started.elapsed());
        }
    }
}
