//! Any source map with any script: no panic, and what was made of it can be read everywhere.
#![no_main]

use libfuzzer_sys::fuzz_target;
use picket::pipeline::symbolicate::compact::{self, CompactMap};
use picket::pipeline::symbolicate::reference;

fuzz_target!(|input: &[u8]| {
    // Script and map, divided by a zero byte.
    let (script, map) = input.split_at(input.iter().position(|byte| *byte == 0).unwrap_or(0));
    let map = map.strip_prefix(b"\0").unwrap_or(map);
    let script = String::from_utf8_lossy(script);
    let _ = reference::in_text(&script);
    // As a file of the cache that something else wrote.
    read(CompactMap::open(map.to_vec()));
    if let Ok(bytes) = compact::build(Some(&script), map) {
        read(Some(CompactMap::open(bytes).expect("what was made can be opened")));
    }
});

fn read(map: Option<CompactMap>) {
    let Some(map) = map else { return };
    for (line, column) in [(0, 0), (0, 7), (1, 0), (3, u32::MAX), (u32::MAX, u32::MAX)] {
        let _ = (map.scope(line, column), map.only_token(line));
        let Some(token) = map.token(line, column) else { continue };
        let source = token.source.unwrap_or_default();
        let _ = (map.source_name(source), map.is_ignored(source), map.line(source, token.line));
    }
}
