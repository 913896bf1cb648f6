//! The texts of the interface in one language. `build.rs` makes the methods from `locales/`.

use crate::types::language::Language;

/// The texts in one language: `t.issues_resolve()`, `t.issues_selected(3)`.
#[derive(Clone, Copy, Debug)]
pub struct Messages {
    pub language: Language,
}

mod generated {
    #![expect(clippy::match_same_arms, reason = "a text may be the same in both languages")]

    use super::{Language, Messages};

    include!(concat!(env!("OUT_DIR"), "/messages.rs"));
}

/// A number that messages count by. Templates pass fields by reference, lengths as they are.
pub trait Count {
    fn count(self) -> i64;
}

impl Count for i64 {
    fn count(self) -> i64 {
        self
    }
}

impl Count for &i64 {
    fn count(self) -> i64 {
        *self
    }
}

impl Count for i32 {
    fn count(self) -> i64 {
        self.into()
    }
}

impl Count for &i32 {
    fn count(self) -> i64 {
        (*self).into()
    }
}

impl Count for usize {
    fn count(self) -> i64 {
        i64::try_from(self).unwrap_or(i64::MAX)
    }
}

impl Count for &usize {
    fn count(self) -> i64 {
        Count::count(*self)
    }
}

/// A count with its thousands grouped, as both languages write it.
pub fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if n < 0 {
        text.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
