//! [`TestHub`]: a hub with the real server in front and a database of its own.
//!
//! Not here: what a test expects. Invariant: a hub that panicked, or whose server failed, fails the
//! test that started it.

mod answer;
mod api;
mod child;
mod cluster;
pub mod contracts;
mod database;
mod disk;
mod incoming;
mod nginx;
mod people;
mod upstream;
mod wire;

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mahakam::config::{Config, Source};
use mahakam::hub::{Actor, Hub, Publication};
use mahakam::jobs::Jobs;
use mahakam::types::{Clock, OpdCode, Timestamp};
use serde_json::Value;
use tokio::sync::oneshot;

pub use answer::Answer;
pub use api::{Api, Call, record as api_record};
pub use child::{Child, free_port, program};
pub use cluster::{Cluster, is_root, open_to_all};
pub use database::{Beside, Database, on_postgres, setting};
pub use disk::{Disk, Fault};
pub use incoming::Incoming;
pub use nginx::Nginx;
pub use people::{PASSWORD, assignment, cookie};
pub use upstream::{Received, Reply, Upstream};
pub use wire::{raw, raw_parts};

/// When the fixed clock of a hub stands, unless a test says otherwise: 2026-03-20T09:46:40.120Z.
pub const NOW: Timestamp = Timestamp(1_774_000_000_120);

/// The management key of every hub of the suite.
pub const ADMIN_KEY: &str = "a management key of forty characters, ok!";

/// A running hub; see the module.
pub struct TestHub {
    /// The hub itself, for what a test arranges beside HTTP.
    pub hub: Arc<Hub>,
    /// Its database; others may share it.
    pub database: Arc<Database>,
    /// `http://127.0.0.1:<port>`.
    pub url: String,
    client: reqwest::Client,
    keys: Mutex<HashMap<String, String>>,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<std::io::Result<()>>>,
    jobs: Option<Jobs>,
}

/// What a hub is started with.
#[derive(Default)]
pub struct Builder {
    settings: Vec<(String, String)>,
    database: Option<Arc<Database>>,
    clock: Option<Clock>,
    tuned: Option<Tuning>,
}

/// What is set that has no name in the environment.
type Tuning = Box<dyn FnOnce(&mut Config) + Send>;

impl Builder {
    /// A setting by its environment name.
    pub fn setting(mut self, name: &str, value: impl ToString) -> Self {
        self.settings.push((name.into(), value.to_string()));
        self
    }

    /// On the database of another hub.
    pub fn on(mut self, database: &Arc<Database>) -> Self {
        self.database = Some(Arc::clone(database));
        self
    }

    /// With sheets of so few rows.
    pub fn sheet_rows(self, rows: u64) -> Self {
        self.tuned(move |config| config.limits.sheet_rows = rows)
    }

    /// With what is no setting.
    pub fn tuned(mut self, tune: impl FnOnce(&mut Config) + Send + 'static) -> Self {
        self.tuned = Some(Box::new(tune));
        self
    }

    /// With a clock that the test holds, or the system's.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Starts it.
    pub async fn start(self) -> TestHub {
        watch_for_panics();
        let database = self.database.unwrap_or_else(|| Arc::new(Database::create()));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut source = Source::from_pairs(&[
            ("MAHAKAM_DATABASE_POOL", "4"),
            ("MAHAKAM_PUBLIC_URL", &url),
            ("MAHAKAM_WORKERS", "2"),
            ("MAHAKAM_ADMIN_KEY", ADMIN_KEY),
        ]);
        for (name, value) in database.settings() {
            source.set(name, &value);
        }
        for (name, value) in &self.settings {
            source.set(name, value);
        }
        let mut config = Config::read(&source).unwrap_or_else(|faults| panic!("{faults}"));
        config.limits.probe_program = Some(env!("CARGO_BIN_EXE_mahakam").into());
        config.limits.mapping_silence = Duration::from_secs(4);
        config.limits.answer_wait = Duration::from_millis(500);
        if let Some(tune) = self.tuned {
            tune(&mut config);
        }
        let clock = self.clock.unwrap_or_else(|| Clock::fixed(NOW));
        let hub = Hub::open(config, clock).unwrap();
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&hub);
        let server = std::thread::spawn(move || {
            mahakam::http::serve_until(&served, listener, async {
                // Whoever held the other end is gone: that is a wish to stop as well.
                let _ = stopped.await;
            })
        });
        TestHub {
            jobs: Some(Jobs::start(&hub).unwrap()),
            hub,
            database,
            url,
            client: client(),
            keys: Mutex::default(),
            stop: Some(stop),
            server: Some(server),
        }
    }
}

impl TestHub {
    /// A hub with a fresh database and the usual settings.
    pub async fn start() -> Self {
        Builder::default().start().await
    }

    /// What a hub is started with.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A hub with one published contract, and that dataset in the hands of its owner.
    pub async fn with(contract: Value) -> (Self, Api) {
        let hub = TestHub::start().await;
        let api = hub.publish(&contract);
        (hub, api)
    }

    /// Registers and publishes a contract; gives its dataset in the hands of its owner.
    pub fn publish(&self, contract: &Value) -> Api {
        let opd = contract["opd"].as_str().unwrap();
        let key = self.key(opd);
        let done = self
            .hub
            .register_contract(
                &actor(),
                contract.to_string().as_bytes(),
                None,
                Some(&Publication::default()),
            )
            .unwrap();
        self.api(&done.dataset.to_string(), Some(&key))
    }

    /// The same for a contract that refuses what a published version of its major accepted, as a hub
    /// published that did not compare yet.
    pub fn publish_uncompared(&self, contract: &Value) -> Api {
        let mut beside = self.database.beside();
        beside.run("UPDATE contract SET state = 'held' WHERE state = 'published'");
        let api = self.publish(contract);
        beside.run("UPDATE contract SET state = 'published' WHERE state = 'held'");
        beside.run("UPDATE revision SET value = value + 1");
        self.hub.refresh().unwrap();
        api
    }

    /// The key of an agency's application; both are added when they are first asked for.
    pub fn key(&self, opd: &str) -> String {
        let mut keys = self.keys.lock().unwrap();
        keys.entry(opd.to_owned())
            .or_insert_with(|| self.new_application(opd, "uji").1)
            .clone()
    }

    /// Adds an application, and its agency where there is none; gives its number and its key.
    pub fn new_application(&self, opd: &str, name: &str) -> (i64, String) {
        let code: OpdCode = opd.parse().unwrap();
        let known = self.hub.opds().unwrap().iter().any(|known| known.code == opd);
        if !known {
            self.hub
                .add_opd(&actor(), &code, &format!("Dinas {opd}"))
                .unwrap();
        }
        let name = format!("{name} {}", self.hub.applications().unwrap().len());
        let application = self.hub.add_application(&actor(), &code, &name).unwrap();
        (application.id, application.key)
    }

    /// A dataset such as `bkd/barang/v1` in the hands of whoever holds `key`.
    pub fn api(&self, dataset: &str, key: Option<&str>) -> Api {
        Api::new(self.client.clone(), format!("{}/api/{dataset}", self.url), key)
    }

    /// A call to any path of the hub.
    pub fn call(&self, method: &str, path: &str) -> Call {
        Call::new(&self.client, method, &format!("{}{path}", self.url))
    }

    /// `127.0.0.1:<port>`, for talking to it byte by byte.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Stops the server as SIGTERM does, and waits for it.
    fn stop(&mut self) {
        drop(self.stop.take());
        let ended = self.server.take().map(JoinHandle::join);
        self.jobs = None;
        self.hub.stop();
        if std::thread::panicking() {
            return;
        }
        match ended {
            Some(Err(_)) => panic!("the server panicked"),
            Some(Ok(Err(error))) => panic!("the server failed: {error}"),
            Some(Ok(Ok(()))) | None => {}
        }
        let panics = PANICS.lock().unwrap();
        assert!(panics.is_empty(), "a thread of a hub panicked: {panics:?}");
    }
}

impl Drop for TestHub {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Who manages the hubs of the suite.
pub fn actor() -> Actor {
    Actor("test".into())
}

/// A client that talks to nobody but the address it is given.
pub fn client() -> reqwest::Client {
    // The client library brings no cryptography of its own; whoever comes first chooses it for all tests.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .no_gzip()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap()
}

/// Asks again and again until `ask` gives something; fails after a minute.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(Instant::now() < deadline, "{what}: not within a minute");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Panics of threads that are not a test's own.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Remembers panics on the threads of a hub, which nobody joins. Threads of tests are called after
/// their test, with its module.
fn watch_for_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let thread = std::thread::current();
            let of_a_test = thread
                .name()
                .is_some_and(|name| name == "main" || name.contains("::"));
            if !of_a_test {
                PANICS
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner)
                    .push(info.to_string());
            }
            usual(info);
        }));
    });
}
