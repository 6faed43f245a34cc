//! Copies of a whole database, made while it is worked with, and put back.
//!
//! SQLite copies itself (`VACUUM INTO`), PostgreSQL does it by its own tools. Not here: the file that a copy is kept
//! in, and what is checked of it (the hub knows). Invariant: a copy is of one moment, and what is told of it is of the
//! same; nothing is put in the place of a database but whole.

mod file;
mod fold;
mod log;
mod presence;
mod put_back;
mod scratch;
mod survey;
mod tools;

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::Stdio;

use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;

pub(super) use file::{DatabaseFile, make_folder};
pub use fold::fold_file;
pub use log::{
    BackupRow, ended, hold_lease, keep_lease, leased, list, newest, release_lease, removed, scheduled,
};
pub use presence::Presence;
pub use put_back::{must_be_alone, renew_feeds};
pub use scratch::ScratchDatabase;
pub use survey::{FeedMark, Survey, count, schema, survey, tables};
use tools::Tools;

use super::{DbConnection, Store, unavailable};
use crate::error::{Conflict, Error, Result};
use crate::types::Text as Words;

#[derive(diesel::QueryableByName)]
struct Snapshot {
    #[diesel(sql_type = Text)]
    id: String,
}

impl Store {
    /// Copies a SQLite database into a file that is not there yet.
    ///
    /// # Errors
    /// When the database fails or the file can't be written.
    pub fn copy_into(&self, file: &Path) -> Result<()> {
        let mut connection = self.dedicated()?;
        let DbConnection::Sqlite(inner) = &mut connection else {
            return Err(Error::Internal("only SQLite copies itself".into()));
        };
        diesel::sql_query("VACUUM INTO ?")
            .bind::<Text, _>(file.to_string_lossy().into_owned())
            .execute(inner)
            .map(|_| ())
            .map_err(|error| {
                refused(
                    format!("Penyalinan basis data gagal: {error}"),
                    format!("The database could not be copied: {error}"),
                )
            })
    }

    /// Writes a copy of a PostgreSQL database as `pg_dump` makes it, and tells what was in it.
    ///
    /// # Errors
    /// When the database or the tool fails, or `out` can't be written.
    pub fn dump(&self, folder: Option<&Path>, out: &mut dyn Write) -> Result<Survey> {
        let mut connection = self.dedicated()?;
        without_limits(&mut connection)?;
        connection.in_snapshot(|connection| {
            let DbConnection::Postgres(inner) = connection else {
                return Err(Error::Internal("only PostgreSQL is dumped".into()));
            };
            let snapshot: Snapshot = diesel::sql_query("SELECT pg_export_snapshot() AS id")
                .get_result(inner)
                .map_err(unavailable)?;
            let tools = Tools {
                folder,
                url: self.url(),
            };
            let snapshot = format!("--snapshot={}", snapshot.id);
            let arguments = ["--format=custom", "--no-owner", "--no-privileges", &snapshot];
            let mut running = tools.start("pg_dump", &arguments, (Stdio::null(), Stdio::piped()))?;
            running.copy_output(out)?;
            running.end()?;
            survey::survey(connection)
        })
    }
}

/// Lets statements and transactions of a PostgreSQL connection take as long as they need.
pub(super) fn without_limits(connection: &mut DbConnection) -> Result<()> {
    match connection {
        DbConnection::Sqlite(_) => Ok(()),
        DbConnection::Postgres(inner) => inner
            .batch_execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
            .map_err(unavailable),
    }
}

/// What can't be done, and what to do instead.
fn refused(id: impl Into<String>, en: impl Into<String>) -> Error {
    Error::Conflict(Conflict::Maintenance(Words::new(id.into(), en.into())))
}

fn folder_of(file: &Path) -> Option<&Path> {
    file.parent().filter(|folder| !folder.as_os_str().is_empty())
}

fn unwritable(file: &Path, error: &std::io::Error) -> Error {
    if error.kind() == ErrorKind::PermissionDenied {
        let (user, folder) = (rustix::process::geteuid().as_raw(), folder_of(file));
        let (file, folder) = (file.display(), folder.unwrap_or(Path::new(".")).display());
        return refused(
            format!(
                "{file} tidak dapat ditulis oleh pengguna {user}: {error}. Berikan foldernya kepada pengguna itu: chown -R {user} {folder}."
            ),
            format!(
                "{file} can't be written by user {user}: {error}. Give that user its folder: chown -R {user} {folder}."
            ),
        );
    }
    let file = file.display();
    refused(
        format!("{file} tidak dapat ditulis: {error}."),
        format!("{file} can't be written: {error}."),
    )
}
