//! Source maps in the form they are kept in: made once, read many times (docs/decisions/0008).
//!
//! A map is a list of tokens. They are kept in blocks of [`BLOCK`] as small differences, with an index of where each
//! block begins, so that a look-up is one binary search and a few numbers read. Names of functions come from the
//! minified script's scopes, or from the map where it brings them, and are kept by the place from which they hold.
//!
//! All numbers are little-endian. Sections, in this order: blocks, tokens, sources, line marks, names, scopes, texts.
//! The header says how long each is. Whatever a file holds, reading it cannot fail worse than by finding nothing.

mod awaits;
mod build;
mod functions;
mod scopes;
mod varint;
mod write;

use std::ops::Range;

pub use build::{BuildError, MAX_MAP_BYTES, build};

use self::varint::Varints;

/// Changes whenever the form does, so that files of another version are made anew.
const MAGIC: [u8; 8] = *b"PKMAP\0\0\x02";

/// Names the version in the cache's folder.
pub const VERSION: u32 = 2;

/// Tokens per block.
const BLOCK: usize = 64;
/// Lines from one mark to the next in a source.
const MARK_LINES: usize = 16;
const NONE: u32 = u32::MAX;
const ANONYMOUS: u32 = u32::MAX - 1;

const SECTIONS: usize = 7;
const HEADER: usize = MAGIC.len() + SECTIONS * 4;
const BLOCK_SIZE: usize = 12;
const SOURCE_SIZE: usize = 28;
const SCOPE_SIZE: usize = 12;
const SPAN_SIZE: usize = 8;

/// A source map, opened.
#[derive(Debug)]
pub struct CompactMap {
    bytes: Vec<u8>,
    sections: [Range<usize>; SECTIONS],
}

/// Where a place of the minified file was written. Lines and columns count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'m> {
    /// Number of the source; `None`: the bundler wrote it.
    pub source: Option<u32>,
    pub line: u32,
    pub column: u32,
    /// What is written there, if the map says.
    pub name: Option<&'m str>,
}

/// The function around a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope<'m> {
    /// Outside of functions, or not known.
    Unknown,
    Anonymous,
    Named(&'m str),
}

impl<'m> Scope<'m> {
    pub fn name(self) -> Option<&'m str> {
        match self {
            Self::Unknown => None,
            Self::Anonymous => Some("<anonymous>"),
            Self::Named(name) => Some(name),
        }
    }
}

impl CompactMap {
    /// Opens the bytes that [`mod@build`] made. `None`: they are something else.
    pub fn open(bytes: Vec<u8>) -> Option<Self> {
        if !bytes.starts_with(&MAGIC) {
            return None;
        }
        let mut start = HEADER;
        let mut sections = std::array::from_fn(|_| 0..0);
        for (number, section) in sections.iter_mut().enumerate() {
            let length = u32_at(&bytes, MAGIC.len() + number * 4)? as usize;
            *section = start..start.checked_add(length)?;
            start = section.end;
        }
        (start == bytes.len()).then_some(Self { bytes, sections })
    }

    /// Bytes it takes in memory.
    pub fn weight(&self) -> usize {
        self.bytes.len()
    }

    /// The token that covers a place: the last one before it on the same line.
    pub fn token(&self, line: u32, column: u32) -> Option<Token<'_>> {
        let block = self.last_block(line, column)?;
        let mut found = None;
        for token in self.block(block)? {
            if (token.gen_line, token.gen_column) > (line, column) {
                break;
            }
            found = Some(token);
        }
        let found = found.filter(|token| token.gen_line == line)?;
        Some(self.resolved(&found))
    }

    /// The token of a line all of whose tokens lead to the same line of the same source.
    pub fn only_token(&self, line: u32) -> Option<Token<'_>> {
        /// Longer lines are bundles.
        const MAX_TOKENS: usize = 4096;
        let first = self.last_block(line, 0).unwrap_or(0);
        let mut found: Option<RawToken> = None;
        let blocks = first..self.section(0).len() / BLOCK_SIZE;
        let tokens = blocks.filter_map(|block| self.block(block)).flatten();
        for token in tokens.take(MAX_TOKENS).skip_while(|token| token.gen_line < line) {
            if token.gen_line > line {
                return found.map(|found| self.resolved(&found));
            }
            if token.source == NONE {
                continue;
            }
            match found {
                Some(first) if (first.source, first.line) != (token.source, token.line) => return None,
                None => found = Some(token),
                Some(_) => {}
            }
        }
        found.map(|found| self.resolved(&found))
    }

    /// The function around a place.
    pub fn scope(&self, line: u32, column: u32) -> Scope<'_> {
        let scopes = self.section(5);
        let after = partition_point(scopes.len() / SCOPE_SIZE, |number| {
            let place = number * SCOPE_SIZE;
            (u32_at(scopes, place), u32_at(scopes, place + 4)) <= (Some(line), Some(column))
        });
        let Some(number) = after.checked_sub(1) else { return Scope::Unknown };
        match u32_at(scopes, number * SCOPE_SIZE + 8) {
            None | Some(NONE) => Scope::Unknown,
            Some(ANONYMOUS) => Scope::Anonymous,
            Some(name) => self.name(name).map_or(Scope::Unknown, Scope::Named),
        }
    }

    /// The name of a source as the map has it, with the map's `sourceRoot`.
    pub fn source_name(&self, source: u32) -> Option<&str> {
        let place = source as usize * SOURCE_SIZE;
        self.text(self.section(2), place).filter(|name| !name.is_empty())
    }

    /// Whether the map brings the text of a source.
    pub fn has_text(&self, source: u32) -> bool {
        self.source_text(source).is_some()
    }

    /// Whether the map says that a source is somebody else's.
    pub fn is_ignored(&self, source: u32) -> bool {
        u32_at(self.section(2), source as usize * SOURCE_SIZE + 24) == Some(1)
    }

    /// A line of a source, counted from 0, without its end.
    pub fn line(&self, source: u32, line: u32) -> Option<&str> {
        let text = self.source_text(source)?;
        let (sources, place) = (self.section(2), source as usize * SOURCE_SIZE);
        let (first, count) = (u32_at(sources, place + 16)? as usize, u32_at(sources, place + 20)? as usize);
        let mark = line as usize / MARK_LINES;
        if mark >= count {
            return None;
        }
        let mut start = u32_at(self.section(3), (first + mark) * 4)? as usize;
        for _ in 0..line as usize % MARK_LINES {
            start += memchr::memchr(b'\n', text.get(start..)?)? + 1;
        }
        let rest = text.get(start..)?;
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        Some(std::str::from_utf8(&rest[..end]).ok()?.trim_end_matches('\r'))
    }

    /// All of a source: not checked to be UTF-8, which for one line would take longer than everything else.
    fn source_text(&self, source: u32) -> Option<&[u8]> {
        self.bytes_at(self.section(2), source as usize * SOURCE_SIZE + 8)
    }

    fn name(&self, number: u32) -> Option<&str> {
        self.text(self.section(4), number as usize * SPAN_SIZE)
    }

    /// The text whose place and length stand at a place of a table.
    fn text(&self, table: &[u8], place: usize) -> Option<&str> {
        std::str::from_utf8(self.bytes_at(table, place)?).ok()
    }

    fn bytes_at(&self, table: &[u8], place: usize) -> Option<&[u8]> {
        let (start, length) = (u32_at(table, place)? as usize, u32_at(table, place + 4)?);
        if length == NONE {
            return None;
        }
        self.section(6).get(start..start.checked_add(length as usize)?)
    }

    fn section(&self, number: usize) -> &[u8] {
        &self.bytes[self.sections[number].clone()]
    }

    /// The last block that begins at or before a place.
    fn last_block(&self, line: u32, column: u32) -> Option<usize> {
        let blocks = self.section(0);
        let after = partition_point(blocks.len() / BLOCK_SIZE, |number| {
            let place = number * BLOCK_SIZE;
            (u32_at(blocks, place), u32_at(blocks, place + 4)) <= (Some(line), Some(column))
        });
        after.checked_sub(1)
    }

    fn block(&self, number: usize) -> Option<Tokens<'_>> {
        let (blocks, place) = (self.section(0), number * BLOCK_SIZE);
        let first = RawToken {
            gen_line: u32_at(blocks, place)?,
            gen_column: u32_at(blocks, place + 4)?,
            ..RawToken::default()
        };
        let start = u32_at(blocks, place + 8)? as usize;
        let end = u32_at(blocks, place + BLOCK_SIZE + 8).map_or(self.section(1).len(), |next| next as usize);
        Some(Tokens { numbers: Varints::new(self.section(1).get(start..end)?), last: first })
    }

    fn resolved(&self, token: &RawToken) -> Token<'_> {
        Token {
            source: (token.source != NONE).then_some(token.source),
            line: token.line,
            column: token.column,
            name: self.name(token.name),
        }
    }
}

/// A token as it is kept; numbers are [`NONE`] where there is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct RawToken {
    gen_line: u32,
    gen_column: u32,
    source: u32,
    line: u32,
    column: u32,
    name: u32,
}

/// The tokens of a block, each as what differs from the one before.
struct Tokens<'m> {
    numbers: Varints<'m>,
    last: RawToken,
}

impl Iterator for Tokens<'_> {
    type Item = RawToken;

    fn next(&mut self) -> Option<RawToken> {
        let lines = self.numbers.unsigned()?;
        let column = self.numbers.unsigned()?;
        let last = &mut self.last;
        last.gen_column = if lines == 0 { last.gen_column.wrapping_add(column) } else { column };
        last.gen_line = last.gen_line.wrapping_add(lines);
        for value in [&mut last.source, &mut last.line, &mut last.column, &mut last.name] {
            *value = value.wrapping_add_signed(self.numbers.signed()?);
        }
        Some(*last)
    }
}

fn u32_at(bytes: &[u8], place: usize) -> Option<u32> {
    let number = bytes.get(place..place.checked_add(4)?)?;
    number.try_into().ok().map(u32::from_le_bytes)
}

/// The first number for which something no longer holds.
fn partition_point(count: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low.midpoint(high);
        if holds(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests;
