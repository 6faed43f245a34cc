//! Putting a copy in the place of a database.
//!
//! Invariant: SQLite gets a whole file by one rename; PostgreSQL gets everything in one transaction, which ends only
//! when the rows were counted. Whatever is cut off before leaves what was there.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::BigInt;

use super::tools::Tools;
use super::{refused, survey};
use crate::error::{Error, Result};
use crate::store::{DbConnection, Store, migrations, unavailable};

#[derive(diesel::QueryableByName)]
struct Others {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Gives every feed a new id, so that positions in what was there before are told from those in what is there now.
const RENEW_POSTGRES: &str =
    "UPDATE dataset SET feed = substr(replace(gen_random_uuid()::text, '-', ''), 1, 12)";
const RENEW_SQLITE: &str = "UPDATE dataset SET feed = lower(hex(randomblob(6)))";

/// Gives every feed a new id.
///
/// # Errors
/// When the database fails.
pub fn renew_feeds(connection: &mut DbConnection) -> Result<()> {
    match connection {
        DbConnection::Sqlite(inner) => inner.batch_execute(RENEW_SQLITE),
        DbConnection::Postgres(inner) => inner.batch_execute(RENEW_POSTGRES),
    }
    .map_err(unavailable)
}

/// How often, and how many times, it is looked whether the others are gone: a server takes a moment to let go of who has
/// just left.
const PATIENCE: (Duration, u32) = (Duration::from_millis(100), 50);

/// Nobody else is connected to a PostgreSQL database.
///
/// # Errors
/// When somebody is, or the database fails.
pub fn must_be_alone(connection: &mut DbConnection) -> Result<()> {
    let mut there = others(connection)?;
    for _ in 0..PATIENCE.1 {
        if there == 0 {
            return Ok(());
        }
        std::thread::sleep(PATIENCE.0);
        there = others(connection)?;
    }
    Err(refused(
        format!("Masih ada {there} sambungan lain ke basis data ini. Hentikan hub dan perintah lain dahulu."),
        format!("{there} others are connected to this database. Stop the hub and other commands first."),
    ))
}

/// How many others are connected.
fn others(connection: &mut DbConnection) -> Result<i64> {
    let DbConnection::Postgres(inner) = connection else {
        return Ok(0);
    };
    let row: Others = diesel::sql_query(
        "SELECT count(*) AS n FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )
    .get_result(inner)
    .map_err(unavailable)?;
    Ok(row.n)
}

impl Store {
    /// Puts the copy `dump` in the place of whatever a PostgreSQL database holds, gives its feeds new ids, and holds its
    /// tables against `counts`: all of that, or nothing. Hubs that start meanwhile wait.
    ///
    /// # Errors
    /// When somebody is connected, the database or a tool fails, or the counts differ.
    pub fn put_back(&self, folder: Option<&Path>, dump: &Path, counts: &BTreeMap<String, i64>) -> Result<()> {
        let mut connection = self.dedicated()?;
        migrations::alone(&mut connection, |connection| {
            must_be_alone(connection)?;
            let schema = survey::current_schema(connection)?;
            let there = survey::every_table(connection)?;
            let tools = Tools {
                folder,
                url: self.url(),
            };
            script(&tools, dump, (&schema, &there), counts)
        })
    }
}

/// Runs everything through `psql`. It is told to commit last of all, when `pg_restore` has ended well: whatever is cut
/// off before is rolled back by the server.
fn script(
    tools: &Tools<'_>,
    dump: &Path,
    (schema, there): (&str, &[String]),
    counts: &BTreeMap<String, i64>,
) -> Result<()> {
    let arguments = ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"];
    let mut psql = tools.start("psql", &arguments, (Stdio::piped(), Stdio::null()))?;
    let Some(mut input) = psql.child.stdin.take() else {
        return Err(Error::Internal("psql has no input".into()));
    };
    let dropped: String = there
        .iter()
        .map(|table| format!("DROP TABLE IF EXISTS \"{table}\" CASCADE;\n"))
        .collect();
    let begin = format!("BEGIN;\nSET LOCAL client_min_messages = warning;\n{dropped}");
    let mut sql = tools.script(dump)?;
    let written = input
        .write_all(begin.as_bytes())
        .map_err(unavailable)
        .and_then(|()| sql.copy_output(&mut input))
        .and_then(|()| sql.end())
        .and_then(|()| {
            input
                .write_all(ending(schema, counts).as_bytes())
                .map_err(unavailable)
        });
    drop(input);
    // What psql complains of comes first: it may be why nothing could be written.
    psql.end()?;
    written
}

fn ending(schema: &str, counts: &BTreeMap<String, i64>) -> String {
    let mut sql = format!("SET LOCAL search_path = \"{schema}\";\n");
    for (table, rows) in counts {
        sql.push_str(&format!(
            "DO $$ BEGIN IF (SELECT count(*) FROM \"{table}\") <> {rows} THEN \
             RAISE EXCEPTION 'table {table} does not have the {rows} rows that the manifest tells'; END IF; END $$;\n"
        ));
    }
    sql.push_str(RENEW_POSTGRES);
    sql.push_str(";\nCOMMIT;\n");
    sql
}
