//! TLS of other systems: certificates that are not believed, and connections that break.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;

use crate::harness::{ADMIN_KEY, TestHub, contracts};
use crate::live::langsung;

type Secured = StreamOwned<ServerConnection, TcpStream>;

/// A system that speaks TLS.
struct Secure {
    url: String,
    /// Its certificate, which nobody else signed.
    pem: String,
    /// How many requests came.
    asked: Arc<AtomicUsize>,
}

impl Secure {
    fn start(adjust: impl FnOnce(&mut CertificateParams), reply: fn(&mut Secured)) -> Self {
        let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        adjust(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let secret = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], secret)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let (config, counted) = (Arc::new(config), Arc::clone(&asked));
        std::thread::Builder::new()
            .name("connectors::secured".into())
            .spawn(move || {
                for stream in listener.incoming() {
                    let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                    converse(StreamOwned::new(connection, stream.unwrap()), &counted, reply);
                }
            })
            .unwrap();
        Secure {
            url,
            pem: certificate.pem(),
            asked,
        }
    }
}

/// Reads one request and replies to it.
fn converse(mut stream: Secured, asked: &AtomicUsize, reply: fn(&mut Secured)) {
    let mut request = Vec::new();
    let mut buffer = [0; 4_096];
    while !request.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(count) if count > 0 => request.extend_from_slice(&buffer[..count]),
            _ => return,
        }
    }
    asked.fetch_add(1, Ordering::SeqCst);
    reply(&mut stream);
}

fn good(stream: &mut Secured) {
    let answer =
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{\"id\":\"1\"}";
    let _ = stream.write_all(answer);
    stream.conn.send_close_notify();
    let _ = stream.flush();
}

/// Sends a record that nobody can decrypt.
fn broken(stream: &mut Secured) {
    let record = [&[0x17, 3, 3, 0, 64][..], &[7; 64]].concat();
    let _ = stream.sock.write_all(&record);
}

#[tokio::test]
async fn a_post_whose_secured_connection_broke_is_not_sent_again() {
    let system = Secure::start(|_| {}, broken);
    let hub = TestHub::start().await;
    hub.connect("simpeg", &system.url, json!({"ca_certificates": system.pem}));
    let api = hub.publish(&langsung(json!({"validate": "report"})));
    api.call("POST", "/live/pegawai")
        .json(r#"{"id":"1"}"#)
        .await
        .problem(502, "system-unreachable");
    assert_eq!(system.asked.load(Ordering::SeqCst), 1, "it may have arrived");
}

#[tokio::test]
async fn certificates_that_are_not_believed_are_explained_and_nothing_is_sent() {
    let expired = Secure::start(|params| params.not_after = rcgen::date_time_ymd(2001, 1, 1), good);
    let other = Secure::start(|_| {}, good);
    let trusted = Secure::start(|_| {}, good);
    let hub = TestHub::start().await;
    for (name, system, pem, says) in [
        ("kedaluwarsa", &expired, &expired.pem, "expired"),
        ("asing", &other, &trusted.pem, "certificate"),
    ] {
        let view = hub.connect(name, &system.url, json!({"ca_certificates": pem}));
        let path = format!("/admin/connectors/{}/test", view.connector.id);
        let asked = json!({"path": "/pegawai"});
        let tested = hub
            .call("POST", &path)
            .key(ADMIN_KEY)
            .json(asked)
            .await
            .expect(200);
        let last = tested["phases"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(
            (&last["phase"], &last["ok"]),
            (&"tls".into(), &false.into()),
            "{tested}"
        );
        let detail = last["detail"].as_str().unwrap().to_lowercase();
        assert!(detail.contains(says), "{name}: {detail}");
        let contract = contracts::named(langsung(json!({"connector": name})), name);
        let answer = hub.publish(&contract).get("/live/pegawai").await;
        answer.problem(502, "system-unreachable");
        assert!(!answer.body.contains("ertifi"), "{}", answer.body);
        assert_eq!(system.asked.load(Ordering::SeqCst), 0);
    }
    let settings = json!({"ca_certificates": trusted.pem});
    hub.connect("simpeg", &trusted.url, settings);
    hub.publish(&langsung(json!({})))
        .get("/live/pegawai")
        .await
        .is(200);
}
