//! Lines of source around a place (sourcemaps.md 7).

use std::borrow::Cow;

use serde::Serialize;

/// Lines before, and as many after.
pub const AROUND: u32 = 5;

/// Characters of a line that is shown whole, and of the part that is shown of a longer one.
const MAX_LINE: usize = 150;
const WINDOW: usize = 140;

/// Characters from one mark to the next in texts that are not ASCII.
const MARK_DISTANCE: usize = 1024;

/// A text by lines. Lines of minified files have megabytes, so no operation walks a whole one.
#[derive(Debug)]
pub struct SourceText {
    text: String,
    line_starts: Vec<u32>,
    /// Where every so-many-th character begins; `None`: one byte per character.
    marks: Option<Vec<u32>>,
}

impl SourceText {
    /// Invalid UTF-8 is replaced.
    pub fn new(content: Vec<u8>) -> Self {
        let text =
            String::from_utf8(content).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        let offset = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        let line_ends = memchr::memchr_iter(b'\n', text.as_bytes()).map(|place| offset(place + 1));
        let line_starts = std::iter::once(0).chain(line_ends).collect();
        let marks = (!text.is_ascii())
            .then(|| text.char_indices().step_by(MARK_DISTANCE).map(|(place, _)| offset(place)).collect());
        Self { text, line_starts, marks }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Bytes it takes in memory.
    pub fn weight(&self) -> usize {
        self.text.len() + self.line_starts.len() * 4 + self.marks.as_ref().map_or(0, |marks| marks.len() * 4)
    }

    /// The part of a line (counted from 0) that is shown around a column.
    pub fn window(&self, line: u32, column: u32) -> Option<String> {
        let start = *self.line_starts.get(line as usize)? as usize;
        let end = self.line_starts.get(line as usize + 1).map_or(self.text.len(), |next| *next as usize);
        let content = self.text[start..end].trim_end_matches(['\n', '\r']);
        let Some(marks) = &self.marks else { return Some(trim_ascii(content, column).into_owned()) };
        if content.len() <= 4 * MARK_DISTANCE {
            return Some(trim(content, column).into_owned());
        }
        let first = self.characters_before(marks, start);
        let length = self.characters_before(marks, start + content.len()) - first;
        let cut = cut(length, column);
        let place = |character: usize| self.place_of(marks, first + character);
        Some(cut.apply(&self.text[place(cut.start)..place(cut.end)]).into_owned())
    }

    fn characters_before(&self, marks: &[u32], place: usize) -> usize {
        let mark = marks.partition_point(|mark| *mark as usize <= place).saturating_sub(1);
        let from = marks.get(mark).map_or(0, |mark| *mark as usize);
        mark * MARK_DISTANCE + self.text[from..place].chars().count()
    }

    fn place_of(&self, marks: &[u32], character: usize) -> usize {
        let Some(from) = marks.get(character / MARK_DISTANCE) else { return self.text.len() };
        let rest = &self.text[*from as usize..];
        *from as usize + rest.char_indices().nth(character % MARK_DISTANCE).map_or(rest.len(), |(place, _)| place)
    }
}

/// The lines around a place; lines count from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Context {
    pub before: Vec<String>,
    pub line: String,
    pub after: Vec<String>,
}

impl Context {
    /// Takes lines (counted from 0) from wherever they are. `None`: there is no such line.
    pub fn collect(lineno: u32, window: impl Fn(u32) -> Option<String>) -> Option<Self> {
        let place = lineno.checked_sub(1)?;
        let line = window(place)?;
        let before = (place.saturating_sub(AROUND)..place).filter_map(&window).collect();
        let after = (1..=AROUND).map_while(|step| window(place.checked_add(step)?)).collect();
        Some(Self { before, line, after })
    }
}

/// The part of a line that is shown around a column, which is the frame's own number.
pub fn trim(line: &str, column: u32) -> Cow<'_, str> {
    if line.len() <= MAX_LINE {
        return Cow::Borrowed(line);
    }
    if line.is_ascii() {
        return trim_ascii(line, column);
    }
    let cut = cut(line.chars().count(), column);
    let place = |character: usize| line.char_indices().nth(character).map_or(line.len(), |(place, _)| place);
    cut.apply(&line[place(cut.start)..place(cut.end)])
}

/// The same for a line whose characters are bytes. To find that out would be to walk all of it.
fn trim_ascii(line: &str, column: u32) -> Cow<'_, str> {
    let cut = cut(line.len(), column);
    cut.apply(&line[cut.start..cut.end])
}

/// Which characters of a line are shown.
struct Cut {
    start: usize,
    end: usize,
    length: usize,
}

fn cut(length: usize, column: u32) -> Cut {
    if length <= MAX_LINE {
        return Cut { start: 0, end: length, length };
    }
    let column = (column as usize).min(length);
    let mut start = column.saturating_sub(60);
    if start < 5 {
        start = 0;
    }
    let mut end = (start + WINDOW).min(length);
    if end > length - 5 {
        end = length;
    }
    if end == length {
        start = length - WINDOW;
    }
    Cut { start, end, length }
}

impl Cut {
    fn apply<'l>(&self, part: &'l str) -> Cow<'l, str> {
        match (self.start > 0, self.end < self.length) {
            (false, false) => Cow::Borrowed(part),
            (true, false) => Cow::Owned(format!("{{snip}} {part}")),
            (false, true) => Cow::Owned(format!("{part} {{snip}}")),
            (true, true) => Cow::Owned(format!("{{snip}} {part} {{snip}}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{Context, SourceText, trim};

    #[test]
    fn vectors() {
        let text = include_str!("../../../tests/fixtures/vectors/context_line_trim.json");
        let file: Value = serde_json::from_str(text).unwrap();
        for case in file["cases"].as_array().unwrap() {
            let column = u32::try_from(case["column"].as_u64().unwrap()).unwrap();
            let line = case["line"].as_str().unwrap();
            assert_eq!(trim(line, column).as_ref(), case["expect"], "{}", case["id"]);
            let source = SourceText::new(line.as_bytes().to_vec());
            assert_eq!(source.window(0, column).unwrap(), case["expect"], "{}", case["id"]);
        }
    }

    #[test]
    fn characters_are_counted_whatever_their_size() {
        let line: String = ["é", "漢", "x", "😀"].repeat(5000).concat();
        let source = SourceText::new(format!("a\n{line}\r\nb").into_bytes());
        for column in [0, 1, 59, 66, 1023, 1024, 1085, 10_000, 19_990, 20_000, 4_000_000_000] {
            assert_eq!(source.window(1, column).unwrap(), trim(&line, column), "{column}");
        }
        assert_eq!(source.window(2, 0).as_deref(), Some("b"));
        assert_eq!(source.window(3, 0), None);
    }

    #[test]
    fn fewer_lines_at_the_ends() {
        let source = SourceText::new(b"1\n2\r\n3\n4\n5\n6\n7".to_vec());
        let context = |line| Context::collect(line, |line| source.window(line, 0));
        let second = context(2).unwrap();
        assert_eq!(
            (second.before.join(""), second.line.as_str(), second.after.join("")),
            ("1".to_owned(), "2", "34567".to_owned())
        );
        assert_eq!(context(7).unwrap().before.join(""), "23456");
        assert_eq!((context(0), context(8), context(u32::MAX)), (None, None, None));
    }
}
