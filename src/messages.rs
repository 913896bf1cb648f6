//! The texts of the interface as one reader gets them: in their language, with times by their clock. `build.rs` makes
//! the methods from `locales/`.

use chrono::{DateTime, Timelike, Utc};

use crate::types::language::Language;
use crate::types::wall_clock::WallClock;

/// The texts for a reader: `t.issues_resolve()`, `t.issues_selected(3)`.
#[derive(Clone, Copy, Debug)]
pub struct Messages {
    pub language: Language,
    pub clock: WallClock,
}

impl Messages {
    /// For somebody of whose clock nothing is known.
    pub const fn new(language: Language) -> Self {
        Self { language, clock: WallClock::UTC }
    }

    /// `18:27`, `6:27 PM`.
    pub fn hour(&self, at: DateTime<Utc>) -> String {
        self.by_the_clock(at, "%H:%M", "%-I:%M")
    }

    /// `18:27:03`, `6:27:03 PM`.
    pub fn second(&self, at: DateTime<Utc>) -> String {
        self.by_the_clock(at, "%H:%M:%S", "%-I:%M:%S")
    }

    /// `2026-11-20 18:27 UTC`: short, with the zone.
    pub fn stamp(&self, at: DateTime<Utc>) -> String {
        let day = self.clock.local(at).format("%Y-%m-%d");
        format!("{day} {} {}", self.hour(at), self.clock.offset(at))
    }

    fn by_the_clock(self, at: DateTime<Utc>, to_24: &str, to_12: &str) -> String {
        let local = self.clock.local(at);
        let time = local.format(if self.clock.is_24_hours { to_24 } else { to_12 });
        match (self.clock.is_24_hours, local.hour12().0) {
            (true, _) => time.to_string(),
            (false, false) => self.time_morning(time),
            (false, true) => self.time_afternoon(time),
        }
    }
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
