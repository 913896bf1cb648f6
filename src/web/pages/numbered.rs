//! Lists in numbered pages.

/// The last page that is looked for, so that no offset overflows.
const MAX_NUMBER: i64 = 1_000_000;

/// A page of a list; pages count from 1.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    number: i64,
    rows: u16,
}

impl Page {
    /// From the parameter `page`: what is no number means the first.
    pub fn parse(text: &str, rows: u16) -> Self {
        Self { number: text.parse().unwrap_or(1).clamp(1, MAX_NUMBER), rows }
    }

    pub fn is_first(self) -> bool {
        self.number == 1
    }

    /// Offset and limit: one row more than the page has tells whether there is a next one.
    pub fn range(self) -> (i64, i64) {
        let rows = i64::from(self.rows);
        ((self.number - 1) * rows, rows + 1)
    }

    /// Cuts what was found in that range to the page. Returns the addresses of the pages before and after it.
    pub fn cut<T>(self, found: &mut Vec<T>, address: impl Fn(i64) -> String) -> (Option<String>, Option<String>) {
        let rows = usize::from(self.rows);
        let has_more = found.len() > rows;
        found.truncate(rows);
        let previous = (!self.is_first()).then(|| address(self.number - 1));
        (previous, has_more.then(|| address(self.number + 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn pages_know_their_neighbours() {
        for (text, found, range, expected) in [
            ("", 2, (0, 3), (None, None)),
            ("-7", 3, (0, 3), (None, Some("2"))),
            ("2", 2, (2, 3), (Some("1"), None)),
            ("2", 3, (2, 3), (Some("1"), Some("3"))),
            ("99999999", 0, (1_999_998, 3), (Some("999999"), None)),
        ] {
            let (page, mut rows) = (Page::parse(text, 2), vec![(); found]);
            let (previous, next) = page.cut(&mut rows, |number| number.to_string());
            assert_eq!((previous.as_deref(), next.as_deref()), expected, "{text}");
            assert_eq!((page.range(), rows.len()), (range, found.min(2)), "{text}");
        }
    }
}
