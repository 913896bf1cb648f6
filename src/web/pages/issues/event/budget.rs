//! How much a section may add to a page.

use crate::web::markup::Markup;

/// Elements and bytes that are left.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    elements: usize,
    bytes: usize,
}

impl Budget {
    pub fn new(elements: usize, bytes: usize) -> Self {
        Self { elements, bytes }
    }

    /// Takes what the markup needs; `false` (and nothing taken) where it does not fit.
    pub fn take(&mut self, markup: &Markup) -> bool {
        self.take_size(markup.elements(), markup.len())
    }

    pub fn take_size(&mut self, elements: usize, bytes: usize) -> bool {
        if elements > self.elements || bytes > self.bytes {
            return false;
        }
        self.elements -= elements;
        self.bytes -= bytes;
        true
    }

    /// Takes from `other` what was taken from this one since it was `before`.
    pub fn charge_difference(&self, before: Self, other: &mut Self) {
        other.elements = other.elements.saturating_sub(before.elements - self.elements);
        other.bytes = other.bytes.saturating_sub(before.bytes - self.bytes);
    }

    /// Whether more than `elements` are left.
    pub fn is_ample(&self, elements: usize) -> bool {
        self.elements > elements
    }
}
