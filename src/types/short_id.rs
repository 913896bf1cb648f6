//! The ids people say: `SHOP-1A`, the project's slug and a number in base 32.

/// Crockford's alphabet, without letters that look like digits (grouping.md 11.1).
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Writes the short id of a project's nth issue.
pub fn format(project_slug: &str, number: i64) -> String {
    let mut digits = Vec::new();
    let mut rest = number.unsigned_abs();
    loop {
        digits.push(DIGITS[(rest % 32) as usize]);
        rest /= 32;
        if rest == 0 {
            break;
        }
    }
    let number: String = digits.into_iter().rev().map(char::from).collect();
    format!("{}-{number}", project_slug.to_uppercase())
}

/// Takes a short id apart: the slug in lower case and the number. `I` and `L` read as 1, `O` as 0.
pub fn parse(text: &str) -> Option<(String, i64)> {
    let (slug, digits) = text.trim().rsplit_once('-')?;
    if slug.is_empty() || digits.is_empty() || digits.len() > 12 {
        return None;
    }
    let number = digits.bytes().try_fold(0_i64, |number, digit| Some(number * 32 + value(digit)?))?;
    Some((slug.to_lowercase(), number))
}

fn value(digit: u8) -> Option<i64> {
    let digit = match digit.to_ascii_uppercase() {
        b'I' | b'L' => b'1',
        b'O' => b'0',
        other => other,
    };
    DIGITS.iter().position(|known| *known == digit).and_then(|place| i64::try_from(place).ok())
}

#[cfg(test)]
mod tests {
    use super::{format, parse};

    #[test]
    fn short_ids_read_what_they_write() {
        for (number, expected) in [(0, "SHOP-0"), (31, "SHOP-Z"), (32, "SHOP-10"), (42, "SHOP-1A")] {
            assert_eq!(format("shop", number), expected);
            assert_eq!(parse(expected), Some(("shop".to_owned(), number)));
        }
        assert_eq!(parse("my-shop-io"), Some(("my-shop".to_owned(), 32)));
        for text in ["", "shop", "-1", "shop-", "shop-u", "shop-0000000000000"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
