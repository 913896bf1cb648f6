//! The documents say what the program does: every option, with its type, default and place.

use std::fmt::Write as _;

use picket::config::{OPTIONS, Place, Settings};

#[test]
fn the_table_of_options_is_complete() {
    let documented = include_str!("../../docs/configure.md");
    let table = table();
    assert!(documented.contains(&table), "docs/configure.md should hold:\n{table}");
}

fn table() -> String {
    let defaults = Settings::defaults();
    let mut table = String::new();
    for option in OPTIONS {
        let default = defaults.get(option.key).map(|setting| setting.value.to_string()).unwrap_or_default();
        let default = if default.is_empty() { String::new() } else { format!("`{default}`") };
        let place = match option.place {
            Place::File => "file",
            Place::Runtime => "runtime",
        };
        writeln!(table, "| `{}` | {} | {default} | {place} | {} |", option.key, option.kind.name(), option.help)
            .unwrap();
    }
    table
}
