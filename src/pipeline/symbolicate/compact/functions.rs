//! Names of the minified script's functions, translated by the map.

use std::fmt::Write;

use super::scopes::{FunctionScope, Name};
use super::write::Writer;
use super::{ANONYMOUS, NONE, RawToken};

/// A place in the script: line and column in UTF-16 units, as source maps count.
type Place = (u32, u32);

/// Characters of a name.
const MAX_NAME: usize = 256;

/// Writes from which place on which function's name holds.
pub fn write(writer: &mut Writer, script: &str, functions: &[FunctionScope], known: &KnownNames<'_, '_>) {
    let places = Places::of(script, offsets(functions));
    let mut order: Vec<&FunctionScope> = functions.iter().collect();
    order.sort_by_key(|function| (function.start, std::cmp::Reverse(function.end)));
    let mut open: Vec<(u32, u32)> = Vec::new();
    for function in order {
        close_until(writer, &mut open, &places, function.start);
        let name = function.name.as_ref().map(|name| translated(name, &places, known));
        let name = name.filter(|name| !name.is_empty()).map_or(ANONYMOUS, |name| writer.name(&name));
        let (line, column) = places.at(function.start);
        writer.scope(line, column, name);
        open.push((function.end, name));
    }
    close_until(writer, &mut open, &places, u32::MAX);
}

/// Where functions end, the one around them goes on.
fn close_until(writer: &mut Writer, open: &mut Vec<(u32, u32)>, places: &Places, start: u32) {
    while open.last().is_some_and(|(end, _)| *end <= start) {
        let Some((end, _)) = open.pop() else { return };
        let (line, column) = places.at(end);
        writer.scope(line, column, open.last().map_or(NONE, |(_, name)| *name));
    }
}

fn translated(name: &Name, places: &Places, known: &KnownNames<'_, '_>) -> String {
    let mut text = name.prefix.to_owned();
    for (number, part) in name.parts.iter().enumerate() {
        let separator = if number == 0 { "" } else { "." };
        // Some bundlers put the name on what follows the identifier.
        let original = known.at(places.at(part.start)).or_else(|| known.at(places.at(part.end)));
        let _ = write!(text, "{separator}{}", original.unwrap_or(&part.text));
    }
    text.chars().take(MAX_NAME).collect()
}

/// What the source map calls things.
pub struct KnownNames<'p, 'm> {
    pub tokens: &'p [RawToken],
    /// By the number that tokens have.
    pub texts: &'p [&'m str],
}

impl<'m> KnownNames<'_, 'm> {
    /// The name of the token at a place or directly before it.
    fn at(&self, (line, column): Place) -> Option<&'m str> {
        let after = self.tokens.partition_point(|token| (token.gen_line, token.gen_column) <= (line, column));
        let token = self.tokens.get(after.checked_sub(1)?)?;
        if token.gen_line != line || token.gen_column < column.saturating_sub(1) {
            return None;
        }
        if let Some(name) = self.text(token) {
            return Some(name);
        }
        // TypeScript names the keyword before the identifier.
        let before = self.tokens.get(after.checked_sub(2)?)?;
        let is_same = (before.gen_line, before.source, before.line, before.column)
            == (token.gen_line, token.source, token.line, token.column);
        is_same.then(|| self.text(before)).flatten()
    }

    fn text(&self, token: &RawToken) -> Option<&'m str> {
        self.texts.get(token.name as usize).copied().filter(|name| !name.is_empty())
    }
}

/// All offsets that functions and their names have.
fn offsets(functions: &[FunctionScope]) -> Vec<u32> {
    let names = functions.iter().filter_map(|function| function.name.as_ref()).flat_map(|name| &name.parts);
    let mut offsets: Vec<u32> = functions.iter().flat_map(|function| [function.start, function.end]).collect();
    offsets.extend(names.flat_map(|part| [part.start, part.end]));
    offsets
}

/// The places of offsets.
pub struct Places(Vec<(u32, Place)>);

impl Places {
    pub fn of(script: &str, mut offsets: Vec<u32>) -> Self {
        offsets.sort_unstable();
        offsets.dedup();
        Self(located(script, offsets))
    }

    pub fn at(&self, offset: u32) -> Place {
        let found = self.0.binary_search_by_key(&offset, |(offset, _)| *offset);
        found.map_or((NONE, NONE), |number| self.0[number].1)
    }
}

/// Lines and columns of sorted offsets, in one walk.
fn located(script: &str, offsets: Vec<u32>) -> Vec<(u32, Place)> {
    let (mut line, mut column, mut reached) = (0, 0, 0);
    let mut places = Vec::with_capacity(offsets.len());
    for offset in offsets {
        let Some(passed) = script.get(reached..offset as usize) else { continue };
        let own_line = match memchr::memrchr(b'\n', passed.as_bytes()) {
            Some(end) => {
                let breaks = memchr::memchr_iter(b'\n', passed.as_bytes()).count();
                line += u32::try_from(breaks).unwrap_or(u32::MAX);
                column = 0;
                &passed[end + 1..]
            }
            None => passed,
        };
        let units = if own_line.is_ascii() { own_line.len() } else { own_line.encode_utf16().count() };
        column += u32::try_from(units).unwrap_or(u32::MAX);
        reached = offset as usize;
        places.push((offset, (line, column)));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::located;

    #[test]
    fn columns_count_utf_16() {
        let script = "é😀x\nab\r\n漢c";
        let offsets =
            ["", "é", "é😀", "é😀x\n", "é😀x\na", "é😀x\nab\r\n漢"].map(|before| u32::try_from(before.len()).unwrap());
        let places: Vec<_> = located(script, offsets.to_vec()).into_iter().map(|(_, place)| place).collect();
        assert_eq!(places, [(0, 0), (0, 1), (0, 3), (1, 0), (1, 1), (2, 1)]);
    }
}
