//! Connections to either database, and how they are set up.
//!
//! Invariant: every connection writes durably: SQLite in WAL mode with `synchronous=FULL`,
//! PostgreSQL with `synchronous_commit=on`.

use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager as _};
use diesel::pg::PgConnection;
use diesel::r2d2::R2D2Connection as _;
use diesel::result::Error as DieselError;
use diesel::sqlite::SqliteConnection;
use diesel::{Connection as _, ConnectionError, RunQueryDsl as _};

use super::unavailable;
use crate::error;

/// A connection to whichever database was chosen at run time.
#[derive(diesel::MultiConnection)]
pub enum DbConnection {
    /// The bundled SQLite.
    Sqlite(SqliteConnection),
    /// A PostgreSQL server.
    Postgres(PgConnection),
}

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// The bundled SQLite.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

impl DbConnection {
    /// Works in a transaction that writes; on SQLite the write lock is taken first.
    pub(super) fn in_write<T, E: From<DieselError>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        match self {
            DbConnection::Sqlite(inner) => begin_immediate(inner)?,
            DbConnection::Postgres(inner) => AnsiTransactionManager::begin_transaction(inner)?,
        }
        self.end(work)
    }

    /// Works in a transaction that sees the database as of one moment.
    pub(super) fn in_snapshot<T, E: From<DieselError>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        match self {
            DbConnection::Sqlite(inner) => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN")?,
            DbConnection::Postgres(inner) => AnsiTransactionManager::begin_transaction_sql(
                inner,
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            )?,
        }
        self.end(work)
    }

    /// Works within the begun transaction and ends it.
    fn end<T, E: From<DieselError>>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        let done = work(self);
        let ended = match (self, &done) {
            (DbConnection::Sqlite(inner), Ok(_)) => AnsiTransactionManager::commit_transaction(inner),
            (DbConnection::Postgres(inner), Ok(_)) => AnsiTransactionManager::commit_transaction(inner),
            (DbConnection::Sqlite(inner), Err(_)) => AnsiTransactionManager::rollback_transaction(inner),
            (DbConnection::Postgres(inner), Err(_)) => AnsiTransactionManager::rollback_transaction(inner),
        };
        match (done, ended) {
            // What went wrong first is told; a connection that can't roll back is dropped by its owner.
            (Err(error), _) => Err(error),
            (Ok(_), Err(error)) => Err(error.into()),
            (Ok(value), Ok(())) => Ok(value),
        }
    }

    /// Whether the connection still answers.
    pub fn answers(&mut self) -> bool {
        !self.is_broken() && self.ping().is_ok()
    }

    /// Moves all that SQLite's log holds into the database file and empties it, as soon as nobody reads or writes;
    /// nothing to do on PostgreSQL. Tells whether it was empty within the patience that the write lock is given.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn checkpoint_whole(&mut self) -> error::Result<bool> {
        let DbConnection::Sqlite(inner) = self else {
            return Ok(true);
        };
        for _ in 0..LOCK_PATIENCE.1 {
            // SQLite is not in error when others are in the way: it says so in a row.
            let told: Checkpointed = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)")
                .get_result(inner)
                .map_err(unavailable)?;
            if told.busy == 0 {
                return Ok(true);
            }
            std::thread::sleep(LOCK_PATIENCE.0);
        }
        Ok(false)
    }

    /// Moves what SQLite's log holds into the database file; nothing to do on PostgreSQL.
    ///
    /// # Errors
    /// When the database fails.
    pub fn checkpoint(&mut self) -> error::Result<()> {
        match self {
            DbConnection::Sqlite(inner) => inner
                .batch_execute("PRAGMA wal_checkpoint(PASSIVE)")
                .map_err(unavailable),
            DbConnection::Postgres(_) => Ok(()),
        }
    }
}

/// What SQLite says of a checkpoint.
#[derive(diesel::QueryableByName)]
struct Checkpointed {
    /// Whether others were in the way.
    #[diesel(sql_type = diesel::sql_types::Integer)]
    busy: i32,
}

/// How long, and how often, SQLite's write lock is asked for. The writer of a running hub leaves a
/// pause of two milliseconds every now and then; SQLite's own waiting would sleep through it.
const LOCK_PATIENCE: (Duration, u32) = (Duration::from_millis(1), 15_000);

fn begin_immediate(connection: &mut SqliteConnection) -> diesel::QueryResult<()> {
    let mut attempts = 0;
    loop {
        match AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE") {
            Err(diesel::result::Error::DatabaseError(_, information))
                if information.message().contains("locked") && attempts < LOCK_PATIENCE.1 =>
            {
                attempts += 1;
                std::thread::sleep(LOCK_PATIENCE.0);
            }
            begun => return begun,
        }
    }
}

/// Makes and checks connections for the pool.
#[derive(Debug, Clone)]
pub(super) struct Manager {
    target: Target,
}

/// Where the database is.
#[derive(Debug, Clone)]
enum Target {
    File(String),
    Server(String),
}

impl Manager {
    /// Reads a database URL: `sqlite:<path>`, `postgres://...` or `postgresql://...`.
    pub(super) fn new(url: &str) -> Self {
        let target = match url.strip_prefix("sqlite:") {
            Some(path) => {
                let path = path.strip_prefix("//").unwrap_or(path);
                Target::File(path.to_owned())
            }
            None => Target::Server(url.to_owned()),
        };
        Manager { target }
    }

    /// A PostgreSQL database's URL, or a SQLite database's path.
    pub(super) fn url(&self) -> &str {
        match &self.target {
            Target::File(place) | Target::Server(place) => place,
        }
    }

    pub(super) fn backend(&self) -> Backend {
        match self.target {
            Target::File(_) => Backend::Sqlite,
            Target::Server(_) => Backend::Postgres,
        }
    }

    /// Opens and sets up one connection.
    pub(super) fn open(&self) -> Result<DbConnection, ConnectionError> {
        let set_up =
            |outcome: diesel::QueryResult<()>| outcome.map_err(ConnectionError::CouldntSetupConfiguration);
        match &self.target {
            Target::File(path) => {
                let mut connection = SqliteConnection::establish(path)?;
                set_up(connection.batch_execute(
                    "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                     PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; \
                     PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864; PRAGMA busy_timeout = 0;",
                ))?;
                Ok(DbConnection::Sqlite(connection))
            }
            Target::Server(url) => {
                let mut connection = PgConnection::establish(&with_patience(url))?;
                // A scan that can't be avoided, of a table with one row, counts as so dear without sequential
                // scans that PostgreSQL would compile its plan, which takes a hundred times as long as to run it.
                set_up(connection.batch_execute(
                    "SET synchronous_commit = on; SET client_min_messages = warning; SET statement_timeout = '60s'; \
                     SET idle_in_transaction_session_timeout = '60s'; SET timezone = 'UTC'; \
                     SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; SET jit = off;",
                ))?;
                Ok(DbConnection::Postgres(connection))
            }
        }
    }
}

/// How long a server may be silent before the connection counts as lost, in libpq's words. A machine that lost its
/// power closes nothing: without these, whoever waits for it would wait for hours.
const PATIENCE: [(&str, &str); 5] = [
    ("connect_timeout", "3"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "20000"),
];

/// A URL with [`PATIENCE`], where it does not say otherwise itself.
fn with_patience(url: &str) -> String {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let told = |name: &str| query.split('&').any(|part| part.split('=').next() == Some(name));
    let mut patient = url.to_owned();
    for (name, value) in PATIENCE.into_iter().filter(|(name, _)| !told(name)) {
        let sign = if patient.contains('?') { '&' } else { '?' };
        patient.push_str(&format!("{sign}{name}={value}"));
    }
    patient
}

impl r2d2::ManageConnection for Manager {
    type Connection = DbConnection;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<DbConnection, Self::Error> {
        self.open().map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, connection: &mut DbConnection) -> Result<(), Self::Error> {
        connection.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, connection: &mut DbConnection) -> bool {
        std::thread::panicking() || connection.is_broken()
    }
}

#[cfg(test)]
mod tests {
    use super::with_patience;

    #[test]
    fn a_server_that_says_nothing_is_given_up_unless_the_url_says_otherwise() {
        assert_eq!(
            with_patience("postgres://u:p@h1,h2/db"),
            "postgres://u:p@h1,h2/db?connect_timeout=3&keepalives_idle=10&keepalives_interval=5&keepalives_count=3\
             &tcp_user_timeout=20000"
        );
        let own = "postgres://h/db?target_session_attrs=read-write&connect_timeout=9&tcp_user_timeout=0";
        assert_eq!(
            with_patience(own),
            format!("{own}&keepalives_idle=10&keepalives_interval=5&keepalives_count=3")
        );
    }
}
