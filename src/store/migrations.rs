//! Migrations: one folder per database, the same names in both.
//!
//! On PostgreSQL several hubs may start at once; an advisory lock lets one of them migrate while
//! the others wait. SQLite's own write lock does the same. Invariant: a database on which migrations ran that this
//! program does not know is left alone.

use std::time::Duration;

use diesel::RunQueryDsl as _;
use diesel::backend::Backend;
use diesel::connection::SimpleConnection as _;
use diesel::migration::{Migration, MigrationSource as _, MigrationVersion};
use diesel::pg::Pg;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{DbConnection, unavailable};
use crate::error::{Conflict, Error, Result};
use crate::types::Text;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// The number under which hubs agree who migrates.
const LOCK: i64 = 0x6d61_6861_6b61_6d01;

/// How often, and how many times, a busy lock is asked for.
const PATIENCE: (Duration, u32) = (Duration::from_millis(100), 600);

/// Runs what has not run yet and names it.
pub(super) fn run(connection: &mut DbConnection) -> Result<Vec<String>> {
    match connection {
        DbConnection::Sqlite(inner) => {
            inner
                .batch_execute("PRAGMA busy_timeout = 60000")
                .map_err(unavailable)?;
            let done = left(inner, &known::<Sqlite>(SQLITE)?).and_then(|_| {
                inner
                    .run_pending_migrations(SQLITE)
                    .map(names)
                    .map_err(unavailable)
            });
            inner
                .batch_execute("PRAGMA busy_timeout = 0")
                .map_err(unavailable)?;
            done
        }
        DbConnection::Postgres(_) => alone(connection, |connection| match connection {
            DbConnection::Sqlite(_) => Ok(Vec::new()),
            DbConnection::Postgres(inner) => left(inner, &known::<Pg>(POSTGRES)?).and_then(|_| {
                inner
                    .run_pending_migrations(POSTGRES)
                    .map(names)
                    .map_err(unavailable)
            }),
        }),
    }
}

/// Names what has not run yet.
pub(super) fn pending(connection: &mut DbConnection) -> Result<Vec<String>> {
    match connection {
        DbConnection::Sqlite(inner) => left(inner, &known::<Sqlite>(SQLITE)?),
        DbConnection::Postgres(inner) => left(inner, &known::<Pg>(POSTGRES)?),
    }
}

/// The newest migration that this program knows.
///
/// # Errors
/// When the program was built wrongly.
pub fn newest() -> Result<String> {
    let known = known::<Sqlite>(SQLITE)?;
    Ok(known.last().cloned().unwrap_or_default())
}

/// Works while no hub migrates a PostgreSQL database: those that start wait.
pub(super) fn alone<T>(
    connection: &mut DbConnection,
    work: impl FnOnce(&mut DbConnection) -> Result<T>,
) -> Result<T> {
    if let DbConnection::Postgres(inner) = connection {
        lock(inner)?;
    }
    let done = work(connection);
    if let DbConnection::Postgres(inner) = connection {
        let unlocked = diesel::sql_query(format!("SELECT pg_advisory_unlock({LOCK})")).execute(inner);
        if done.is_ok() {
            unlocked.map_err(unavailable)?;
        }
    }
    done
}

/// The versions that this program knows, in their order.
fn known<DB: Backend>(source: EmbeddedMigrations) -> Result<Vec<String>> {
    let migrations: Vec<Box<dyn Migration<DB>>> = source.migrations().map_err(unavailable)?;
    let mut versions: Vec<String> = migrations
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    versions.sort();
    Ok(versions)
}

/// The known versions that have not run yet.
fn left<DB: Backend>(connection: &mut impl MigrationHarness<DB>, known: &[String]) -> Result<Vec<String>> {
    let applied = connection.applied_migrations().map(names).map_err(unavailable)?;
    match applied.iter().filter(|version| !known.contains(version)).max() {
        Some(unknown) => Err(newer(unknown, known.last().map_or("", String::as_str))),
        None => Ok(known
            .iter()
            .filter(|version| !applied.contains(version))
            .cloned()
            .collect()),
    }
}

/// What is said of a database that a newer program migrated.
pub(super) fn newer(found: &str, known: &str) -> Error {
    Error::Conflict(Conflict::Maintenance(Text::new(
        format!(
            "Basis data ini dari Mahakam yang lebih baru (skema {found}; program ini mengenal sampai {known}). Pasang \
             versi yang lebih baru, atau pulihkan cadangan dari sebelum pemutakhiran."
        ),
        format!(
            "The database is of a newer Mahakam (schema {found}; this program knows up to {known}). Install the newer \
             version, or restore the backup from before the upgrade."
        ),
    )))
}

fn names(versions: Vec<MigrationVersion<'_>>) -> Vec<String> {
    versions.iter().map(ToString::to_string).collect()
}

#[derive(diesel::QueryableByName)]
struct Taken {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    taken: bool,
}

fn lock(connection: &mut diesel::pg::PgConnection) -> Result<()> {
    for _ in 0..PATIENCE.1 {
        let row: Taken = diesel::sql_query(format!("SELECT pg_try_advisory_lock({LOCK}) AS taken"))
            .get_result(connection)
            .map_err(unavailable)?;
        if row.taken {
            return Ok(());
        }
        std::thread::sleep(PATIENCE.0);
    }
    Err(unavailable("another hub has been migrating for a minute"))
}
