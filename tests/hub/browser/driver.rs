//! The one program of the suite that drives Chromium, and the words it understands (W3C WebDriver).
//!
//! Not here: what a page is asked. Invariant: nothing of it outlives the tests, however they end: a
//! shell holds the other end of a pipe, and when that breaks ends the driver with all its browsers.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::{OnceLock, mpsc};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::harness;

/// How many browsers there are at a time: each is a dozen processes.
static PLACES: Semaphore = Semaphore::const_new(2);

/// What keeps the driver: it has a home of its own, which goes with it. What is killed may still be
/// writing there for a moment.
const KEEPER: &str = r#"
set -m
HOME=$(mktemp -d "${TMPDIR:-/tmp}/mahakam-browser.XXXXXX") || exit 1
export HOME TMPDIR=$HOME
unset XDG_CONFIG_HOME XDG_CACHE_HOME XDG_RUNTIME_DIR
chromedriver --port=0 --log-level=SEVERE </dev/null &
cat >/dev/null
kill -KILL -- "-$!"
rm -rf -- "$HOME" || { sleep 1; rm -rf -- "$HOME"; }
"#;

/// What Chromium is started with: as small and as quiet as it goes, and without a sandbox, which root
/// can't have.
const SWITCHES: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
];

/// What `page.js` throws where there is more than one of what is asked for.
const AMBIGUOUS: &str = "; say which";

/// The running driver.
struct Driver {
    /// `127.0.0.1:<port>`.
    address: String,
    /// Holds the pipe that breaks when this program ends.
    _keeper: Child,
}

/// The driver; whoever comes first starts it.
fn driver() -> &'static Driver {
    static DRIVER: OnceLock<Driver> = OnceLock::new();
    DRIVER.get_or_init(|| {
        let there = Command::new("chromedriver").arg("--version").output();
        assert!(
            there.is_ok_and(|there| there.status.success()),
            "the tests in a browser need Chromium and its driver; as root, run: \
             apt-get install -y chromium chromium-driver"
        );
        let mut keeper = Command::new("bash")
            .args(["-c", KEEPER])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = BufReader::new(keeper.stdout.take().unwrap());
        let (tell, told) = mpsc::channel();
        // What it says is read to the end: nobody may fail for want of a reader.
        std::thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                if let Some((_, port)) = line.split_once("successfully on port ") {
                    let _ = tell.send(port.trim_end_matches('.').to_owned());
                }
            }
        });
        let port = told.recv_timeout(Duration::from_secs(30));
        let port = port.unwrap_or_else(|_| panic!("chromedriver does not start"));
        Driver {
            address: format!("127.0.0.1:{port}"),
            _keeper: keeper,
        }
    })
}

/// What the driver refused.
#[derive(Debug)]
pub struct Refusal {
    /// One of the closed list of WebDriver, such as `stale element reference`.
    pub error: String,
    /// What else it says.
    pub message: String,
}

impl Refusal {
    /// What a person needs of it.
    pub fn why(&self) -> &str {
        self.message.lines().next().unwrap_or(&self.error)
    }

    /// Whether the page was only about to change: it is worth to ask again.
    pub fn passes(&self) -> bool {
        match self.error.as_str() {
            "stale element reference"
            | "element click intercepted"
            | "element not interactable"
            | "invalid element state"
            | "no such element" => true,
            "javascript error" => !self.message.contains(AMBIGUOUS),
            _ => false,
        }
    }
}

/// A Chromium of its own; gone when dropped.
pub struct Session {
    client: reqwest::Client,
    /// `/session/<id>`.
    path: String,
    _place: SemaphorePermit<'static>,
}

impl Session {
    /// Starts one, when there is a place; what it downloads lands in `downloads`.
    pub async fn start(downloads: &str) -> Self {
        let place = PLACES.acquire().await.unwrap();
        let client = harness::client();
        let wish = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {"args": SWITCHES, "prefs": {
                "intl.accept_languages": "id,en",
                "download.default_directory": downloads,
                "credentials_enable_service": false
            }},
            "timeouts": {"script": 60_000, "pageLoad": 60_000, "implicit": 0}
        }}});
        let begun = ask(&client, "POST", "/session", &wish).await;
        let begun = begun.unwrap_or_else(|refusal| panic!("Chromium does not start: {refusal:?}"));
        Session {
            client,
            path: format!("/session/{}", begun["sessionId"].as_str().unwrap()),
            _place: place,
        }
    }

    /// `GET` of a command.
    pub async fn get(&self, path: &str) -> Result<Value, Refusal> {
        let path = format!("{}/{path}", self.path);
        ask(&self.client, "GET", &path, &Value::Null).await
    }

    /// `POST` of a command.
    pub async fn post(&self, path: &str, body: Value) -> Result<Value, Refusal> {
        ask(&self.client, "POST", &format!("{}/{path}", self.path), &body).await
    }

    /// A command of Chromium's own protocol.
    pub async fn chromium(&self, command: &str, params: Value) -> Value {
        let body = json!({"cmd": command, "params": params});
        let done = self.post("goog/cdp/execute", body).await;
        done.unwrap_or_else(|refusal| panic!("{command}: {refusal:?}"))
    }

    /// Runs a script in the page, whatever its policy says; gives what it returns.
    pub async fn run(&self, script: &str, args: &[Value]) -> Result<Value, Refusal> {
        self.post("execute/sync", json!({"script": script, "args": args}))
            .await
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The place is given up only when the processes are gone. What goes wrong here the keeper ends.
        let _ = end(&driver().address, &self.path);
    }
}

/// Ends a session; for where nothing can be awaited.
fn end(address: &str, path: &str) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    write!(stream, "DELETE {path} HTTP/1.1\r\nHost: {address}\r\n\r\n")?;
    // It answers when the session has ended, and keeps the connection open whatever it is asked.
    let _ = stream.read(&mut [0; 64])?;
    Ok(())
}

async fn ask(client: &reqwest::Client, method: &str, path: &str, body: &Value) -> Result<Value, Refusal> {
    let url = format!("http://{}{path}", driver().address);
    let mut request = client.request(method.parse().unwrap(), url);
    if !body.is_null() {
        request = request.json(body);
    }
    let answer = request.send().await.unwrap();
    let fine = answer.status().is_success();
    let mut answer: Value = answer.json().await.unwrap();
    let value = answer["value"].take();
    if fine {
        return Ok(value);
    }
    let text = |member: &str| value[member].as_str().unwrap_or_default().to_owned();
    Err(Refusal {
        error: text("error"),
        message: text("message"),
    })
}
