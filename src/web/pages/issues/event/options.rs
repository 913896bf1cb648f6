//! What the reader chose to see of a stack trace; part of the URL, so that links and the back button keep it.

use serde::Deserialize;

/// How much of a stack trace is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stack {
    #[default]
    App,
    Full,
    Raw,
}

/// Which call comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    #[default]
    Newest,
    Oldest,
}

/// Frames as they were mapped, or as they were sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    #[default]
    Mapped,
    Sent,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Options {
    pub stack: Stack,
    pub order: Order,
    pub form: Form,
    /// Place of the thread that is shown.
    pub thread: Option<usize>,
}

impl Options {
    /// The query that keeps these choices; empty where all are the usual ones.
    pub fn query(self) -> String {
        let thread = self.thread.map(|thread| format!("thread={thread}")).unwrap_or_default();
        let parts = [
            match self.stack {
                Stack::App => "",
                Stack::Full => "stack=full",
                Stack::Raw => "stack=raw",
            },
            if self.order == Order::Oldest { "order=oldest" } else { "" },
            if self.form == Form::Sent { "form=sent" } else { "" },
            &thread,
        ];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }

    #[must_use]
    pub fn with_stack(self, stack: Stack) -> Self {
        Self { stack, ..self }
    }

    /// The other order.
    #[must_use]
    pub fn reordered(self) -> Self {
        let order = if self.order == Order::Newest { Order::Oldest } else { Order::Newest };
        Self { order, ..self }
    }

    #[must_use]
    pub fn with_thread(self, thread: usize) -> Self {
        Self { thread: Some(thread), ..self }
    }

    #[must_use]
    pub fn with_form(self, form: Form) -> Self {
        Self { form, ..self }
    }
}
