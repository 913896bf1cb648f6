//! Where the walk over an event's evidence leads: into a hash, or into the tree that explains it.
//!
//! Both come from the same walk, so that the explanation cannot differ from the hash.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::{Component, ComponentValue};

/// Takes components and their values in depth-first order.
pub trait Sink {
    /// Opens a component; a hint says that it does not contribute and why. `false`: nobody wants what is inside, and
    /// there is nothing to close.
    fn open(&mut self, id: &'static str, hint: Option<&'static str>) -> bool;
    fn close(&mut self);
    /// A value that contributes, unless a component around it does not.
    fn leaf(&mut self, id: &'static str, value: &str);
    /// A value that is not hashed, with the reason.
    fn ignored(&mut self, id: &'static str, value: &str, hint: &'static str);
}

/// The contributing values, framed: `component-id 0x1f value`, joined by 0x1e.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leaves(Vec<u8>);

impl Leaves {
    pub fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn push(&mut self, id: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push(0x1e);
        }
        self.0.extend_from_slice(id.as_bytes());
        self.0.push(0x1f);
        self.0.extend_from_slice(normalized(value).as_bytes());
    }
}

/// The composed form (NFC), since macOS writes file names decomposed. U+0000 is what storing makes of it, so that a
/// stored event is explained as it was hashed.
fn normalized(value: &str) -> Cow<'_, str> {
    if value.is_ascii() && !value.contains('\0') {
        return Cow::Borrowed(value);
    }
    Cow::Owned(value.nfc().map(|char| if char == '\0' { char::REPLACEMENT_CHARACTER } else { char }).collect())
}

impl Sink for Leaves {
    fn open(&mut self, id: &'static str, hint: Option<&'static str>) -> bool {
        if hint.is_some() {
            return false;
        }
        // Boundaries: the same values spread over other frames or exceptions are another hash.
        if matches!(id, "frame" | "exception") {
            self.push(id, "");
        }
        true
    }

    fn close(&mut self) {}

    fn leaf(&mut self, id: &'static str, value: &str) {
        self.push(id, value);
    }

    fn ignored(&mut self, _: &'static str, _: &str, _: &'static str) {}
}

/// Builds the tree of components.
#[derive(Debug, Default)]
pub struct Tree {
    open: Vec<Component>,
    done: Vec<ComponentValue>,
}

impl Tree {
    /// The components that were opened at the top.
    pub fn into_values(self) -> Vec<ComponentValue> {
        self.done
    }

    fn is_muted(&self) -> bool {
        self.open.last().is_some_and(|component| !component.contributes)
    }

    fn attach(&mut self, component: Component) {
        let values = self.open.last_mut().map_or(&mut self.done, |parent| &mut parent.values);
        values.push(ComponentValue::Component(component));
    }

    fn add(&mut self, id: &'static str, value: &str, hint: Option<&'static str>) {
        let contributes = hint.is_none() && !self.is_muted();
        let values = vec![ComponentValue::Text(value.to_owned())];
        self.attach(Component { id, name: name(id), contributes, hint, values });
    }
}

impl Sink for Tree {
    fn open(&mut self, id: &'static str, hint: Option<&'static str>) -> bool {
        let contributes = hint.is_none() && !self.is_muted();
        self.open.push(Component { id, name: name(id), contributes, hint, values: Vec::new() });
        true
    }

    fn close(&mut self) {
        if let Some(component) = self.open.pop() {
            self.attach(component);
        }
    }

    fn leaf(&mut self, id: &'static str, value: &str) {
        self.add(id, value, None);
    }

    fn ignored(&mut self, id: &'static str, value: &str, hint: &'static str) {
        self.add(id, value, Some(hint));
    }
}

/// What people read for a component.
pub fn name(id: &'static str) -> &'static str {
    match id {
        "app" => "in-app",
        "stacktrace" => "stack-trace",
        "chained-exception" => "chained exceptions",
        "threads" => "thread",
        "context-line" => "context line",
        "filename" => "file name",
        "lineno" => "line number",
        "ns-error" => "NSError",
        "type" => "exception type",
        "value" => "exception value",
        other => other,
    }
}
