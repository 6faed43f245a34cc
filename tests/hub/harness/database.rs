//! [`Database`]: one of its own for each hub, or shared by several.
//!
//! SQLite: a file in a temporary folder. PostgreSQL: a clone of a template that the first test
//! migrates; the template's name holds a digest of the migrations, so it is never out of date. It
//! stays in the cluster for the next run, clones are dropped.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, RunQueryDsl as _, SqliteConnection};
use mahakam::config::DatabaseConfig;
use mahakam::store::Store;
use mahakam::types::Digest;

/// A database; dropped with everything in it.
pub struct Database {
    url: String,
    place: Place,
}

enum Place {
    /// Somebody else's, to be left alone.
    Elsewhere,
    Folder(#[expect(dead_code, reason = "it is removed when this is dropped")] tempfile::TempDir),
    Cluster {
        name: String,
    },
}

/// A connection beside the hub's, for what no hub does: harm.
pub enum Beside {
    /// To SQLite.
    Sqlite(SqliteConnection),
    /// To PostgreSQL.
    Postgres(PgConnection),
}

impl Beside {
    /// Runs SQL.
    pub fn run(&mut self, sql: &str) {
        match self {
            Beside::Sqlite(connection) => connection.batch_execute(sql),
            Beside::Postgres(connection) => connection.batch_execute(sql),
        }
        .unwrap();
    }

    /// A number that SQL gives.
    pub fn number(&mut self, sql: &str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            n: i64,
        }
        let query = diesel::sql_query(format!("SELECT CAST(({sql}) AS BIGINT) AS n"));
        let row: Row = match self {
            Beside::Sqlite(connection) => query.get_result(connection),
            Beside::Postgres(connection) => query.get_result(connection),
        }
        .unwrap();
        row.n
    }
}

impl Database {
    /// A fresh one, migrated or empty.
    pub fn create() -> Self {
        if !on_postgres() {
            let folder = tempfile::tempdir().unwrap();
            let url = format!("sqlite:{}", folder.path().join("hub.db").display());
            return Database {
                url,
                place: Place::Folder(folder),
            };
        }
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "mahakam_test_{}_{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let template = template();
        let mut cluster = Beside::Postgres(cluster());
        cluster.run(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        cluster.run(&format!("CREATE DATABASE {name} TEMPLATE {template}"));
        Database {
            url: url_of(&name),
            place: Place::Cluster { name },
        }
    }

    /// One that somebody else made and removes; it is migrated by whoever opens it.
    pub fn at(url: &str) -> Self {
        Database {
            url: url.to_owned(),
            place: Place::Elsewhere,
        }
    }

    /// A fresh one in which no migration ran.
    pub fn empty() -> Self {
        let database = Self::create();
        if on_postgres() {
            database
                .beside()
                .run("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        }
        database
    }

    /// The file of a SQLite database.
    pub fn file(&self) -> Option<&std::path::Path> {
        self.url.strip_prefix("sqlite:").map(std::path::Path::new)
    }

    /// The settings that a program needs for it.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        settings(&self.url)
    }

    /// As `MAHAKAM_DATABASE_URL` takes it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection beside the hub's.
    pub fn beside(&self) -> Beside {
        match self.url.strip_prefix("sqlite:") {
            Some(path) => {
                let mut connection = SqliteConnection::establish(path).unwrap();
                connection.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
                Beside::Sqlite(connection)
            }
            None => Beside::Postgres(PgConnection::establish(&self.url).unwrap()),
        }
    }

    /// Ends every connection to a PostgreSQL database but this one.
    pub fn end_connections(&self) {
        self.beside().run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Place::Cluster { name } = &self.place {
            let dropped = cluster().batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
            if !std::thread::panicking() {
                dropped.unwrap();
            }
        }
    }
}

/// The settings that a program needs for the database at `url`: on PostgreSQL a key for its secrets, which is
/// in a file on SQLite.
pub fn settings(url: &str) -> Vec<(&'static str, String)> {
    let mut settings = vec![("MAHAKAM_DATABASE_URL", url.to_owned())];
    if url.starts_with("postgres") {
        settings.push(("MAHAKAM_SECRET_KEY", SECRET_KEY.to_owned()));
    }
    settings
}

/// The key for secrets of every PostgreSQL database of the suite.
const SECRET_KEY: &str = "c3VpdGVzdWl0ZXN1aXRlc3VpdGVzdWl0ZXN1aXRlISE=";

/// Whether the suite runs on PostgreSQL.
pub fn on_postgres() -> bool {
    match setting("MAHAKAM_TEST_DATABASE").as_deref() {
        None | Some("sqlite") => false,
        Some("postgres") => true,
        Some(other) => panic!("MAHAKAM_TEST_DATABASE must be sqlite or postgres, not {other}"),
    }
}

/// A setting of the suite; `None` where it is empty.
#[expect(
    clippy::disallowed_methods,
    reason = "which database the suite runs on is told by the environment"
)]
pub fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn cluster_url() -> String {
    setting("MAHAKAM_TEST_POSTGRES_URL").unwrap_or_else(|| {
        panic!("MAHAKAM_TEST_DATABASE=postgres needs MAHAKAM_TEST_POSTGRES_URL; tests/run sets both")
    })
}

/// A connection to the database that the cluster's URL names.
fn cluster() -> PgConnection {
    PgConnection::establish(&cluster_url()).unwrap()
}

/// The URL of another database in the cluster.
fn url_of(name: &str) -> String {
    let url = cluster_url();
    let (address, query) = url
        .split_once('?')
        .map_or((url.as_str(), None), |(address, query)| (address, Some(query)));
    let (server, _) = address.rsplit_once('/').unwrap();
    query.map_or_else(
        || format!("{server}/{name}"),
        |query| format!("{server}/{name}?{query}"),
    )
}

/// The name of the migrated template, which is made when it is not there.
fn template() -> String {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    static MAKING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    TEMPLATE.get_or_init(make_template).clone()
}

/// Migrates under another name first: a template is there whole or not at all. The lock is for other
/// runs of the suite in the same cluster.
fn make_template() -> String {
    let digest = Digest::of(migrations().as_bytes()).to_string();
    let name = format!("mahakam_template_{}", &digest[..12]);
    let mut connection = Beside::Postgres(cluster());
    connection.run("SELECT pg_advisory_lock(1835100257)");
    let there = connection.number(&format!(
        "SELECT count(*) FROM pg_database WHERE datname = '{name}'"
    ));
    if there == 0 {
        let making = format!("{name}_making");
        connection.run(&format!("DROP DATABASE IF EXISTS {making} WITH (FORCE)"));
        connection.run(&format!("CREATE DATABASE {making}"));
        let config = DatabaseConfig {
            url: url_of(&making),
            pool_size: 1,
        };
        Store::open(&config).unwrap().migrate().unwrap();
        wait_until_nobody_uses(&mut connection, &making);
        connection.run(&format!("ALTER DATABASE {making} RENAME TO {name}"));
    }
    connection.run("SELECT pg_advisory_unlock(1835100257)");
    name
}

/// All migrations, one behind the other.
fn migrations() -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|migration| migration.unwrap().path().join("up.sql"))
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect()
}

fn wait_until_nobody_uses(connection: &mut Beside, name: &str) {
    let deadline = Instant::now() + Duration::from_secs(60);
    let users = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'");
    while connection.number(&users) > 0 {
        assert!(Instant::now() < deadline, "{name} stays in use");
        std::thread::sleep(Duration::from_millis(10));
    }
}
