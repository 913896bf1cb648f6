//! Comma-separated values that a spreadsheet opens without running anything of them.

use std::fmt::Write;

/// Adds a row. A cell that a spreadsheet would take for a formula gets a quote before it.
pub fn row<T: AsRef<str>>(out: &mut String, cells: impl IntoIterator<Item = T>) {
    for (place, text) in cells.into_iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        cell(out, text.as_ref());
    }
    out.push_str("\r\n");
}

fn cell(out: &mut String, text: &str) {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if is_formula { "'" } else { "" };
    if text.contains([',', '"', '\r', '\n']) {
        write!(out, "\"{guard}{}\"", text.replace('"', "\"\"")).expect("writing to a string cannot fail");
    } else {
        out.push_str(guard);
        out.push_str(text);
    }
}

/// What a file is called: letters, digits, dots and dashes of the name only.
pub fn disposition(name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    format!("attachment; filename=\"{name}.csv\"")
}

#[cfg(test)]
mod tests {
    use super::{disposition, row};

    #[test]
    fn nothing_in_a_cell_is_a_formula_or_ends_it() {
        let mut out = String::new();
        row(&mut out, ["plain", "=1+1", "+1", "-1", "@x", "a,b", "say \"hi\"", "two\nlines", "", "=\"x\",y", "\tx"]);
        assert_eq!(
            out,
            "plain,'=1+1,'+1,'-1,'@x,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",,\"'=\"\"x\"\",y\",'\tx\r\n"
        );
        assert_eq!(disposition("SHOP-1 \"x\r\n../é"), "attachment; filename=\"SHOP-1__x__..__.csv\"");
    }
}
