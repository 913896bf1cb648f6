//! Finding names and versions in a header.

/// What stands after the first occurrence of a token.
pub fn after<'h>(header: &'h str, token: &str) -> Option<&'h str> {
    header.find(token).map(|at| &header[at + token.len()..])
}

/// The version at the start of a text: at most three numbers, with dots or underscores between them.
pub fn version(text: &str) -> String {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
    let numbers = text[..end].split(['.', '_']).take_while(|number| !number.is_empty());
    numbers.take(3).collect::<Vec<_>>().join(".")
}
