//! Migrations: one folder per database, the same names in both.
//!
//! On PostgreSQL several hubs may start at once; an advisory lock lets one of them migrate while
//! the others wait. SQLite's own write lock does the same.

use std::time::Duration;

use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

use super::{DbConnection, unavailable};
use crate::error::Result;

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
            let done = inner
                .run_pending_migrations(SQLITE)
                .map(names)
                .map_err(unavailable);
            inner
                .batch_execute("PRAGMA busy_timeout = 0")
                .map_err(unavailable)?;
            done
        }
        DbConnection::Postgres(inner) => {
            lock(inner)?;
            let done = inner
                .run_pending_migrations(POSTGRES)
                .map(names)
                .map_err(unavailable);
            diesel::sql_query(format!("SELECT pg_advisory_unlock({LOCK})"))
                .execute(inner)
                .map_err(unavailable)?;
            done
        }
    }
}

fn names(versions: Vec<diesel::migration::MigrationVersion<'_>>) -> Vec<String> {
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
