//! Minified JavaScript back into source (sourcemaps.md).
//!
//! 1. [`request`]: which frames want which files. Events without frames of JavaScript end here.
//! 2. [`mod@gather`]: scripts, their source maps, and texts of sources are looked up through an [`ArtifactSource`]. The
//!    only part that waits, and the only one that may fail; failures become entries of the event's `errors`.
//! 3. [`frames`]: frames are rewritten with what was found, and kept as they were sent beside it.
//!
//! Doing it again changes nothing about frames that were resolved, and resolves those whose artifacts came later.

pub mod compact;
pub mod context;
pub mod frames;
mod function_names;
pub mod gather;
pub mod interface;
pub mod problems;
pub mod reference;
pub mod request;
pub mod urls;

pub use gather::{Detail, Gathered, gather, gather_into};
pub use interface::{ArtifactSource, Failure, Found, FoundBy, MapContent, Nearest, Query};
pub use request::Request;
