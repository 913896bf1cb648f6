//! Issues: events grouped together.

pub mod intake;
