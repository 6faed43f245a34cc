//! [`Manifest`]: what a backup says of itself.
//!
//! Invariant: members are added and never change their meaning; what is read is lenient, so that an older program
//! can at least say that a backup is of a newer one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::audit::HeadOf;
use crate::error::{Conflict, Error, Result};
use crate::store::Backend;
use crate::store::backup::{FeedMark, Survey};
use crate::types::{Text, Timestamp};

/// The format that is written.
const FORMAT: u32 = 1;

/// What a backup says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// The format of the file.
    pub format: u32,
    /// The version of the program that made it.
    pub hub: String,
    /// The newest migration that had run.
    pub schema: String,
    /// Of which database it is.
    pub database: Database,
    /// Of which moment.
    pub at: Timestamp,
    /// The files in it beside this one.
    #[serde(default)]
    pub parts: Vec<Part>,
    /// Rows by table.
    #[serde(default)]
    pub tables: BTreeMap<String, i64>,
    /// The feeds.
    #[serde(default)]
    pub feeds: Vec<FeedMark>,
    /// Where the chains of the log stood.
    #[serde(default)]
    pub chains: Vec<HeadOf>,
}

/// Of which database a backup is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Database {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// A file within a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its size in bytes, unpacked.
    pub bytes: u64,
    /// Its SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

impl From<Backend> for Database {
    fn from(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Database::Sqlite,
            Backend::Postgres => Database::Postgres,
        }
    }
}

impl Database {
    /// What the part with the database is called.
    pub(super) fn part(self) -> &'static str {
        match self {
            Database::Sqlite => "database.sqlite",
            Database::Postgres => "database.dump",
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Database::Sqlite => "SQLite",
            Database::Postgres => "PostgreSQL",
        }
    }
}

impl Manifest {
    /// The manifest of a copy with this content.
    pub(super) fn new(database: Database, at: Timestamp, survey: Survey, part: Part) -> Self {
        Manifest {
            format: FORMAT,
            hub: env!("CARGO_PKG_VERSION").to_owned(),
            schema: survey.schema,
            database,
            at,
            parts: vec![part],
            tables: survey.tables,
            feeds: survey.feeds,
            chains: survey.chains,
        }
    }

    /// Whether this program understands the backup.
    ///
    /// # Errors
    /// When a newer one made it.
    pub(super) fn must_be_known(&self, newest: &str) -> Result<()> {
        if self.format <= FORMAT && self.schema.as_str() <= newest {
            return Ok(());
        }
        Err(Error::Conflict(Conflict::Maintenance(Text::new(
            format!(
                "Cadangan ini dari Mahakam {} (skema {}), lebih baru dari program ini (skema {newest}). Pasang versi itu \
                 atau yang lebih baru.",
                self.hub, self.schema
            ),
            format!(
                "The backup is of Mahakam {} (schema {}), newer than this program (schema {newest}). Install that version \
                 or a newer one.",
                self.hub, self.schema
            ),
        ))))
    }

    /// How `survey` differs from what the backup says, table by table and feed by feed.
    pub(super) fn differences(&self, survey: &Survey) -> Vec<String> {
        let mut found = Vec::new();
        for (table, rows) in &self.tables {
            let there = survey.tables.get(table);
            if there != Some(rows) {
                let there = there.map_or("none".to_owned(), ToString::to_string);
                found.push(format!(
                    "table {table}: {rows} rows in the manifest, {there} in the copy"
                ));
            }
        }
        if self.feeds != survey.feeds {
            found.push("the feeds are not those of the manifest".to_owned());
        }
        if self.chains != survey.chains {
            found.push("the chains of the log do not stand where the manifest says".to_owned());
        }
        if self.schema != survey.schema {
            found.push(format!(
                "schema {} in the manifest, {} in the copy",
                self.schema, survey.schema
            ));
        }
        found
    }
}
