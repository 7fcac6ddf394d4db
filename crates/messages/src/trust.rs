//! Which certificate authorities are trusted: the system's, or those of a file, for a server of the municipality's own.

use crate::{Failure, Result};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use std::{path::Path, sync::Arc};

/// The authorities; those of the file *instead of* the system's if there is one.
///
/// # Errors
/// [`Failure::Settings`] if the file can't be read or there is none to trust.
pub(crate) fn authorities(file: Option<&Path>) -> Result<Vec<CertificateDer<'static>>> {
    let found: Vec<_> = match file {
        None => rustls_native_certs::load_native_certs().certs,
        Some(path) => {
            let told = |e: &dyn std::fmt::Display| Failure::settings(format!("{}: {e}", path.display()));
            let all = CertificateDer::pem_file_iter(path).map_err(|e| told(&e))?;
            all.collect::<std::result::Result<_, _>>().map_err(|e| told(&e))?
        }
    };
    if found.is_empty() { Err(Failure::settings("no certificate authority to trust")) } else { Ok(found) }
}

/// TLS as a client.
///
/// # Errors
/// [`Failure::Settings`].
pub(crate) fn client(file: Option<&Path>) -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(authorities(file)?);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Ok(Arc::new(config.map_err(Failure::settings)?.with_root_certificates(roots).with_no_client_auth()))
}
