//! What a database holds, in numbers: by which a copy is told from something else.
//!
//! Works on databases of every earlier schema too. Invariant: nothing is asked for that the first schema did not
//! have, unless the table is there.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::audit::HeadOf;
use crate::error::Result;
use crate::store::schema::{dataset, dataset_head};
use crate::store::{DbConnection, chains, unavailable};

/// A feed, and how much there is of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FeedMark {
    /// The dataset, such as `bkd/pegawai/v1`.
    pub dataset: String,
    /// The feed's identity.
    pub feed: String,
    /// Its last number.
    pub seq: i64,
    /// How many records there are, deleted ones included.
    pub records: i64,
}

/// What a database holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// The newest migration that ran on it.
    pub schema: String,
    /// Rows by table.
    pub tables: BTreeMap<String, i64>,
    /// Feeds, in the order of their datasets.
    pub feeds: Vec<FeedMark>,
    /// Where the chains of the log stand.
    pub chains: Vec<HeadOf>,
}

#[derive(diesel::QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(diesel::QueryableByName)]
struct CountOf {
    #[diesel(sql_type = BigInt)]
    dataset_id: i64,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// The table in which diesel notes which migrations ran.
const MIGRATIONS: &str = "__diesel_schema_migrations";

/// Runs the same SQL on either database.
macro_rules! load {
    ($connection:expr, $row:ty, $sql:expr) => {{
        let query = diesel::sql_query($sql);
        match $connection {
            DbConnection::Sqlite(inner) => query.load::<$row>(inner),
            DbConnection::Postgres(inner) => query.load::<$row>(inner),
        }
        .map_err(unavailable)
    }};
}

/// The hub's tables that are there, by name.
///
/// # Errors
/// When the database fails.
pub fn tables(connection: &mut DbConnection) -> Result<Vec<String>> {
    let mut names = every_table(connection)?;
    names.retain(|name| name != MIGRATIONS);
    Ok(names)
}

/// The schema that a PostgreSQL connection works in.
pub(super) fn current_schema(connection: &mut DbConnection) -> Result<String> {
    let rows = load!(connection, Name, "SELECT current_schema()::text AS name")?;
    Ok(rows.into_iter().next().map(|row| row.name).unwrap_or_default())
}

/// All tables, with the one that says which migrations ran.
pub(super) fn every_table(connection: &mut DbConnection) -> Result<Vec<String>> {
    let sql = match connection {
        DbConnection::Sqlite(_) => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        }
        DbConnection::Postgres(_) => {
            "SELECT tablename::text COLLATE \"C\" AS name FROM pg_tables WHERE schemaname = current_schema()
             ORDER BY name"
        }
    };
    Ok(load!(connection, Name, sql)?
        .into_iter()
        .map(|row| row.name)
        .collect())
}

/// The newest migration that ran; empty where none did.
///
/// # Errors
/// When the database fails.
pub fn schema(connection: &mut DbConnection) -> Result<String> {
    let there = match connection {
        DbConnection::Sqlite(_) => {
            format!("SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name = '{MIGRATIONS}'")
        }
        DbConnection::Postgres(_) => format!(
            "SELECT count(*) AS n FROM pg_tables WHERE schemaname = current_schema() AND tablename = '{MIGRATIONS}'"
        ),
    };
    if load!(connection, Count, there)?.iter().all(|row| row.n == 0) {
        return Ok(String::new());
    }
    let sql = format!("SELECT CAST(version AS TEXT) AS name FROM {MIGRATIONS} ORDER BY version DESC LIMIT 1");
    let newest = load!(connection, Name, sql)?.into_iter().next();
    Ok(newest.map(|row| row.name).unwrap_or_default())
}

/// How many rows a table has.
///
/// # Errors
/// When the database fails.
pub fn count(connection: &mut DbConnection, table: &str) -> Result<i64> {
    let sql = format!("SELECT count(*) AS n FROM \"{table}\"");
    let rows = load!(connection, Count, sql)?;
    Ok(rows.first().map(|row| row.n).unwrap_or_default())
}

/// What the database holds.
///
/// # Errors
/// When the database fails.
pub fn survey(connection: &mut DbConnection) -> Result<Survey> {
    let mut survey = Survey {
        schema: schema(connection)?,
        ..Survey::default()
    };
    for table in tables(connection)? {
        let rows = count(connection, &table)?;
        survey.tables.insert(table, rows);
    }
    if survey.tables.contains_key("dataset") {
        survey.feeds = feeds(connection)?;
    }
    if survey.tables.contains_key("chain") {
        survey.chains = chains::checkpoints::heads(connection, None)?;
    }
    Ok(survey)
}

fn feeds(connection: &mut DbConnection) -> Result<Vec<FeedMark>> {
    let sql = "SELECT dataset_id, count(*) AS n FROM record GROUP BY dataset_id";
    let counts: HashMap<i64, i64> = load!(connection, CountOf, sql)?
        .into_iter()
        .map(|row| (row.dataset_id, row.n))
        .collect();
    let rows: Vec<(i64, String, String, i32, String, i64)> = dataset::table
        .inner_join(dataset_head::table)
        .order(dataset::id)
        .select((
            dataset::id,
            dataset::opd,
            dataset::name,
            dataset::major,
            dataset::feed,
            dataset_head::seq,
        ))
        .load(connection)
        .map_err(unavailable)?;
    let mark = |(id, opd, name, major, feed, seq): (i64, String, String, i32, String, i64)| FeedMark {
        dataset: format!("{opd}/{name}/v{major}"),
        feed,
        seq,
        records: counts.get(&id).copied().unwrap_or_default(),
    };
    Ok(rows.into_iter().map(mark).collect())
}
