//! Writes the compact form.

use std::collections::HashMap;

use super::varint::{push_signed, push_unsigned};
use super::{BLOCK, MAGIC, MARK_LINES, NONE, RawToken};

/// A source of the map.
pub struct Source<'m> {
    pub name: String,
    pub text: Option<&'m str>,
    pub is_ignored: bool,
}

/// The sections while they are filled.
#[derive(Default)]
pub struct Writer {
    blocks: Vec<u8>,
    tokens: Vec<u8>,
    sources: Vec<u8>,
    marks: Vec<u8>,
    names: Vec<u8>,
    scopes: Vec<u8>,
    texts: Vec<u8>,
    known_names: HashMap<String, u32>,
}

impl Writer {
    /// The number of a name, which is written when it is new.
    pub fn name(&mut self, name: &str) -> u32 {
        if let Some(number) = self.known_names.get(name) {
            return *number;
        }
        let number = size(self.known_names.len());
        self.known_names.insert(name.to_owned(), number);
        let span = self.text(name);
        self.names.extend(span);
        number
    }

    pub fn source(&mut self, source: &Source<'_>) {
        let name = self.text(&source.name);
        let text = source.text.map_or_else(no_text, |text| self.text(text));
        let first_mark = size(self.marks.len() / 4);
        if let Some(text) = source.text {
            let line_starts = memchr::memchr_iter(b'\n', text.as_bytes()).map(|place| size(place + 1));
            let marks = std::iter::once(0).chain(line_starts).step_by(MARK_LINES);
            self.marks.extend(marks.flat_map(u32::to_le_bytes));
        }
        let mark_count = size(self.marks.len() / 4) - first_mark;
        self.sources.extend(name);
        self.sources.extend(text);
        self.sources
            .extend([first_mark, mark_count, u32::from(source.is_ignored)].map(u32::to_le_bytes).as_flattened());
    }

    /// Tokens in the order of their places.
    pub fn tokens(&mut self, tokens: &[RawToken]) {
        for block in tokens.chunks(BLOCK) {
            let start = size(self.tokens.len());
            self.blocks.extend([block[0].gen_line, block[0].gen_column, start].map(u32::to_le_bytes).as_flattened());
            let mut last =
                RawToken { gen_line: block[0].gen_line, gen_column: block[0].gen_column, ..RawToken::default() };
            for token in block {
                self.token(token, &last);
                last = *token;
            }
        }
    }

    fn token(&mut self, token: &RawToken, last: &RawToken) {
        let lines = token.gen_line - last.gen_line;
        push_unsigned(&mut self.tokens, lines);
        let column = if lines == 0 { token.gen_column - last.gen_column } else { token.gen_column };
        push_unsigned(&mut self.tokens, column);
        for (value, last) in
            [(token.source, last.source), (token.line, last.line), (token.column, last.column), (token.name, last.name)]
        {
            push_signed(&mut self.tokens, value.wrapping_sub(last).cast_signed());
        }
    }

    /// From a place on, until the next one, a name of a function holds.
    pub fn scope(&mut self, line: u32, column: u32, name: u32) {
        self.scopes.extend([line, column, name].map(u32::to_le_bytes).as_flattened());
    }

    /// `None`: a section is longer than its numbers can say.
    pub fn finish(self) -> Option<Vec<u8>> {
        let sections = [self.blocks, self.tokens, self.sources, self.marks, self.names, self.scopes, self.texts];
        let length: usize = sections.iter().map(Vec::len).sum();
        let mut bytes = Vec::with_capacity(super::HEADER + length);
        bytes.extend(MAGIC);
        for section in &sections {
            bytes.extend(u32::try_from(section.len()).ok()?.to_le_bytes());
        }
        for section in sections {
            bytes.extend(section);
        }
        Some(bytes)
    }

    fn text(&mut self, text: &str) -> [u8; 8] {
        let start = size(self.texts.len());
        self.texts.extend(text.as_bytes());
        span(start, size(text.len()))
    }
}

fn no_text() -> [u8; 8] {
    span(0, NONE)
}

fn span(start: u32, length: u32) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&start.to_le_bytes());
    bytes[4..].copy_from_slice(&length.to_le_bytes());
    bytes
}

/// Lengths are bounded by the size of a map, which is far below this.
fn size(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
