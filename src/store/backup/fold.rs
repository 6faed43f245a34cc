//! Folding a SQLite database into its one file: what its log holds goes into the file, and the log goes away.
//!
//! Invariant: a database with which somebody else works is never folded; SQLite itself sees to that.

use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;

use crate::error::Result;
use crate::store::{DbConnection, Store, unavailable};

#[derive(diesel::QueryableByName)]
struct Mode {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

impl Store {
    /// Folds a SQLite database with which nobody else works.
    ///
    /// # Errors
    /// When somebody else does, or the database fails.
    pub fn fold(&self) -> Result<()> {
        self.read(|connection| match connection {
            DbConnection::Sqlite(inner) => fold(inner),
            DbConnection::Postgres(_) => Ok(()),
        })
    }
}

/// Folds the SQLite database in a file.
///
/// # Errors
/// When somebody works with it (the cause says `locked`), or it is none.
pub fn fold_file(file: &Path) -> Result<()> {
    let mut connection = SqliteConnection::establish(&file.to_string_lossy()).map_err(unavailable)?;
    fold(&mut connection)
}

fn fold(connection: &mut SqliteConnection) -> Result<()> {
    let mode: Mode = diesel::sql_query("PRAGMA journal_mode = DELETE")
        .get_result(connection)
        .map_err(unavailable)?;
    match mode.journal_mode.as_str() {
        "delete" => Ok(()),
        _ => Err(unavailable("the database is locked")),
    }
}
