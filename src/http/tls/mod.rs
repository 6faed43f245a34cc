//! TLS served by the hub itself: TLS 1.2 and 1.3 by rustls, with certificates that are read anew when their
//! files change.
//!
//! Not here: who may call. HTTP/2 is not offered: the server below bounds neither its streams nor their
//! headers. Invariant: a certificate is taken into use only with its own key; until then the last good
//! pair is served.

mod validity;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use zeroize::Zeroizing;

use crate::config::TlsConfig;
use crate::types::{Digest, Digester, Timestamp};

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(2);

/// Tells whether the certificate and its key can be served.
///
/// # Errors
/// What is wrong with which setting; never what a file holds.
pub fn check_tls(config: &TlsConfig) -> Result<(), String> {
    pair(&Files::read(config)?).map(|_| ())
}

/// Until when the certificate is good.
///
/// # Errors
/// As of [`check_tls`].
pub fn certificate_ends(config: &TlsConfig) -> Result<Timestamp, String> {
    let pair = pair(&Files::read(config)?)?;
    let ends = pair.cert.first().and_then(|first| validity::not_after(first));
    ends.ok_or_else(|| "MAHAKAM_TLS_CERTIFICATE does not say until when it is good".to_owned())
}

/// The certificate in use; see the module.
pub(super) struct Certificates {
    config: TlsConfig,
    current: ArcSwap<CertifiedKey>,
    /// What was tried last, good or not; nothing when the files could not be read.
    tried: Mutex<Option<Digest>>,
}

impl Certificates {
    /// Reads the pair that the settings name.
    ///
    /// # Errors
    /// As of [`check_tls`].
    pub(super) fn open(config: &TlsConfig) -> Result<Arc<Self>, String> {
        let files = Files::read(config)?;
        Ok(Arc::new(Certificates {
            config: config.clone(),
            current: ArcSwap::from_pointee(pair(&files)?),
            tried: Mutex::new(Some(files.digest())),
        }))
    }

    /// What the server is told of TLS.
    ///
    /// # Errors
    /// When the cryptography has no version in common with us.
    pub(super) fn server(self: &Arc<Self>) -> Result<ServerConfig, rustls::Error> {
        let config = ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth();
        let certificates: Arc<Certificates> = Arc::clone(self);
        Ok(config.with_cert_resolver(certificates))
    }

    /// Looks after the files as long as it is awaited.
    pub(super) async fn follow(self: Arc<Self>) {
        loop {
            tokio::time::sleep(EVERY).await;
            let certificates = Arc::clone(&self);
            if let Err(error) = actix_web::rt::task::spawn_blocking(move || certificates.renew()).await {
                tracing::error!(cause = %error, "the certificate could not be looked at; trying on");
            }
        }
    }

    /// Takes what the files hold now into use, if that is new and good. What is wrong is told once.
    fn renew(&self) {
        let read = Files::read(&self.config);
        let digest = read.as_ref().ok().map(Files::digest);
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        if *tried == digest {
            return;
        }
        *tried = digest;
        match read.and_then(|files| pair(&files)) {
            Ok(certificate) => {
                self.current.store(Arc::new(certificate));
                tracing::info!("the new certificate is in use");
            }
            Err(cause) => tracing::error!(
                cause,
                "the new certificate can't be used; the one before stays in use"
            ),
        }
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.load_full())
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates").finish_non_exhaustive()
    }
}

/// What the two files hold.
struct Files {
    certificate: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

impl Files {
    fn read(config: &TlsConfig) -> Result<Self, String> {
        let read = |name: &str, path: &Path| {
            std::fs::read(path).map_err(|error| format!("{name}: {} can't be read ({error})", path.display()))
        };
        Ok(Files {
            certificate: read("MAHAKAM_TLS_CERTIFICATE", &config.certificate)?,
            key: Zeroizing::new(read("MAHAKAM_TLS_KEY", &config.key)?),
        })
    }

    fn digest(&self) -> Digest {
        let mut digester = Digester::default();
        digester.update(Digest::of(&self.certificate).as_bytes());
        digester.update(&self.key);
        digester.finish()
    }
}

/// The certificate with its key, if they belong together.
fn pair(files: &Files) -> Result<CertifiedKey, String> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&files.certificate)
        .collect::<Result<_, _>>()
        .map_err(|_| "MAHAKAM_TLS_CERTIFICATE is no PEM file of certificates")?;
    if chain.is_empty() {
        return Err("MAHAKAM_TLS_CERTIFICATE holds no certificate in PEM".to_owned());
    }
    let key = PrivateKeyDer::from_pem_slice(&files.key)
        .map_err(|_| "MAHAKAM_TLS_KEY holds no private key in PEM")?;
    CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => {
            "MAHAKAM_TLS_KEY is not the key of MAHAKAM_TLS_CERTIFICATE".to_owned()
        }
        error => format!("MAHAKAM_TLS_CERTIFICATE and MAHAKAM_TLS_KEY can't be used ({error})"),
    })
}

fn provider() -> CryptoProvider {
    ring::default_provider()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with a certificate and its key, which can be written anew.
    struct Pair(tempfile::TempDir);

    impl Pair {
        fn config(&self) -> TlsConfig {
            TlsConfig {
                certificate: self.0.path().join("cert.pem"),
                key: self.0.path().join("key.pem"),
            }
        }

        fn write(&self, certificate: &str, key: &str) {
            std::fs::write(self.config().certificate, certificate).unwrap();
            std::fs::write(self.config().key, key).unwrap();
        }
    }

    fn made() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(["hub.example".to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    #[test]
    fn a_new_pair_is_taken_into_use_only_when_it_is_whole() {
        let (files, (first, first_key), (second, second_key)) =
            (Pair(tempfile::tempdir().unwrap()), made(), made());
        files.write(&first, &first_key);
        let certificates = Certificates::open(&files.config()).unwrap();
        let served = || certificates.current.load().cert.clone();
        let before = served();
        for (certificate, key) in [
            (second.as_str(), first_key.as_str()),
            ("no certificate", &second_key),
            (&second, "no key"),
            ("", ""),
        ] {
            files.write(certificate, key);
            certificates.renew();
            assert_eq!(served(), before, "{certificate}");
        }
        std::fs::remove_file(files.config().key).unwrap();
        certificates.renew();
        assert_eq!(served(), before);
        files.write(&second, &second_key);
        certificates.renew();
        assert_ne!(served(), before);
    }

    #[test]
    fn what_is_wrong_with_a_pair_is_told_by_its_setting() {
        let (files, (first, first_key), (_, other_key)) =
            (Pair(tempfile::tempdir().unwrap()), made(), made());
        let says = || check_tls(&files.config()).unwrap_err();
        assert!(says().contains("MAHAKAM_TLS_CERTIFICATE"));
        files.write(&first, &other_key);
        assert_eq!(
            says(),
            "MAHAKAM_TLS_KEY is not the key of MAHAKAM_TLS_CERTIFICATE"
        );
        files.write(&first_key, &first_key);
        assert!(says().contains("holds no certificate"));
        files.write(&first, &first);
        assert!(says().contains("holds no private key"));
        files.write(&first, &first_key);
        assert!(check_tls(&files.config()).is_ok());
    }
}
