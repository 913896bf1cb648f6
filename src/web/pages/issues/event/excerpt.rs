//! Which part of an event a page shows, and how the reader gets to the rest: a page of a part begins after `skip` entries.

use super::options::Options;
use super::values;
use super::view::Part;

/// A part, from an entry on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excerpt {
    pub part: Part,
    /// Entries before the first that is shown.
    pub skip: usize,
}

/// Entries that a page has no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    pub count: i64,
    /// Where their page begins.
    skip: usize,
}

impl Excerpt {
    /// Everything, each section within its share.
    pub const WHOLE: Self = Self { part: Part::All, skip: 0 };

    pub fn is_whole(self) -> bool {
        self.part == Part::All
    }

    /// What is left of `total` entries after `shown` of them. The page of everything leads to the page of the part, and
    /// that one to the next of its kind.
    pub fn rest(self, total: usize, shown: usize) -> Option<Rest> {
        let left = total.saturating_sub(self.skip).saturating_sub(shown);
        // An entry that no page has room for must not keep the reader from the others.
        let skip = if self.is_whole() { 0 } else { self.skip + shown.max(1) };
        (left > 0).then(|| Rest::new(left, skip))
    }

    /// The query of the page of stack traces that begins with this one; `None` if that is the page itself.
    pub fn page_of(self, number: usize, options: Options) -> Option<String> {
        let own = options.query();
        let query = match (number, own.is_empty()) {
            (0, _) => own,
            (_, true) => format!("?skip={number}"),
            (_, false) => format!("{own}&skip={number}"),
        };
        (self.is_whole() || self.skip != number).then_some(query)
    }
}

impl Rest {
    pub fn new(count: usize, skip: usize) -> Self {
        Self { count: values::length(count), skip }
    }

    /// The query of the page where they begin.
    pub fn query(self) -> String {
        if self.skip == 0 { String::new() } else { format!("?skip={}", self.skip) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Excerpt, Options, Part, Rest};

    #[test]
    fn every_page_leads_on() {
        let page = |skip| Excerpt { part: Part::Extra, skip };
        for (excerpt, total, shown, expected) in [
            (Excerpt::WHOLE, 10, 10, None),
            (Excerpt::WHOLE, 10, 4, Some(Rest { count: 6, skip: 0 })),
            (page(0), 10, 4, Some(Rest { count: 6, skip: 4 })),
            (page(4), 10, 4, Some(Rest { count: 2, skip: 8 })),
            (page(8), 10, 2, None),
            (page(8), 10, 0, Some(Rest { count: 2, skip: 9 })),
            (page(99), 10, 0, None),
        ] {
            assert_eq!(excerpt.rest(total, shown), expected, "{excerpt:?} {total} {shown}");
        }
        assert_eq!(page(3).page_of(3, Options::default()), None);
        assert_eq!(page(3).page_of(4, Options::default()).as_deref(), Some("?skip=4"));
        assert_eq!(Excerpt::WHOLE.page_of(0, Options::default()).as_deref(), Some(""));
    }
}
