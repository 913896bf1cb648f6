//! Places at which functions wait.
//!
//! The stack trace of what was awaited goes through the word `await`. Terser leaves that word without a place in the map,
//! so that it would be taken for what stands before it, which is often on another line of the source.

use super::functions::Places;
use super::scopes::Await;
use super::{NONE, RawToken};

/// Lets each `await` lead to where what it waits for does, unless the map knows better. Tokens are in order.
pub fn add(tokens: &mut Vec<RawToken>, script: &str, awaits: &[Await]) {
    let places = Places::of(script, awaits.iter().flat_map(|waits| [waits.start, waits.operand]).collect());
    let at = |offset: u32| {
        let found = tokens.binary_search_by_key(&places.at(offset), |token| (token.gen_line, token.gen_column));
        found.ok().map(|number| tokens[number])
    };
    let missing: Vec<RawToken> = awaits
        .iter()
        .filter(|waits| at(waits.start).is_none())
        .filter_map(|waits| {
            let operand = at(waits.operand).filter(|token| token.source != NONE)?;
            let (gen_line, gen_column) = places.at(waits.start);
            Some(RawToken { gen_line, gen_column, ..operand })
        })
        .collect();
    if !missing.is_empty() {
        tokens.extend(missing);
        tokens.sort_by_key(|token| (token.gen_line, token.gen_column));
    }
}
