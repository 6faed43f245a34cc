//! TLS served by the hub itself.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};

use crate::harness::{TestHub, eventually, program};

/// A certificate for `hub.example` with its key, in files.
struct Pair {
    folder: tempfile::TempDir,
}

impl Pair {
    fn made() -> (Self, CertificateDer<'static>) {
        let folder = tempfile::tempdir().unwrap();
        let pair = Pair { folder };
        let certificate = pair.renew();
        (pair, certificate)
    }

    fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    /// Another certificate in the same files.
    fn renew(&self) -> CertificateDer<'static> {
        let made = rcgen::generate_simple_self_signed(["hub.example".to_owned()]).unwrap();
        std::fs::write(self.certificate(), made.cert.pem()).unwrap();
        std::fs::write(self.key(), made.signing_key.serialize_pem()).unwrap();
        made.cert.der().clone()
    }

    async fn hub(&self) -> TestHub {
        TestHub::builder()
            .setting("MAHAKAM_TLS_CERTIFICATE", shown(&self.certificate()))
            .setting("MAHAKAM_TLS_KEY", shown(&self.key()))
            .setting("MAHAKAM_PUBLIC_URL", "https://hub.example")
            .start()
            .await
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// What a client that trusts `certificate` alone is answered; it speaks this version and no other.
fn ask(
    hub: &TestHub,
    certificate: &CertificateDer<'static>,
    version: &'static SupportedProtocolVersion,
) -> std::io::Result<String> {
    let mut trusted = RootCertStore::empty();
    trusted.add(certificate.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(trusted)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let name = ServerName::try_from("hub.example").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let socket = TcpStream::connect(hub.address())?;
    socket.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut stream = StreamOwned::new(connection, socket);
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: hub.example\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    // A reset behind the whole answer, of a server that has nothing more to say, takes nothing from it.
    match stream.read_to_end(&mut answer) {
        Err(error) if error.kind() != ErrorKind::ConnectionReset || answer.is_empty() => return Err(error),
        _ => {}
    }
    assert_eq!(stream.conn.alpn_protocol(), Some(b"http/1.1".as_slice()));
    assert_eq!(stream.conn.protocol_version(), Some(version.version));
    Ok(String::from_utf8(answer).unwrap())
}

#[tokio::test]
async fn answers_come_over_tls_1_2_and_1_3_and_tell_browsers_to_stay_with_it() {
    let (pair, certificate) = Pair::made();
    let hub = pair.hub().await;
    for version in [&TLS12, &TLS13] {
        let answer = ask(&hub, &certificate, version).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(
            answer
                .to_lowercase()
                .contains("\r\nstrict-transport-security: max-age="),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_renewed_certificate_is_served_without_a_restart_and_a_broken_one_never() {
    let (pair, first) = Pair::made();
    let hub = pair.hub().await;
    // The server reads the files after the address is known: what breaks before that is never served.
    let before = || async { ask(&hub, &first, &TLS13).ok() };
    eventually("the first certificate is served", before).await;
    std::fs::write(pair.key(), "broken").unwrap();
    eventually("the one before is still served", before).await;
    let second = pair.renew();
    eventually("the new certificate is served", || async {
        let answer = ask(&hub, &second, &TLS13);
        answer.ok()
    })
    .await;
    assert!(ask(&hub, &first, &TLS13).is_err(), "the one before is gone");
}

#[tokio::test]
async fn plain_http_on_the_port_of_tls_is_never_answered() {
    let (pair, _) = Pair::made();
    let hub = pair.hub().await;
    let mut stream = TcpStream::connect(hub.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
        .write_all(b"GET /health/live HTTP/1.1\r\nHost: hub.example\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
}

#[tokio::test]
async fn a_handshake_that_does_not_end_is_given_up() {
    let (pair, _) = Pair::made();
    let hub = TestHub::builder()
        .setting("MAHAKAM_TLS_CERTIFICATE", shown(&pair.certificate()))
        .setting("MAHAKAM_TLS_KEY", shown(&pair.key()))
        .setting("MAHAKAM_IDLE_SECONDS", 1)
        .start()
        .await;
    let mut stream = TcpStream::connect(hub.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(&[22, 3, 1]).unwrap();
    let mut answer = Vec::new();
    assert_eq!(stream.read_to_end(&mut answer).unwrap(), 0, "{answer:?}");
}

#[test]
fn a_pair_that_does_not_fit_is_told_by_check_config() {
    let (pair, _) = Pair::made();
    let (other, _) = Pair::made();
    let folder = tempfile::tempdir().unwrap();
    let check = |certificate: &Path, key: &Path| {
        let output = program(&format!("sqlite:{}", shown(&folder.path().join("hub.db"))))
            .env("MAHAKAM_TLS_CERTIFICATE", certificate)
            .env("MAHAKAM_TLS_KEY", key)
            .arg("check-config")
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    assert!(check(&pair.certificate(), &pair.key()).0);
    let (fits, said) = check(&pair.certificate(), &other.key());
    assert!(
        !fits && said.contains("MAHAKAM_TLS_KEY is not the key of"),
        "{said}"
    );
    let (fits, said) = check(&pair.certificate(), Path::new(""));
    assert!(
        !fits && said.contains("MAHAKAM_TLS_KEY must be set as well"),
        "{said}"
    );
}
