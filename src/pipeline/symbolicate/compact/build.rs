//! Makes the compact form of a source map, and takes whatever people upload as one.

use std::collections::HashSet;

use serde::Deserialize;
use serde::de::IgnoredAny;
use sourcemap::{DecodedMap, SourceMap, SourceMapHermes, SourceMapSection};

use super::awaits;
use super::functions::{self, KnownNames};
use super::scopes;
use super::write::{Source, Writer};
use super::{NONE, RawToken};
use crate::pipeline::symbolicate::urls;

/// Larger maps are refused: one of this size takes about half a gigabyte while it is prepared.
pub const MAX_MAP_BYTES: usize = 128 << 20;

/// Tokens a map may have. A megabyte of minified code has 200,000.
const MAX_TOKENS: usize = 8_000_000;

/// Sections of an indexed map.
const MAX_SECTIONS: usize = 50_000;

/// The last line, and the last column, that a source may have.
const MAX_PLACE: u32 = u32::MAX / 2;

/// Why a source map can't be used; the text is shown to people.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("the source map has {0} bytes; up to {MAX_MAP_BYTES} are read")]
    TooLarge(usize),
    #[error("the source map has more than {MAX_TOKENS} mappings")]
    TooManyTokens,
    #[error("the source map has more than {MAX_SECTIONS} sections")]
    TooManySections,
    #[error("the source map has version {0}, not 3")]
    Version(String),
    #[error("a section refers to another file, which is not supported")]
    SectionUrl,
    #[error("not a source map: {0}")]
    Invalid(String),
}

/// Makes the compact form. The minified script, if it is there, gives the names of functions.
pub fn build(minified: Option<&str>, map: &[u8]) -> Result<Vec<u8>, BuildError> {
    if map.len() > MAX_MAP_BYTES {
        return Err(BuildError::TooLarge(map.len()));
    }
    if memchr::memchr2_iter(b',', b';', map).take(4 * MAX_TOKENS + 1).count() > 4 * MAX_TOKENS {
        return Err(BuildError::TooManyTokens);
    }
    let json = without_prefix(map);
    let head: Head = serde_json::from_slice(json).map_err(invalid)?;
    head.check()?;
    let mut decoded = sourcemap::decode_slice(json).map_err(invalid)?;
    drop(head);
    let mut roots = Vec::new();
    take_source_roots(&mut decoded, &mut roots);
    let mut parts = Vec::new();
    collect_parts(&decoded, (0, 0), &mut parts)?;
    write(&parts, &roots, minified)
}

fn invalid(error: impl std::fmt::Display) -> BuildError {
    let text: String = error.to_string().chars().take(200).collect();
    BuildError::Invalid(text)
}

/// Without a byte order mark and the line that keeps browsers from running it.
fn without_prefix(map: &[u8]) -> &[u8] {
    let map = map.strip_prefix(b"\xef\xbb\xbf").unwrap_or(map);
    if !map.starts_with(b")]}") {
        return map;
    }
    memchr::memchr(b'\n', map).map_or(&[], |end| &map[end + 1..])
}

/// What is looked at before anything is unpacked.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    version: serde_json::Value,
    mappings: Option<Length>,
    sections: Option<Vec<Section>>,
}

#[derive(Deserialize)]
struct Section {
    url: Option<IgnoredAny>,
    map: Option<Box<Head>>,
}

/// How many mappings a text may hold at most.
struct Length(usize);

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Ok(Self(memchr::memchr2_iter(b',', b';', text.as_bytes()).count() + 1))
    }
}

impl Head {
    fn check(&self) -> Result<(), BuildError> {
        if self.version != 3 && !(self.sections.is_some() && self.version.is_null()) {
            return Err(BuildError::Version(self.version.to_string().chars().take(20).collect()));
        }
        let (mut tokens, mut sections) = (0, 0);
        self.measure(&mut tokens, &mut sections)?;
        if tokens > MAX_TOKENS {
            return Err(BuildError::TooManyTokens);
        }
        if sections > MAX_SECTIONS {
            return Err(BuildError::TooManySections);
        }
        Ok(())
    }

    fn measure(&self, tokens: &mut usize, sections: &mut usize) -> Result<(), BuildError> {
        if self.mappings.is_none() && self.sections.is_none() {
            return Err(BuildError::Invalid("it has no mappings".to_owned()));
        }
        *tokens += self.mappings.as_ref().map_or(0, |mappings| mappings.0);
        for section in self.sections.iter().flatten() {
            *sections += 1;
            match &section.map {
                Some(map) => map.measure(tokens, sections)?,
                None if section.url.is_some() => return Err(BuildError::SectionUrl),
                None => return Err(BuildError::Invalid("a section without a map".to_owned())),
            }
        }
        Ok(())
    }
}

/// Names of sources are joined to the root by our rules, not by the decoder's.
fn take_source_roots(decoded: &mut DecodedMap, roots: &mut Vec<String>) {
    let map: &mut SourceMap = match decoded {
        DecodedMap::Regular(map) => map,
        DecodedMap::Hermes(map) => map,
        DecodedMap::Index(index) => {
            for number in 0..index.get_section_count() {
                if let Some(map) = index.get_section_mut(number).and_then(SourceMapSection::get_sourcemap_mut) {
                    take_source_roots(map, roots);
                }
            }
            return;
        }
    };
    roots.push(map.get_source_root().unwrap_or_default().to_owned());
    map.set_source_root(None::<String>);
}

/// A map without sections, and where it begins.
struct Part<'m> {
    map: &'m SourceMap,
    hermes: Option<&'m SourceMapHermes>,
    line: u32,
    column: u32,
}

/// Takes the sections of an indexed map apart; they may nest.
fn collect_parts<'m>(
    decoded: &'m DecodedMap,
    (line, column): (u32, u32),
    parts: &mut Vec<Part<'m>>,
) -> Result<(), BuildError> {
    match decoded {
        DecodedMap::Regular(map) => parts.push(Part { map, hermes: None, line, column }),
        DecodedMap::Hermes(map) => parts.push(Part { map, hermes: Some(map), line, column }),
        DecodedMap::Index(index) => {
            for section in index.sections() {
                let map = section.get_sourcemap().ok_or(BuildError::SectionUrl)?;
                let (own_line, own_column) = section.get_offset();
                let own_column = if own_line == 0 { own_column.saturating_add(column) } else { own_column };
                collect_parts(map, (own_line.saturating_add(line), own_column), parts)?;
            }
        }
    }
    Ok(())
}

fn write(parts: &[Part<'_>], roots: &[String], minified: Option<&str>) -> Result<Vec<u8>, BuildError> {
    let mut writer = Writer::default();
    let (mut tokens, mut names, mut source_count) = (Vec::new(), Vec::new(), 0);
    for (part, root) in parts.iter().zip(roots) {
        write_sources(&mut writer, part.map, root);
        read_tokens(&mut writer, part, source_count, (&mut tokens, &mut names));
        source_count += part.map.get_source_count();
    }
    if !tokens.is_sorted_by_key(|token| (token.gen_line, token.gen_column)) {
        tokens.sort_by_key(|token| (token.gen_line, token.gen_column));
    }
    let from_map = hermes_scopes(parts);
    if from_map.is_empty() {
        let script = minified.and_then(scopes::of).unwrap_or_default();
        let minified = minified.unwrap_or_default();
        awaits::add(&mut tokens, minified, &script.awaits);
        let known = KnownNames { tokens: &tokens, texts: &names };
        functions::write(&mut writer, minified, &script.functions, &known);
    } else {
        for (line, column, name) in from_map {
            let name = name.map_or(NONE, |name| writer.name(name));
            writer.scope(line, column, name);
        }
    }
    writer.tokens(&tokens);
    writer.finish().ok_or(BuildError::TooLarge(usize::MAX))
}

fn write_sources(writer: &mut Writer, map: &SourceMap, root: &str) {
    let ignored: HashSet<u32> = map.ignore_list().copied().collect();
    for (number, name) in (0..).zip(map.sources()) {
        let name = if name.is_empty() || root.is_empty() || name.starts_with('/') || urls::is_absolute(name) {
            name.to_owned()
        } else {
            format!("{}/{name}", root.strip_suffix('/').unwrap_or(root))
        };
        let text = map.get_source_contents(number);
        writer.source(&Source { name, text, is_ignored: ignored.contains(&number) });
    }
}

fn read_tokens<'m>(
    writer: &mut Writer,
    part: &Part<'m>,
    first_source: u32,
    (tokens, texts): (&mut Vec<RawToken>, &mut Vec<&'m str>),
) {
    let place = |line: u32, column: u32| {
        let column = if line == 0 { column.saturating_add(part.column) } else { column };
        (line.saturating_add(part.line), column)
    };
    let first = part.map.tokens().next().map(|token| token.get_dst());
    if (part.line, part.column) != (0, 0) && first != Some((0, 0)) {
        // What came before does not reach into this section.
        tokens.push(RawToken {
            gen_line: part.line,
            gen_column: part.column,
            source: NONE,
            name: NONE,
            line: 0,
            column: 0,
        });
    }
    // Numbers of names in the compact form, which are the same all over it.
    let mut names: Vec<u32> = vec![NONE; part.map.get_name_count() as usize];
    for token in part.map.tokens() {
        let (gen_line, gen_column) = place(token.get_dst_line(), token.get_dst_col());
        let name = match names.get_mut(token.get_name_id() as usize) {
            Some(known) => {
                if *known == NONE {
                    let text = part.map.get_name(token.get_name_id()).unwrap_or_default();
                    *known = writer.name(text);
                    if *known as usize == texts.len() {
                        texts.push(text);
                    }
                }
                *known
            }
            None => NONE,
        };
        // The decoder lets numbers below zero become very large ones.
        let is_place = token.get_src_line() <= MAX_PLACE && token.get_src_col() <= MAX_PLACE;
        let is_known = is_place && token.get_src_id() < part.map.get_source_count();
        tokens.push(RawToken {
            gen_line,
            gen_column,
            source: if is_known { first_source + token.get_src_id() } else { NONE },
            line: if is_known { token.get_src_line() } else { 0 },
            column: if is_known { token.get_src_col() } else { 0 },
            name,
        });
    }
}

/// The names of functions where the map itself knows them (`x_facebook_sources`).
fn hermes_scopes<'m>(parts: &[Part<'m>]) -> Vec<(u32, u32, Option<&'m str>)> {
    let mut scopes: Vec<(u32, u32, Option<&str>)> = Vec::new();
    for part in parts {
        let Some(hermes) = part.hermes else { continue };
        for token in part.map.tokens() {
            let name = hermes.get_scope_for_token(token);
            let (line, column) = token.get_dst();
            let column = if line == 0 { column.saturating_add(part.column) } else { column };
            if scopes.last().is_none_or(|last| last.2 != name) {
                scopes.push((line.saturating_add(part.line), column, name));
            }
        }
    }
    scopes.sort_by_key(|(line, column, _)| (*line, *column));
    scopes
}
