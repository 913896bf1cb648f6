//! An event as people read it: views made of its interfaces, shown by the partials in `templates/interfaces/`.
//!
//! Pure: an event and the reader's choices in, views out. Whatever arrives, a page stays within 600 KB and 5,000
//! elements: each section takes its share from a [`budget::Budget`], and what does not fit is a link to a page of its own.

pub mod breadcrumbs;
pub mod budget;
pub mod contexts;
pub mod curl;
pub mod exceptions;
pub mod excerpt;
pub mod frames;
pub mod options;
pub mod problems;
pub mod raw;
pub mod request;
pub mod sdk;
pub mod security;
pub mod source;
pub mod summary;
pub mod text;
pub mod threads;
pub mod values;
pub mod view;
