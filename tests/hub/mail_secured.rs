//! Mail over TLS and with a login: nothing goes in the clear, to a server that nobody vouches for, or twice.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mahakam::access::Role;
use mahakam::types::{Clock, Timestamp};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;

use crate::harness::{ADMIN_KEY, Builder, Database, TestHub, program};
use crate::papers::integration;

/// How a server is reached.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// It goes over to TLS when it is asked to.
    StartTls,
    /// TLS from the first byte on.
    Tls,
    /// It knows no TLS.
    Clear,
}

/// What a server was told, and how it behaves.
#[derive(Default)]
struct Told {
    /// The commands that came in the clear.
    in_the_clear: Vec<String>,
    /// Who signed in, with which password.
    logins: Vec<String>,
    /// The mails that were taken.
    taken: Vec<String>,
    /// The password that is right.
    password: String,
    /// Whether it breaks off as soon as it has said that it took a mail.
    breaks_off: bool,
}

/// A mail server on the loopback address that takes mail from whoever has signed in.
struct Secured {
    port: u16,
    way: Way,
    told: Arc<Mutex<Told>>,
    folder: tempfile::TempDir,
}

impl Secured {
    fn start(way: Way) -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), made.cert.pem()).unwrap();
        let secret = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], secret)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let told = Told {
            password: "rahasia".into(),
            ..Told::default()
        };
        let server = Secured {
            port: listener.local_addr().unwrap().port(),
            way,
            told: Arc::new(Mutex::new(told)),
            folder,
        };
        let (config, told) = (Arc::new(config), Arc::clone(&server.told));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Whoever called may be gone at any time.
                let _ = serve(stream, way, &config, &told);
            }
        });
        server
    }

    fn told<T>(&self, look: impl FnOnce(&mut Told) -> T) -> T {
        look(&mut self.told.lock().unwrap())
    }

    /// What a hub is started with that mails by this server, as whoever has this password, believing its certificate or not.
    fn builder(&self, clock: &Clock, password: &str, believed: bool) -> Builder {
        let tls = if self.way == Way::Tls { "tls" } else { "starttls" };
        let mut builder = TestHub::builder()
            .clock(clock.clone())
            .setting("MAHAKAM_SMTP_HOST", "127.0.0.1")
            .setting("MAHAKAM_SMTP_PORT", self.port)
            .setting("MAHAKAM_SMTP_TLS", tls)
            .setting("MAHAKAM_SMTP_USER", "hub")
            .setting("MAHAKAM_SMTP_PASSWORD", password)
            .setting("MAHAKAM_SMTP_FROM", "Mahakam <hub@kaltim.example>");
        if believed {
            let ca = self.folder.path().join("ca.pem");
            builder = builder.setting("MAHAKAM_SMTP_CA", ca.display());
        }
        builder
    }
}

trait Both: Read + Write {}
impl<T: Read + Write> Both for T {}

/// One conversation (RFC 5321, 3207, 4954).
fn serve(socket: TcpStream, way: Way, config: &Arc<ServerConfig>, told: &Mutex<Told>) -> std::io::Result<()> {
    let secured = |socket: TcpStream| -> std::io::Result<Box<dyn Both>> {
        let connection = ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other)?;
        Ok(Box::new(StreamOwned::new(connection, socket)))
    };
    let mut is_secured = way == Way::Tls;
    let mut stream: Box<dyn Both> = match is_secured {
        true => secured(socket.try_clone()?)?,
        false => Box::new(socket.try_clone()?),
    };
    let mut signed_in = false;
    say(&mut *stream, "220 mail.example")?;
    loop {
        let line = line(&mut *stream)?;
        let mut told = told.lock().unwrap();
        if !is_secured {
            told.in_the_clear.push(line.clone());
        }
        let command = line.to_uppercase();
        if command.starts_with("EHLO") {
            match (is_secured, way) {
                (true, _) => say(&mut *stream, "250-mail.example\r\n250 AUTH PLAIN")?,
                (false, Way::StartTls) => say(&mut *stream, "250-mail.example\r\n250 STARTTLS")?,
                (false, _) => say(&mut *stream, "250 mail.example")?,
            }
        } else if command == "STARTTLS" && way == Way::StartTls {
            say(&mut *stream, "220 go on")?;
            stream = secured(socket.try_clone()?)?;
            is_secured = true;
        } else if let Some(shown) = line.strip_prefix("AUTH PLAIN ") {
            let shown = STANDARD.decode(shown).map_err(std::io::Error::other)?;
            let shown = String::from_utf8_lossy(&shown)
                .trim_matches('\0')
                .replace('\0', ":");
            signed_in = shown == format!("hub:{}", told.password);
            told.logins.push(shown);
            let answer = if signed_in {
                "235 welcome"
            } else {
                "535 authentication failed"
            };
            say(&mut *stream, answer)?;
        } else if !signed_in && is_for_senders(&command) {
            say(&mut *stream, "530 sign in first")?;
        } else if command == "DATA" {
            say(&mut *stream, "354 go on")?;
            told.taken.push(mail(&mut *stream)?);
            say(&mut *stream, "250 taken")?;
            if told.breaks_off {
                return Ok(());
            }
        } else if command == "QUIT" {
            return say(&mut *stream, "221 bye");
        } else {
            say(&mut *stream, "250 ok")?;
        }
    }
}

fn is_for_senders(command: &str) -> bool {
    ["MAIL", "RCPT", "DATA"]
        .iter()
        .any(|name| command.starts_with(name))
}

/// A mail, up to its end.
fn mail(stream: &mut dyn Both) -> std::io::Result<String> {
    let mut text = String::new();
    loop {
        match line(stream)?.as_str() {
            "." => return Ok(text),
            part => text.push_str(&format!("{part}\n")),
        }
    }
}

fn say(stream: &mut dyn Both, text: &str) -> std::io::Result<()> {
    stream.write_all(format!("{text}\r\n").as_bytes())?;
    stream.flush()
}

fn line(stream: &mut dyn Both) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        bytes.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}

/// A Monday, nine o'clock in the province.
fn monday() -> Clock {
    Clock::fixed(Timestamp::parse("2026-03-02T01:00:00Z").unwrap())
}

/// Lets there be one notice that is to be mailed.
async fn noticed(hub: &TestHub) {
    hub.add_person("siti", &[Role::Opd], Some("bkd"));
    hub.hub.refresh().unwrap();
    let set = hub.call("PUT", "/admin/people/siti/mail").key(ADMIN_KEY);
    set.json(json!({"address": "siti@bkd.example"})).await.is(200);
    integration(hub, &["bkd"]);
}

async fn sent(hub: &TestHub) {
    hub.hub.blocking(|hub| hub.send_notices()).await.unwrap();
}

/// How many mails wait, the last failure of which says this.
fn waiting(hub: &TestHub, says: &str) -> i64 {
    let query = format!(
        "SELECT count(*) FROM mail WHERE next_at IS NOT NULL AND sent_at IS NULL AND failure LIKE '%{says}%'"
    );
    hub.database.beside().number(&query)
}

/// Lets a minute pass, after which what failed once is tried again.
fn a_minute_later(hub: &TestHub, clock: &Clock) {
    clock.advance(61_000);
    hub.hub.refresh().unwrap();
}

#[tokio::test]
async fn mail_goes_over_tls_alone_and_as_whoever_may_send_it() {
    for way in [Way::StartTls, Way::Tls] {
        let (server, clock) = (Secured::start(way), monday());
        let hub = server.builder(&clock, "rahasia", true).start().await;
        noticed(&hub).await;
        sent(&hub).await;
        sent(&hub).await;
        server.told(|told| {
            assert_eq!(told.logins, ["hub:rahasia"]);
            let [mail] = &told.taken[..] else {
                panic!("{:?}", told.taken)
            };
            assert!(
                mail.contains("Giliran Anda") && mail.contains("To: siti@bkd.example"),
                "{mail}"
            );
            let clear: Vec<&str> = told.in_the_clear.iter().map(|line| &line[..4]).collect();
            let expected: &[&str] = if way == Way::Tls { &[] } else { &["EHLO", "STAR"] };
            assert_eq!(clear, expected);
        });
    }
}

#[tokio::test]
async fn a_login_that_is_refused_keeps_the_mail_until_it_is_set_right() {
    let (server, clock) = (Secured::start(Way::StartTls), monday());
    let hub = server.builder(&clock, "salah", true).start().await;
    noticed(&hub).await;
    sent(&hub).await;
    server.told(|told| assert_eq!((told.logins.len(), told.taken.len()), (1, 0)));
    assert_eq!(waiting(&hub, "535"), 1);
    server.told(|told| told.password = "salah".into());
    a_minute_later(&hub, &clock);
    sent(&hub).await;
    sent(&hub).await;
    server.told(|told| assert_eq!(told.taken.len(), 1));
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_is_shown_neither_password_nor_mail() {
    for way in [Way::StartTls, Way::Tls] {
        let (server, clock) = (Secured::start(way), monday());
        let hub = server.builder(&clock, "rahasia", false).start().await;
        noticed(&hub).await;
        sent(&hub).await;
        server.told(|told| assert_eq!((told.logins.len(), told.taken.len()), (0, 0)));
        assert_eq!(waiting(&hub, ""), 1);
        // Once its certificate is in the settings, it is sent.
        a_minute_later(&hub, &clock);
        let again = server
            .builder(&clock, "rahasia", true)
            .on(&hub.database)
            .start()
            .await;
        sent(&again).await;
        sent(&again).await;
        // The hub that was started again found out as well that the step is due soon.
        let turns = |told: &mut Told| {
            let mails = told.taken.iter();
            mails.filter(|mail| mail.contains("Giliran Anda")).count()
        };
        assert_eq!(server.told(turns), 1);
    }
}

#[tokio::test]
async fn a_server_without_tls_is_told_nothing() {
    let (server, clock) = (Secured::start(Way::Clear), monday());
    let hub = server.builder(&clock, "rahasia", true).start().await;
    noticed(&hub).await;
    sent(&hub).await;
    server.told(|told| {
        assert_eq!((told.logins.len(), told.taken.len()), (0, 0));
        let said = told.in_the_clear.iter().map(|line| &line[..4]);
        assert!(
            said.clone().all(|word| ["EHLO", "QUIT"].contains(&word)),
            "{:?}",
            told.in_the_clear
        );
    });
    assert_eq!(waiting(&hub, ""), 1);
}

#[tokio::test]
async fn what_a_server_took_before_it_broke_off_is_not_sent_again() {
    let (server, clock) = (Secured::start(Way::StartTls), monday());
    server.told(|told| told.breaks_off = true);
    let hub = server.builder(&clock, "rahasia", true).start().await;
    noticed(&hub).await;
    sent(&hub).await;
    a_minute_later(&hub, &clock);
    sent(&hub).await;
    server.told(|told| assert_eq!(told.taken.len(), 1));
    let done = "SELECT count(*) FROM mail WHERE sent_at IS NOT NULL AND next_at IS NULL";
    assert_eq!(hub.database.beside().number(done), 1);
}

#[test]
fn a_file_without_a_certificate_stops_the_start_and_is_told_by_the_doctor() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty.pem");
    std::fs::write(&file, "# the authority of the province\n").unwrap();
    let database = Database::create();
    for command in ["check-config", "serve", "doctor"] {
        let output = program(database.url())
            .env("MAHAKAM_SMTP_HOST", "surel.kaltimprov.go.id")
            .env("MAHAKAM_SMTP_FROM", "hub@kaltimprov.go.id")
            .env("MAHAKAM_SMTP_CA", &file)
            .arg(command)
            .output()
            .unwrap();
        let says = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(!output.status.success(), "{command}: {says}");
        for part in ["MAHAKAM_SMTP_CA", "empty.pem", "no certificate"] {
            assert!(says.contains(part), "{command}: {part} in {says}");
        }
    }
}
