//! A step of a test as the page shows it.

/// What was done, what came of it, and what to change.
pub struct StepView {
    pub title: &'static str,
    /// `None`: it was not done.
    pub is_good: Option<bool>,
    pub text: String,
    pub names: Vec<String>,
    pub hint: String,
}

impl StepView {
    pub fn good(title: &'static str, text: impl Into<String>) -> Self {
        Self { title, is_good: Some(true), text: text.into(), names: Vec::new(), hint: String::new() }
    }

    pub fn bad(title: &'static str, text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { is_good: Some(false), hint: hint.into(), ..Self::good(title, text) }
    }

    pub fn skipped(title: &'static str, text: impl Into<String>) -> Self {
        Self { is_good: None, ..Self::good(title, text) }
    }

    pub fn names(self, names: Vec<String>) -> Self {
        Self { names, ..self }
    }
}
