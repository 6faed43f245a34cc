//! Finding lines of the stream again, to say what was wrong with them.
//!
//! Invariant: lines come in the order of the stream.

use std::marker::PhantomData;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::Staging;
use crate::audit::Subject;
use crate::error::Result;
use crate::store::statement::statement;
use crate::store::unavailable;

/// One line of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagedLine {
    /// Its number.
    pub line: u64,
    /// The key in it.
    pub key: String,
    /// What it says.
    pub payload: String,
    /// Whom it is about, where that is known.
    pub subject: Option<Subject>,
}

statement!(
    /// What stands on these lines, a JSON list of numbers.
    PayloadsOf on Sqlite, SqliteConnection: (lines: String => Text)
        -> (BigInt, Text, Text, Nullable<Binary>),
    "SELECT line, key, payload, subject FROM staged
     WHERE payload IS NOT NULL AND line IN (SELECT value FROM json_each(?)) ORDER BY n"
);

statement!(
    /// The last line with each of these keys, a JSON list; without a payload where it deletes.
    LastWith on Sqlite, SqliteConnection: (keys: String => Text)
        -> (BigInt, Text, Text, Nullable<Binary>),
    "SELECT line, key, coalesce(payload, ''), subject FROM staged
     WHERE n IN (SELECT max(n) FROM staged WHERE key IN (SELECT value FROM json_each(?)) GROUP BY key)
     ORDER BY n"
);

impl Staging {
    /// The payloads on these lines.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn payloads(&mut self, lines: &[u64]) -> Result<Vec<StagedLine>> {
        let wanted = PayloadsOf {
            lines: serde_json::Value::from(lines).to_string(),
            lifetime: PhantomData,
        };
        wanted
            .load(&mut self.connection)
            .map(staged_lines)
            .map_err(unavailable)
    }

    /// The last line with each of these keys.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn last_with(&mut self, keys: &[&str]) -> Result<Vec<StagedLine>> {
        let wanted = LastWith {
            keys: serde_json::Value::from(keys).to_string(),
            lifetime: PhantomData,
        };
        wanted
            .load(&mut self.connection)
            .map(staged_lines)
            .map_err(unavailable)
    }
}

/// Rows as lines.
pub(super) fn staged_lines(rows: Vec<(i64, String, String, Option<Vec<u8>>)>) -> Vec<StagedLine> {
    rows.into_iter()
        .map(|(line, key, payload, subject)| StagedLine {
            line: u64::try_from(line).unwrap_or_default(),
            key,
            payload,
            subject: subject.map(Subject::from_bytes),
        })
        .collect()
}
