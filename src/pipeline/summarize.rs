//! Type, title, culprit, tags.
