//! [`Trust`]: whose certificates are believed.
//!
//! Invariant: a certificate is always checked; there is no setting that turns it off.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// The authorities of the machine, read once.
#[derive(Debug, Clone)]
pub struct Trust {
    roots: Arc<RootCertStore>,
}

impl Trust {
    /// Reads the authorities that the machine trusts; what can't be read is told in the log.
    pub fn of_machine() -> Self {
        let found = rustls_native_certs::load_native_certs();
        for error in &found.errors {
            tracing::warn!(cause = %error, "some authorities of the machine could not be read");
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(found.certs);
        Trust {
            roots: Arc::new(roots),
        }
    }

    /// How TLS is spoken to a system: believing the machine's authorities, and those in `pem` besides.
    ///
    /// # Errors
    /// What is wrong with `pem`.
    pub(super) fn client(&self, pem: Option<&str>) -> Result<ClientConfig, String> {
        let roots = match pem {
            None => Arc::clone(&self.roots),
            Some(pem) => Arc::new(self.with(pem)?),
        };
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(config)
    }

    fn with(&self, pem: &str) -> Result<RootCertStore, String> {
        let mut roots = RootCertStore::clone(&self.roots);
        let mut added = 0;
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|error| error.to_string())?;
            roots.add(certificate).map_err(|error| error.to_string())?;
            added += 1;
        }
        match added {
            0 => Err("there is no certificate in it".into()),
            _ => Ok(roots),
        }
    }

    /// Whether `pem` holds certificates that can be believed.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(pem: &str) -> Result<(), String> {
        let empty = Trust {
            roots: Arc::new(RootCertStore::empty()),
        };
        empty.with(pem).map(|_| ())
    }
}
