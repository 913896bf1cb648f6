//! What happened to issues: the words for it, and the stream of an organization.

pub mod entries;
mod stream;
pub mod words;

pub use stream::routes;
