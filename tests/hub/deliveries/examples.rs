//! The receivers under `docs/examples` are run as they stand, where this machine has what they need.

use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use diesel::{Connection as _, RunQueryDsl as _, SqliteConnection};
use mahakam::types::Clock;
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use super::{connector, contract};
use crate::harness::{ADMIN_KEY, TestHub, client, eventually, free_port};

/// A receiver that runs; ended when it is dropped.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[expect(
    clippy::print_stderr,
    reason = "whoever runs the tests must learn what was not tried"
)]
fn is_there(program: &str) -> bool {
    let tried = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output();
    let there = tried.is_ok_and(|tried| tried.status.success());
    if !there {
        eprintln!("NOT TRIED: the receiver in {program}, which is not here");
    }
    there
}

/// Starts a receiver that keeps what it gets in `folder`.
async fn start(mut command: Command, port: u16, secret: &str, folder: &Path) -> Program {
    let started = command
        .current_dir(folder)
        .env("MAHAKAM_SECRET", secret)
        .env("MAHAKAM_FOLDER", folder)
        .env("MAHAKAM_FILE", folder.join("mahakam.db"))
        .env("PORT", port.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let program = Program(started.unwrap());
    eventually("the receiver listens", || async {
        TcpStream::connect(("127.0.0.1", port)).ok().map(drop)
    })
    .await;
    program
}

fn example(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs/examples")
        .join(name)
}

/// A hub with a subscription to a receiver on `port`.
struct Stage {
    hub: TestHub,
    id: i64,
    secret: String,
    url: String,
}

impl Stage {
    async fn with(port: u16) -> Self {
        let hub = TestHub::builder().clock(Clock::System).start().await;
        hub.publish(&contract());
        let url = format!("http://127.0.0.1:{port}");
        let connector = connector(&hub, "dinkes", &url, json!({}));
        let (application, _) = hub.new_application("dinkes", "penerima");
        let body = json!({
            "dataset": "bkd/barang/v1", "application": application, "connector": connector, "path": "/", "batch": 10
        });
        let call = hub.call("POST", "/admin/subscriptions").key(ADMIN_KEY);
        let added = call.json(body).await.expect(201);
        Stage {
            id: added["id"].as_i64().unwrap(),
            secret: added["secret"].as_str().unwrap().to_owned(),
            hub,
            url,
        }
    }

    async fn reaches(&self, seq: i64) {
        let path = format!("/admin/subscriptions/{}", self.id);
        eventually("everything was taken", || async {
            let shown = self.hub.call("GET", &path).key(ADMIN_KEY).await.expect(200);
            (shown["seq"] == seq).then_some(())
        })
        .await;
    }

    async fn post(&self, what: &str, body: Value) -> Value {
        let path = format!("/admin/subscriptions/{}/{what}", self.id);
        self.hub
            .call("POST", &path)
            .key(ADMIN_KEY)
            .json(body)
            .await
            .expect(200)
    }

    /// Sends a message beside the hub; gives the status.
    async fn send(&self, secret: &str, at: i64, body: &Value) -> u16 {
        let text = body.to_string();
        let signature = Webhook::new(secret)
            .unwrap()
            .sign("palsu", at, text.as_bytes())
            .unwrap();
        let request = client().post(&self.url).header("webhook-id", "palsu");
        let request = request
            .header("webhook-timestamp", at)
            .header("webhook-signature", signature);
        request.body(text).send().await.unwrap().status().as_u16()
    }

    /// Goes through everything that a receiver must stand: `rows` counts the changes that it has.
    async fn try_out(&self, rows: impl Fn() -> i64) {
        let api = self.hub.api("bkd/barang/v1", Some(&self.hub.key("bkd")));
        let lines: String = (0..25)
            .map(|n| format!("{{\"id\":\"{n}\",\"nama\":\"é {n}\"}}\n"))
            .collect();
        api.lines(lines).await.is(200);
        self.reaches(25).await;
        assert_eq!(rows(), 25);
        // All of it once more: it is taken, and changes nothing.
        self.post("replay", json!({"since": 0})).await;
        self.reaches(25).await;
        assert_eq!(rows(), 25);
        let now = Clock::System.now().seconds();
        let body = json!({
            "type": "changes", "dataset": "bkd/barang/v1", "feed": "x", "subscription": 1, "since": 25, "next": 26,
            "changes": [{"seq": 26, "op": "put", "key": "palsu", "at": "", "contract": "1.0.0", "data": {}}]
        });
        let other = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        assert_eq!(self.send(other, now, &body).await, 401, "another secret");
        assert_eq!(
            self.send(&self.secret, now - 600, &body).await,
            401,
            "an old message"
        );
        assert_eq!(
            self.send(&self.secret, now + 600, &body).await,
            401,
            "a message of tomorrow"
        );
        let shown = self
            .hub
            .api("bkd/barang/v1", Some(&self.hub.key("bkd")))
            .get("/changes?limit=1")
            .await;
        let mut gap = body.clone();
        gap["feed"] = shown.expect(200)["feed"].clone();
        gap["since"] = 30.into();
        assert_eq!(
            self.send(&self.secret, now, &gap).await,
            409,
            "something is missing"
        );
        assert_eq!(rows(), 25);
        api.delete("3").await.is(200);
        self.reaches(26).await;
    }
}

#[tokio::test]
async fn the_receiver_in_python_keeps_a_copy() {
    if !is_there("python3") {
        return;
    }
    let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
    let stage = Stage::with(port).await;
    let mut command = Command::new("python3");
    command.arg(example("receive.py"));
    let _program = start(command, port, &stage.secret, folder.path()).await;
    let file = folder.path().join("mahakam.db");
    let number = |sql: &str| {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            n: i64,
        }
        let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        let row: Row = diesel::sql_query(format!("SELECT ({sql}) AS n"))
            .get_result(&mut connection)
            .unwrap();
        row.n
    };
    stage
        .try_out(|| number("SELECT count(*) FROM record WHERE data IS NOT NULL"))
        .await;
    assert_eq!(number("SELECT count(*) FROM record WHERE data IS NOT NULL"), 24);
    assert_eq!(number("SELECT seq FROM position"), 26);
    assert_eq!(
        number("SELECT count(*) FROM record WHERE key = '7' AND data = '{\"id\": \"7\", \"nama\": \"é 7\"}'"),
        1
    );
}

#[tokio::test]
async fn the_receiver_in_php_keeps_every_message_once() {
    if !is_there("php") {
        return;
    }
    let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
    let stage = Stage::with(port).await;
    let mut command = Command::new("php");
    command
        .arg("-S")
        .arg(format!("127.0.0.1:{port}"))
        .arg(example("receive.php"));
    let _program = start(command, port, &stage.secret, folder.path()).await;
    let changes = || -> Vec<Value> {
        let text = std::fs::read_to_string(folder.path().join("bkd%2Fbarang%2Fv1.ndjson")).unwrap();
        let messages = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        messages
            .flat_map(|message| message["changes"].as_array().unwrap().clone())
            .collect()
    };
    stage.try_out(|| i64::try_from(changes().len()).unwrap()).await;
    let seqs: Vec<i64> = changes()
        .iter()
        .map(|change| change["seq"].as_i64().unwrap())
        .collect();
    assert_eq!(seqs, (1..=26).collect::<Vec<i64>>());
}
