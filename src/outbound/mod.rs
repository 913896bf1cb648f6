//! The outside world: blobs now; mail, HTTP and LDAP when an issue needs them.

pub mod blobs;
