//! Trying fingerprint rules on stored events before they are used (demands.md 13).
//!
//! Rules decide about events to come; what is stored stays where it is. So a preview says where the stored events would
//! go if they came again: into an issue that has their hash, or into a new one.

pub mod correct;
mod preview;
mod sample;

pub use preview::{IssueChange, Preview, Target, Tested, preview, test};
pub use sample::{Sample, look, newest};
