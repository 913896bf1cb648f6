//! The outside world: files and the public web, mail, directories of people, identity providers.

pub mod blobs;
pub mod ldap;
pub mod mail;
pub mod oidc;
pub mod probe;
mod unfinished;
pub mod web;

/// Chooses the cryptography of encrypted connections, once per process and before the first of them. It's no error if
/// it is chosen already.
pub fn choose_cryptography() {
    drop(rustls::crypto::ring::default_provider().install_default());
}
