//! With which certificate the hub serves TLS itself.
//!
//! Not here: what the files hold; the room that serves reads them, again and again.

use std::path::PathBuf;

use super::source::Reading;

/// With which certificate the hub serves TLS itself.
#[derive(Debug, Clone)]
pub struct TlsConfig {
    /// `MAHAKAM_TLS_CERTIFICATE`: a PEM file with the certificate and those between it and its root.
    pub certificate: PathBuf,
    /// `MAHAKAM_TLS_KEY`: a PEM file with the certificate's private key.
    pub key: PathBuf,
}

impl TlsConfig {
    /// `None` when the hub serves without TLS, behind a proxy.
    pub(super) fn read(reading: &mut Reading<'_>) -> Option<Self> {
        const NAMES: [&str; 2] = ["MAHAKAM_TLS_CERTIFICATE", "MAHAKAM_TLS_KEY"];
        match NAMES.map(|name| reading.text(name)) {
            [Some(certificate), Some(key)] => Some(TlsConfig {
                certificate: certificate.into(),
                key: key.into(),
            }),
            [None, None] => None,
            [missing, _] => {
                let [certificate, key] = NAMES;
                let (unset, set) = if missing.is_none() {
                    (certificate, key)
                } else {
                    (key, certificate)
                };
                reading.fault(unset, &format!("must be set as well, because {set} is"));
                None
            }
        }
    }
}
