//! What SDKs post.
