//! Bounding free-form values (normalize.md 16): variables, extra data, contexts, request bodies.
//!
//! Entries are kept in order until the budget is spent. A second run over the result finds the same costs and changes
//! nothing.

use std::borrow::Cow;

use super::notes::Notes;
use super::path::Path;
use super::values;
use crate::types::json::{Json, Object};

/// How large a free-form value may be.
#[derive(Clone, Copy)]
pub struct Bag {
    /// Characters of keys and values together.
    pub size: usize,
    /// Levels of containers; what is deeper becomes its JSON text.
    pub depth: usize,
    pub not_finite: NotFinite,
}

/// What NaN and the infinities become (ingest.md 3.3).
#[derive(Clone, Copy, PartialEq)]
pub enum NotFinite {
    Null,
    /// `<nan>`, `<inf>`, `<-inf>`.
    Text,
}

/// What an entry needs at least; also the cost of a scalar.
const SMALLEST: usize = 8;

impl Bag {
    pub const fn new(size: usize, depth: usize) -> Self {
        Self { size, depth, not_finite: NotFinite::Null }
    }

    /// For what people printed to look at: NaN stays readable.
    pub const fn of_variables(size: usize, depth: usize) -> Self {
        Self { size, depth, not_finite: NotFinite::Text }
    }

    /// Makes any value fit.
    pub fn fit(self, value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) {
        self.fit_counting(value, notes, path);
    }

    /// The same, telling how much of the budget was used.
    pub fn fit_counting(self, value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> usize {
        let mut trimmer = Trimmer { left: self.size, not_finite: self.not_finite, notes };
        trimmer.value(value, self.depth, path);
        self.size - trimmer.left
    }

    /// An object is made to fit; null goes silently, anything else as an error.
    pub fn object(self, value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
        match value {
            Json::Object(_) => self.fit(value, notes, path),
            Json::Null => return false,
            _ => {
                notes.invalid(path, value, "expected an object");
                return false;
            }
        }
        true
    }
}

struct Trimmer<'n> {
    left: usize,
    not_finite: NotFinite,
    notes: &'n mut Notes,
}

impl Trimmer<'_> {
    fn value(&mut self, value: &mut Json<'_>, depth: usize, path: &Path<'_>) {
        if let Json::Float(number) = value
            && !number.is_finite()
        {
            *value = self.stand_in(*number);
        }
        match value {
            Json::Null | Json::Bool(_) | Json::Int(_) | Json::Float(_) => self.spend(SMALLEST),
            Json::Str(text) => self.text(text, path),
            Json::Array(_) | Json::Object(_) if depth == 0 => {
                let mut text = Cow::Owned(value.to_string());
                self.text(&mut text, path);
                *value = Json::Str(text);
            }
            Json::Array(items) => {
                self.spend(2);
                self.array(items, depth - 1, path);
            }
            Json::Object(object) => {
                self.spend(2);
                self.object(object, depth - 1, path);
            }
        }
    }

    fn stand_in(&self, number: f64) -> Json<'static> {
        match self.not_finite {
            NotFinite::Null => Json::Null,
            NotFinite::Text if number.is_nan() => Json::from("<nan>"),
            NotFinite::Text if number > 0.0 => Json::from("<inf>"),
            NotFinite::Text => Json::from("<-inf>"),
        }
    }

    fn spend(&mut self, cost: usize) {
        self.left = self.left.saturating_sub(cost);
    }

    /// Quotation marks count, so that a list of empty texts is not free.
    fn text(&mut self, text: &mut Cow<'_, str>, path: &Path<'_>) {
        let room = self.left.saturating_sub(2);
        // Bytes are at least characters: most texts need no counting to fit, but the cost is in characters.
        let length = if text.is_ascii() { text.len() } else { text.chars().count() };
        if length > room {
            values::cut(text, room);
            self.notes.cut(path, room, length);
        }
        self.spend(length.min(room) + 2);
    }

    fn array(&mut self, items: &mut Vec<Json<'_>>, depth: usize, path: &Path<'_>) {
        for index in 0..items.len() {
            if self.left < SMALLEST {
                self.notes.shortened(path, items.len());
                items.truncate(index);
                return;
            }
            self.value(&mut items[index], depth, &path.index(index));
        }
    }

    fn object(&mut self, object: &mut Object<'_>, depth: usize, path: &Path<'_>) {
        let mut kept = 0;
        for (key, value) in object.iter_mut() {
            let cost = if key.is_ascii() { key.len() } else { key.chars().count() } + 1;
            if self.left < cost + SMALLEST {
                break;
            }
            self.spend(cost);
            self.value(value, depth, &path.key(key));
            kept += 1;
        }
        if kept < object.len() {
            self.notes.shortened(path, object.len());
            object.truncate(kept);
        }
    }
}
