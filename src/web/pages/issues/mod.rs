//! Lists of issues, and everything about one issue.

pub mod event;
