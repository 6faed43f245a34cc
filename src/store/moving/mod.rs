//! Moving everything from SQLite to PostgreSQL, table by table, in one transaction.
//!
//! Tables and columns are read from the databases, so that a new migration needs nothing here. Not here: who may, and
//! what is told (the hub knows). Invariant: PostgreSQL holds all of it, proven equal row by row, or what it held before;
//! SQLite is only read, and nobody writes to it meanwhile.

mod columns;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;

use super::backup::{count, tables};
use super::{DbConnection, Store, unavailable};
use crate::config::DatabaseConfig;
use crate::error::{Conflict, Error, Result};
use crate::types::{Digest, Text as Words};
use columns::Table;

/// A table that was moved.
#[derive(Debug, Clone)]
pub struct MovedTable {
    /// Its name.
    pub name: String,
    /// How many rows it has.
    pub rows: i64,
    /// The digest of all of them, the same on both sides.
    pub digest: Digest,
}

/// How far a move is.
#[derive(Debug, Clone, Copy)]
pub struct MoveProgress<'p> {
    /// The table.
    pub table: &'p str,
    /// How many of its rows are there.
    pub rows: i64,
    /// How many it has.
    pub of: i64,
}

#[derive(diesel::QueryableByName)]
struct Reference {
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = Text)]
    parent: String,
}

impl Store {
    /// Moves everything that this SQLite database holds to an empty PostgreSQL database, and proves it.
    ///
    /// # Errors
    /// When the target holds something, the two have other tables, a database fails, or what arrived differs.
    pub fn move_to(&self, target: &Store, mut told: impl FnMut(MoveProgress<'_>)) -> Result<Vec<MovedTable>> {
        let fresh = fresh()?;
        let (mut from, mut into) = (self.dedicated()?, target.dedicated()?);
        super::backup::without_limits(&mut into)?;
        // The write lock of SQLite is held all along: what is moved is all there is.
        from.in_write(|from| {
            into.in_write(|into| {
                let names = must_be_empty(from, into, &fresh)?;
                let (DbConnection::Sqlite(from), DbConnection::Postgres(into)) = (from, into) else {
                    return Err(Error::Internal("a move goes from SQLite to PostgreSQL".into()));
                };
                into.batch_execute("SET LOCAL enable_seqscan = on; SET LOCAL plan_cache_mode = auto")
                    .map_err(unavailable)?;
                let mut moved = Vec::with_capacity(names.len());
                for name in in_order(into, names)? {
                    moved.push(one_table(from, into, &name, &mut told)?);
                }
                Ok(moved)
            })
        })
    }
}

/// How many rows migrations put into tables, as a database tells in which nothing else was ever done.
fn fresh() -> Result<BTreeMap<String, i64>> {
    let folder = tempfile::tempdir().map_err(unavailable)?;
    let store = Store::open(&DatabaseConfig {
        url: format!("sqlite:{}", folder.path().join("fresh.db").display()),
        pool_size: 1,
    })?;
    store.migrate()?;
    store.read(|connection| {
        let names = tables(connection)?.into_iter();
        names
            .map(|name| {
                let rows = count(connection, &name)?;
                Ok((name, rows))
            })
            .collect()
    })
}

/// The tables to move; nothing but what migrations put there may be in the target, and that gives way.
fn must_be_empty(
    from: &mut DbConnection,
    into: &mut DbConnection,
    fresh: &BTreeMap<String, i64>,
) -> Result<BTreeSet<String>> {
    let names: BTreeSet<String> = tables(from)?.into_iter().collect();
    let there: BTreeSet<String> = tables(into)?.into_iter().collect();
    if names != there {
        let others: Vec<&String> = names.symmetric_difference(&there).collect();
        return Err(refused(
            format!(
                "Tabel di kedua basis data berbeda: {others:?}. Pakai basis data PostgreSQL yang kosong."
            ),
            format!("The two databases have other tables: {others:?}. Use an empty PostgreSQL database."),
        ));
    }
    for name in &names {
        let rows = count(into, name)?;
        if fresh.get(name) != Some(&rows) {
            return Err(refused(
                format!(
                    "Basis data tujuan tidak kosong ({name}: {rows} baris). Pakai basis data yang kosong; tidak ada yang \
                     dipindahkan."
                ),
                format!(
                    "The target is not empty ({name}: {rows} rows). Use an empty database; nothing was moved."
                ),
            ));
        }
    }
    Ok(names)
}

/// The tables in an order in which each comes after those that it refers to.
fn in_order(into: &mut PgConnection, mut names: BTreeSet<String>) -> Result<Vec<String>> {
    let references: Vec<Reference> = diesel::sql_query(
        "SELECT child.relname::text AS child, parent.relname::text AS parent
         FROM pg_constraint c
         JOIN pg_class child ON child.oid = c.conrelid
         JOIN pg_class parent ON parent.oid = c.confrelid
         WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace AND c.conrelid <> c.confrelid",
    )
    .load(into)
    .map_err(unavailable)?;
    let mut parents: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for reference in &references {
        parents
            .entry(&reference.child)
            .or_default()
            .insert(&reference.parent);
    }
    let mut order = Vec::with_capacity(names.len());
    while !names.is_empty() {
        let ready: Vec<String> = names
            .iter()
            .filter(|name| {
                let waits = parents.get(name.as_str());
                waits.is_none_or(|parents| parents.iter().all(|parent| !names.contains(*parent)))
            })
            .cloned()
            .collect();
        if ready.is_empty() {
            return Err(Error::Internal(format!(
                "tables refer to each other in a ring: {names:?}"
            )));
        }
        names.retain(|name| !ready.contains(name));
        order.extend(ready);
    }
    Ok(order)
}

fn one_table(
    from: &mut SqliteConnection,
    into: &mut PgConnection,
    name: &str,
    told: &mut impl FnMut(MoveProgress<'_>),
) -> Result<MovedTable> {
    let table = Table::read(into, name)?;
    let of = rows::count(from, &table)?;
    into.batch_execute(&format!("DELETE FROM \"{name}\""))
        .map_err(unavailable)?;
    rows::copy(from, into, &table, |rows| {
        told(MoveProgress {
            table: name,
            rows,
            of,
        })
    })?;
    if let Some(set) = table.set_identity() {
        into.batch_execute(&set).map_err(unavailable)?;
    }
    let (before, after) = (
        rows::digest_sqlite(from, &table)?,
        rows::digest_postgres(into, &table)?,
    );
    if before != after {
        return Err(refused(
            format!(
                "Tabel {name} tidak sama setelah dipindahkan. Tidak ada yang disimpan; laporkan kesalahan ini."
            ),
            format!("The table {name} is not the same after the move. Nothing was kept; report this fault."),
        ));
    }
    let (digest, rows) = after;
    Ok(MovedTable {
        name: name.to_owned(),
        rows,
        digest,
    })
}

fn refused(id: String, en: String) -> Error {
    Error::Conflict(Conflict::Maintenance(Words::new(id, en)))
}
