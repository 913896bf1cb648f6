//! Whose certificates are trusted.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::Problem;

/// Trusts what the file holds, and nothing else.
pub fn trusting(file: &Path) -> Result<Arc<ClientConfig>, Problem> {
    let problem = |reason: String| Problem::CaFile { path: file.display().to_string(), reason };
    let pem = std::fs::read(file).map_err(|error| problem(error.to_string()))?;
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| problem(error.to_string()))?;
        store.add(certificate).map_err(|error| problem(error.to_string()))?;
    }
    if store.is_empty() {
        return Err(problem("it holds no certificate (-----BEGIN CERTIFICATE-----)".to_owned()));
    }
    Ok(Arc::new(ClientConfig::builder().with_root_certificates(store).with_no_client_auth()))
}
