//! The store: the only room that knows diesel, SQLite and PostgreSQL.
//!
//! One file per table, a plain function per question; `append` is the hot path. Not here: rules
//! (which change a write makes is decided by `record::Ledger`). Invariant: functions that write
//! run inside [`Store::write`], which takes the write lock first and commits or leaves nothing.

pub mod append;
pub mod applications;
pub mod assignments;
pub mod audit;
pub mod backup;
pub mod chains;
pub mod changes;
mod connection;
pub mod connectors;
pub mod contracts;
pub mod datasets;
pub mod day_totals;
pub mod documents;
pub mod erasure;
pub mod exchanges;
pub mod filling;
pub mod health;
pub mod history;
pub mod idempotency;
pub mod integrations;
mod kept_connection;
pub mod letters;
pub mod mail;
mod migrations;
pub mod moves;
pub mod moving;
pub mod officials;
pub mod opds;
pub mod overdue;
pub mod people;
pub mod profiles;
pub mod pulls;
pub mod reasons;
pub mod records;
pub mod references;
pub mod rejections;
pub mod report_runs;
pub mod reports;
pub mod revision;
mod schema;
pub mod secrets;
pub mod sessions;
pub mod settings;
pub mod sheet_runs;
pub mod slots;
pub mod staging;
mod statement;
pub mod subjects;
pub mod subscriptions;
pub mod tokens;
pub mod undo;
pub mod unit_tests;

use std::time::Duration;

use connection::Manager;
pub use connection::{Backend, DbConnection};
pub use kept_connection::KeptConnection;
pub use migrations::newest as newest_schema;

use crate::config::DatabaseConfig;
use crate::error::{Error, Result, Unavailable};
use crate::types::{CLOCKS_APART, Timestamp};

/// The way to the database: a pool of connections.
pub struct Store {
    pool: r2d2::Pool<Manager>,
    manager: Manager,
    file: Option<backup::DatabaseFile>,
    /// That a SQLite file is worked with.
    _presence: Option<backup::Presence>,
}

impl Store {
    /// Connects to the database and makes the SQLite file where there is none. Does not migrate.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub fn open(config: &DatabaseConfig) -> Result<Self> {
        let presence = match config.file() {
            Some(file) => {
                backup::make_folder(file)?;
                backup::Presence::shared(file)?
            }
            None => None,
        };
        Self::connect(config, presence)
    }

    /// Opens a SQLite file that nobody else works with, and that nobody begins to work with as long as this is open.
    ///
    /// # Errors
    /// When somebody works with it, or it can't be reached.
    pub fn open_alone(config: &DatabaseConfig) -> Result<Self> {
        let presence = config.file().map(backup::Presence::alone).transpose()?;
        Self::connect(config, presence)
    }

    fn connect(config: &DatabaseConfig, presence: Option<backup::Presence>) -> Result<Self> {
        let file = config.file().map(backup::DatabaseFile::open).transpose()?;
        let manager = Manager::new(&config.url);
        let pool = r2d2::Pool::builder()
            .max_size(config.pool_size)
            // None in reserve: a connection being made by another thread while a command ends would
            // meet OpenSSL's own clean-up.
            .min_idle(Some(0))
            .connection_timeout(Duration::from_secs(5))
            .build(manager.clone())
            .map_err(unavailable)?;
        Ok(Store {
            pool,
            manager,
            file,
            _presence: presence,
        })
    }

    /// Whether the SQLite file is no longer where it was opened: its disk was taken away, or another lies in its place.
    /// Connections to both may stand side by side then.
    pub fn lost_its_file(&self) -> bool {
        self.file.as_ref().is_some_and(|file| !file.is_there())
    }

    /// Which database this is.
    pub fn backend(&self) -> Backend {
        self.manager.backend()
    }

    /// Where the database is, password included.
    fn url(&self) -> &str {
        self.manager.url()
    }

    /// Runs all migrations that have not run yet; one hub at a time does so.
    ///
    /// # Errors
    /// When the database can't be reached, a migration fails, or the database is of a newer program.
    pub fn migrate(&self) -> Result<Vec<String>> {
        migrations::run(&mut *self.connection()?)
    }

    /// Which migrations have not run yet.
    ///
    /// # Errors
    /// When the database can't be reached, or it is of a newer program.
    pub fn pending(&self) -> Result<Vec<String>> {
        migrations::pending(&mut *self.connection()?)
    }

    /// Moves SQLite's log into the database file and begins a new one, before anything is written. Where a program
    /// ended because the disk failed, the log may hold what the machine shows and the disk does not have: nothing
    /// may be written behind that.
    ///
    /// # Errors
    /// When the database can't be reached, its disk still fails, or somebody has been reading it all the while.
    pub fn begin_anew(&self) -> Result<()> {
        match self.connection()?.checkpoint_whole()? {
            true => Ok(()),
            false => Err(unavailable(
                "SQLite's log can't be emptied while another program reads the database; end that program",
            )),
        }
    }

    /// A connection of its own for a thread that keeps it, such as the writer.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub fn dedicated(&self) -> Result<DbConnection> {
        self.manager.open().map_err(unavailable)
    }

    /// Reads with a pooled connection.
    ///
    /// # Errors
    /// When there is no connection, or whatever `work` says.
    pub fn read<T>(&self, work: impl FnOnce(&mut DbConnection) -> Result<T>) -> Result<T> {
        work(&mut *self.connection()?)
    }

    /// Reads with a pooled connection, everything as of one moment.
    ///
    /// # Errors
    /// When there is no connection, or whatever `work` says.
    pub fn read_at_once<T>(&self, work: impl FnOnce(&mut DbConnection) -> Result<T>) -> Result<T> {
        self.connection()?.in_snapshot(work)
    }

    /// Writes in one transaction: all of it is committed, or nothing.
    ///
    /// # Errors
    /// When there is no connection, the commit fails, or whatever `work` says.
    pub fn write<T>(&self, work: impl FnOnce(&mut DbConnection) -> Result<T>) -> Result<T> {
        self.connection()?.in_write(work)
    }

    fn connection(&self) -> Result<r2d2::PooledConnection<Manager>> {
        self.pool.get().map_err(unavailable)
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        unavailable(error)
    }
}

/// After what moment nothing ends that lasts until `until` if it is promised now: what does was promised by a clock that
/// was further ahead than clocks of several hubs are.
fn too_late(until: Timestamp) -> i64 {
    until.0.saturating_add(CLOCKS_APART)
}

/// A failure of the database as the caller sees it: try again.
fn unavailable(cause: impl ToString) -> Error {
    Error::Unavailable(Unavailable::Database(cause.to_string()))
}
