//! Notices that are mailed: to whom, once, and again where the mail server was away.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use mahakam::access::Role;
use mahakam::types::{Clock, Timestamp};
use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, TestHub, free_port};
use crate::papers::integration;

/// A mail server on the loopback address: what it took, as it stands between `DATA` and the last dot.
struct MailServer {
    port: u16,
    taken: Arc<Mutex<Vec<(String, String)>>>,
    /// How many mails it refuses before it takes one.
    refuses: Arc<AtomicUsize>,
}

impl MailServer {
    fn start(refuses: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = MailServer {
            port: listener.local_addr().unwrap().port(),
            taken: Arc::default(),
            refuses: Arc::new(AtomicUsize::new(refuses)),
        };
        let (taken, refuses) = (Arc::clone(&server.taken), Arc::clone(&server.refuses));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = talk(&stream, &taken, &refuses);
            }
        });
        server
    }

    fn taken(&self) -> Vec<(String, String)> {
        self.taken.lock().unwrap().clone()
    }

    fn settings(&self) -> [(&'static str, String); 4] {
        [
            ("MAHAKAM_SMTP_HOST", "127.0.0.1".into()),
            ("MAHAKAM_SMTP_PORT", self.port.to_string()),
            ("MAHAKAM_SMTP_TLS", "none".into()),
            ("MAHAKAM_SMTP_FROM", "Mahakam <hub@kaltim.example>".into()),
        ]
    }
}

/// One conversation (RFC 5321).
fn talk(
    stream: &TcpStream,
    taken: &Mutex<Vec<(String, String)>>,
    refuses: &AtomicUsize,
) -> std::io::Result<()> {
    let mut say = stream.try_clone()?;
    say.write_all(b"220 mail.example\r\n")?;
    let (mut to, mut text, mut in_data) = (String::new(), String::new(), false);
    for line in BufReader::new(stream).lines() {
        let line = line?;
        if in_data {
            if line == "." {
                in_data = false;
                taken
                    .lock()
                    .unwrap()
                    .push((to.clone(), std::mem::take(&mut text)));
                say.write_all(b"250 taken\r\n")?;
            } else {
                text.push_str(&line);
                text.push('\n');
            }
            continue;
        }
        let command = line.to_uppercase();
        let answer: &[u8] = if command.starts_with("RCPT TO:") {
            to = line["RCPT TO:".len()..].trim_matches(['<', '>']).to_owned();
            let refused =
                refuses.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            match (to.starts_with("nobody"), refused.is_ok()) {
                (true, _) => b"550 no such mailbox\r\n",
                (false, true) => b"451 try later\r\n",
                (false, false) => b"250 ok\r\n",
            }
        } else if command.starts_with("DATA") {
            in_data = true;
            b"354 go on\r\n"
        } else if command.starts_with("QUIT") {
            return say.write_all(b"221 bye\r\n");
        } else {
            b"250 ok\r\n"
        };
        say.write_all(answer)?;
    }
    Ok(())
}

/// A Monday, nine o'clock in the province.
const MONDAY: &str = "2026-03-02T01:00:00Z";

async fn hub_with(server: &MailServer, clock: &Clock) -> TestHub {
    let mut builder = TestHub::builder().clock(clock.clone());
    for (name, value) in server.settings() {
        builder = builder.setting(name, value);
    }
    builder.start().await
}

async fn set_address(hub: &TestHub, name: &str, address: serde_json::Value) {
    hub.hub.refresh().unwrap();
    let path = format!("/admin/people/{name}/mail");
    let set = hub
        .call("PUT", &path)
        .key(ADMIN_KEY)
        .json(json!({"address": address}))
        .await;
    assert_eq!(set.expect(200)["address"], address);
}

async fn sent(hub: &TestHub) {
    hub.hub.blocking(|hub| hub.send_notices()).await.unwrap();
}

#[tokio::test]
async fn whoever_has_a_file_is_told_by_mail_once_and_nobody_else_is() {
    let (server, clock) = (
        MailServer::start(0),
        Clock::fixed(Timestamp::parse(MONDAY).unwrap()),
    );
    let hub = hub_with(&server, &clock).await;
    hub.add_person("siti", &[Role::Opd], Some("bkd"));
    hub.add_person("budi", &[Role::Opd], Some("bkd"));
    hub.add_person("lain", &[Role::Opd], Some("dkp"));
    hub.add_person("tim", &[Role::TechnicalTeam], None);
    for (name, address) in [
        ("siti", "siti@bkd.example"),
        ("lain", "lain@dkp.example"),
        ("tim", "tim@x.example"),
    ] {
        set_address(&hub, name, json!(address)).await;
    }
    let bad = hub.call("PUT", "/admin/people/budi/mail").key(ADMIN_KEY);
    bad.json(json!({"address": "budi, siti"}))
        .await
        .problem(400, "bad-body");
    let number = integration(&hub, &["bkd", "dkp"]);
    sent(&hub).await;
    sent(&hub).await;
    let taken = server.taken();
    let [(to, text)] = &taken[..] else {
        panic!("{taken:?}")
    };
    assert_eq!(to, "siti@bkd.example");
    let subject = format!("Subject: Giliran Anda: integrasi {number}, Tahap 1");
    for part in [
        subject.as_str(),
        "From: Mahakam <hub@kaltim.example>",
        "To: siti@bkd.example",
        "Data pegawai untuk perencanaan",
        "Batas waktu: 3 Maret 2026",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    // Two days later it is overdue; who has no address any more is left out.
    set_address(&hub, "siti", json!(null)).await;
    set_address(&hub, "budi", json!("budi@bkd.example")).await;
    clock.advance(2 * 24 * 3_600_000);
    hub.hub.refresh().unwrap();
    hub.hub.look_at_deadlines().unwrap();
    sent(&hub).await;
    let last = server.taken().pop().unwrap();
    assert_eq!((server.taken().len(), last.0.as_str()), (2, "budi@bkd.example"));
    assert!(last.1.contains("Lewat batas waktu"), "{}", last.1);
}

#[tokio::test]
async fn what_the_server_did_not_take_is_sent_again_later_and_never_to_an_address_that_is_none() {
    let (server, clock) = (
        MailServer::start(2),
        Clock::fixed(Timestamp::parse(MONDAY).unwrap()),
    );
    let hub = hub_with(&server, &clock).await;
    hub.add_person("siti", &[Role::Opd], Some("bkd"));
    hub.add_person("budi", &[Role::Opd], Some("bkd"));
    set_address(&hub, "siti", json!("siti@bkd.example")).await;
    integration(&hub, &["bkd"]);
    sent(&hub).await;
    sent(&hub).await;
    assert_eq!(
        server.refuses.load(Ordering::SeqCst),
        1,
        "it waits before it tries again"
    );
    clock.advance(61_000);
    sent(&hub).await;
    clock.advance(61_000);
    sent(&hub).await;
    assert_eq!(
        (server.refuses.load(Ordering::SeqCst), server.taken().len()),
        (0, 0)
    );
    clock.advance(5 * 60_000);
    sent(&hub).await;
    assert_eq!(server.taken().len(), 1);
    // An address that the server does not have is given up.
    set_address(&hub, "siti", json!(null)).await;
    set_address(&hub, "budi", json!("nobody@bkd.example")).await;
    integration(&hub, &["bkd"]);
    sent(&hub).await;
    let given_up =
        "SELECT count(*) FROM mail WHERE next_at IS NULL AND sent_at IS NULL AND failure LIKE '%550%'";
    assert_eq!(hub.database.beside().number(given_up), 1);
}

#[tokio::test]
async fn a_mail_server_that_is_away_stops_nothing_and_old_notices_are_not_mailed_once_there_is_one() {
    let clock = Clock::fixed(Timestamp::parse(MONDAY).unwrap());
    let without = TestHub::builder().clock(clock.clone()).start().await;
    without.add_person("siti", &[Role::Opd], Some("bkd"));
    integration(&without, &["bkd"]);
    sent(&without).await;
    let mut server = MailServer::start(0);
    let there = server.port;
    // Nobody listens on the port of one that has gone.
    server.port = free_port();
    let start = |server: &MailServer| {
        let mut builder = TestHub::builder().on(&without.database).clock(clock.clone());
        for (name, value) in server.settings() {
            builder = builder.setting(name, value);
        }
        builder.start()
    };
    let hub = start(&server).await;
    set_address(&hub, "siti", json!("siti@bkd.example")).await;
    sent(&hub).await;
    let waiting = "SELECT count(*) FROM mail WHERE next_at IS NOT NULL AND attempts = 1";
    assert_eq!(hub.database.beside().number(waiting), 1);
    integration(&hub, &["bkd"]);
    clock.advance(2 * 24 * 3_600_000);
    server.port = there;
    let hub = start(&server).await;
    sent(&hub).await;
    // The first one is sent late; the second one nobody had seen to for two days.
    let turns = server.taken();
    let turns = turns.iter().filter(|(_, text)| text.contains("Giliran Anda"));
    assert_eq!(turns.count(), 1);
}

/// A dataset that is agreed to come each hour.
fn hourly() -> Value {
    let mut contract = crate::harness::contracts::barang();
    contract["update"] = json!({"every": "hourly"});
    contract
}

#[tokio::test]
async fn data_that_was_agreed_and_did_not_come_is_told_to_its_owner_once_for_each_miss() {
    const HOUR: i64 = 3_600_000;
    let (server, clock) = (
        MailServer::start(0),
        Clock::fixed(Timestamp::parse(MONDAY).unwrap()),
    );
    let hub = hub_with(&server, &clock).await;
    let api = hub.publish(&hourly());
    hub.add_person("siti", &[Role::Opd], Some("bkd"));
    hub.add_person("lain", &[Role::Opd], Some("dkp"));
    set_address(&hub, "siti", json!("siti@bkd.example")).await;
    set_address(&hub, "lain", json!("lain@dkp.example")).await;
    let later = |milliseconds: i64| {
        clock.advance(milliseconds);
        hub.hub.refresh().unwrap();
        hub.hub.tell_of_overdue().unwrap()
    };
    api.push(r#"{"id":"a"}"#).await.is(201);
    assert_eq!(later(HOUR / 2), 0);
    assert_eq!(later(HOUR), 1);
    assert_eq!(later(HOUR), 0, "once for each miss");
    sent(&hub).await;
    sent(&hub).await;
    let mut taken = server.taken();
    taken.sort();
    let to: Vec<&str> = taken.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(to, ["data@bkd.example", "siti@bkd.example"]);
    for part in [
        "Subject: Data belum masuk: bkd/barang/v1",
        "paling lambat: 2 Maret 2026 pukul 10.00",
        "Terakhir masuk: 2 Maret 2026 pukul 09.00",
    ] {
        assert!(taken[1].1.contains(part), "{part} in {}", taken[1].1);
    }
    api.push(r#"{"id":"b"}"#).await.is(201);
    assert_eq!(later(HOUR / 2), 0);
    assert_eq!(later(HOUR), 1, "the next miss is another");
    sent(&hub).await;
    assert_eq!(server.taken().len(), 4);
    // The first is forgotten after ninety days; the second may last for ever and is not told again.
    let rows = "SELECT count(*) FROM overdue_notice WHERE address = ''";
    let forget = || while hub.hub.forget_misses().unwrap() > 0 {};
    forget();
    assert_eq!(hub.database.beside().number(rows), 2);
    assert_eq!(later(91 * 24 * HOUR), 0);
    forget();
    assert_eq!(hub.database.beside().number(rows), 1);
    assert_eq!(later(HOUR), 0);
}

#[tokio::test]
async fn a_miss_that_was_told_and_a_mail_that_was_planned_by_a_clock_that_was_ahead_come_when_it_is_right() {
    const HOUR: i64 = 3_600_000;
    const YEAR: i64 = 365 * 24 * HOUR;
    // It takes no mail as long as the clock is ahead.
    let (server, clock) = (
        MailServer::start(3),
        Clock::fixed(Timestamp::parse(MONDAY).unwrap()),
    );
    let hub = hub_with(&server, &clock).await;
    let api = hub.publish(&hourly());
    hub.add_person("siti", &[Role::Opd], Some("bkd"));
    set_address(&hub, "siti", json!("siti@bkd.example")).await;
    api.push(r#"{"id":"a"}"#).await.is(201);
    let jump = |milliseconds: i64| {
        clock.advance(milliseconds);
        hub.hub.refresh().unwrap();
    };
    jump(YEAR);
    assert_eq!(hub.hub.tell_of_overdue().unwrap(), 1);
    integration(&hub, &["bkd"]);
    sent(&hub).await;
    assert_eq!(server.refuses.load(Ordering::SeqCst), 0);
    jump(-YEAR);
    assert_eq!(hub.hub.tell_of_overdue().unwrap(), 0);
    sent(&hub).await;
    let of = |words: &str| {
        let taken = server.taken();
        taken.iter().filter(|(_, text)| text.contains(words)).count()
    };
    // What is no miss yet is not mailed, and what waits for somebody is.
    assert_eq!((of("Giliran Anda"), of("Data belum masuk")), (1, 0));
    jump(2 * HOUR);
    assert_eq!(hub.hub.tell_of_overdue().unwrap(), 1, "now it is one");
    assert_eq!(hub.hub.tell_of_overdue().unwrap(), 0);
    sent(&hub).await;
    sent(&hub).await;
    assert_eq!((of("Giliran Anda"), of("Data belum masuk")), (1, 2));
}
