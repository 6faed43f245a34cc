//! [`Staging`]: payloads laid aside in a private temporary file until all of them have come.
//!
//! An atomic bulk and a snapshot are stored as a whole or not at all, and no client's network may
//! hold a lock meanwhile. The file is a SQLite database without a name, whichever database the hub
//! works with: it vanishes with the connection, whatever becomes of the process. Invariant: what is
//! handed out passes the same `append` as everything else.

mod lines;

use std::marker::PhantomData;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

pub use lines::StagedLine;
use lines::staged_lines;

use super::statement::statement;
use super::{DbConnection, records, unavailable};
use crate::audit::Subject;
use crate::error::{Error, Result};
use crate::record::{Entry, Mark, Payload};
use crate::types::{Digest, RecordKey};

/// How many entries are handed out, or records compared, at once.
const CHUNK: i64 = 2_000;

/// See the module.
pub struct Staging {
    connection: SqliteConnection,
}

/// How a complete stream differs from what stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Difference {
    /// Records that were not there.
    pub added: u64,
    /// Records that were there with other content.
    pub changed: u64,
    /// Payloads that say what stands, or what the stream said before.
    pub unchanged: u64,
    /// Records that the stream does not have.
    pub removed: u64,
    /// Records that stood before.
    pub standing: u64,
}

statement!(
    /// One entry; without a payload it deletes.
    Stage on Sqlite, SqliteConnection: (
        line: i64 => BigInt,
        key: &'a str => Text,
        payload: Option<&'a str> => Nullable<Text>,
        digest: Option<&'a [u8]> => Nullable<Binary>,
        canonical: Option<&'a [u8]> => Nullable<Binary>,
        slots: String => Text,
        subject: Option<&'a [u8]> => Nullable<Binary>,
    ),
    "INSERT INTO staged (line, key, payload, digest, canonical, slots, subject) VALUES (?, ?, ?, ?, ?, ?, ?)"
);

statement!(
    /// One difference: the staged entry to store, or the key to delete.
    Note on Sqlite, SqliteConnection: (staged: Option<i64> => Nullable<BigInt>, key: &'a str => Text),
    "INSERT INTO difference (staged, key) VALUES (?, ?)"
);

statement!(
    /// Entries in the order they came.
    Staged on Sqlite, SqliteConnection: (after: i64 => BigInt, limit: i64 => BigInt)
        -> (BigInt, BigInt, Text, Nullable<Text>, Nullable<Binary>, Nullable<Binary>, Nullable<Text>,
            Nullable<Binary>),
    "SELECT n, line, key, payload, digest, canonical, slots, subject FROM staged WHERE n > ? ORDER BY n LIMIT ?"
);

statement!(
    /// Differences in the order of their keys.
    Differences on Sqlite, SqliteConnection: (after: i64 => BigInt, limit: i64 => BigInt)
        -> (BigInt, BigInt, Text, Nullable<Text>, Nullable<Binary>, Nullable<Binary>, Nullable<Text>,
            Nullable<Binary>),
    "SELECT d.n, coalesce(s.line, 0), d.key, s.payload, s.digest, s.canonical, s.slots, s.subject
     FROM difference d LEFT JOIN staged s ON s.n = d.staged
     WHERE d.n > ? ORDER BY d.n LIMIT ?"
);

statement!(
    /// The first line of each key, by key.
    StagedByKey on Sqlite, SqliteConnection: (after: &'a str => Text, limit: i64 => BigInt)
        -> (Text, BigInt, Binary),
    "SELECT key, min(n), canonical FROM staged WHERE key > ? GROUP BY key ORDER BY key LIMIT ?"
);

statement!(
    /// Lines that contradict the first line with their key.
    Contradictions on Sqlite, SqliteConnection: (limit: i64 => BigInt)
        -> (BigInt, Text, Text, Nullable<Binary>),
    "SELECT s.line, s.key, s.payload, s.subject FROM staged s WHERE s.canonical <>
         (SELECT f.canonical FROM staged f WHERE f.key = s.key ORDER BY f.n LIMIT 1)
     ORDER BY s.n LIMIT ?"
);

/// An entry as it lies in the file: place, line, key, payload, digest, canonical digest, slots, subject.
type StagedRow = (
    i64,
    i64,
    String,
    Option<String>,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
    Option<String>,
    Option<Vec<u8>>,
);

/// Some entries with their lines.
#[derive(Debug, Default)]
pub struct Chunk {
    /// The entries, in order.
    pub entries: Vec<Entry>,
    /// The line of each.
    pub lines: Vec<u64>,
    /// The place of the last.
    last: i64,
}

/// Which entries are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All, in the order they came.
    All,
    /// What [`Staging::compare`] found to be different.
    Different,
}

impl Staging {
    /// An empty file.
    ///
    /// # Errors
    /// When the disk has no room.
    pub fn new() -> Result<Self> {
        let mut connection = SqliteConnection::establish("").map_err(unavailable)?;
        connection
            .batch_execute(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4000;
                 CREATE TABLE staged (n INTEGER PRIMARY KEY, line INTEGER NOT NULL, key TEXT NOT NULL, \
                     payload TEXT, digest BLOB, canonical BLOB, slots TEXT NOT NULL, subject BLOB);
                 CREATE TABLE difference (n INTEGER PRIMARY KEY, staged INTEGER, key TEXT NOT NULL);",
            )
            .map_err(unavailable)?;
        Ok(Staging { connection })
    }

    /// Lays entries aside.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn add(&mut self, entries: &[Entry], lines: &[u64]) -> Result<()> {
        self.connection
            .transaction(|connection| {
                for (entry, line) in entries.iter().zip(lines) {
                    let payload = match entry {
                        Entry::Put(payload) => Some(payload),
                        Entry::Delete(_) => None,
                    };
                    Stage {
                        line: i64::try_from(*line).unwrap_or(i64::MAX),
                        key: entry.key().as_str(),
                        payload: payload.map(|payload| payload.text.as_str()),
                        digest: payload.map(|payload| payload.digest.as_bytes()),
                        canonical: payload.map(|payload| payload.canonical.as_bytes()),
                        slots: found_by_text(entry),
                        subject: entry.subject().map(Subject::as_bytes),
                        lifetime: PhantomData,
                    }
                    .execute(connection)?;
                }
                QueryResult::Ok(())
            })
            .map_err(unavailable)
    }

    /// Everything has come: makes keys findable and gives, up to `limit`, lines that contradict an
    /// earlier one with the same key.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn seal(&mut self, limit: i64) -> Result<Vec<StagedLine>> {
        self.connection
            .batch_execute("CREATE INDEX staged_key ON staged (key, n, canonical)")
            .map_err(unavailable)?;
        let contradictions = Contradictions {
            limit,
            lifetime: PhantomData,
        };
        contradictions
            .load(&mut self.connection)
            .map(staged_lines)
            .map_err(unavailable)
    }

    /// Compares the sealed file, as the complete dataset, with the records that stand, and notes
    /// the differences by key.
    ///
    /// # Errors
    /// When a database fails.
    pub fn compare(&mut self, hub: &mut DbConnection, dataset: i64) -> Result<Difference> {
        self.connection
            .batch_execute("DELETE FROM difference; BEGIN")
            .map_err(unavailable)?;
        let mut comparison = Comparison {
            staged: Keys::new(),
            standing: Keys::new(),
            found: Difference::default(),
        };
        let mut lines = 0;
        loop {
            let staging = &mut self.connection;
            comparison.staged.fill(|after| staged_by_key(staging, after))?;
            comparison
                .standing
                .fill(|after| records::digests(hub, dataset, after, CHUNK))?;
            if !comparison.step(staging, &mut lines)? {
                break;
            }
        }
        let count = diesel::dsl::sql::<BigInt>("SELECT count(*) FROM staged");
        let staged: i64 = count.get_result(&mut self.connection).map_err(unavailable)?;
        self.connection.batch_execute("COMMIT").map_err(unavailable)?;
        let mut found = comparison.found;
        // Repeated lines, which say the same, are what was staged beyond one line a key.
        found.unchanged += u64::try_from(staged).unwrap_or_default().saturating_sub(lines);
        Ok(found)
    }

    /// The next entries behind `before`; none at the end.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn next(&mut self, which: Which, before: Option<&Chunk>) -> Result<Option<Chunk>> {
        let (after, limit, lifetime) = (before.map_or(0, |chunk| chunk.last), CHUNK, PhantomData);
        let rows: QueryResult<Vec<StagedRow>> = match which {
            Which::All => Staged {
                after,
                limit,
                lifetime,
            }
            .load(&mut self.connection),
            Which::Different => Differences {
                after,
                limit,
                lifetime,
            }
            .load(&mut self.connection),
        };
        let mut chunk = Chunk::default();
        for row in rows.map_err(unavailable)? {
            chunk.last = row.0;
            chunk.lines.push(u64::try_from(row.1).unwrap_or_default());
            chunk.entries.push(entry(row)?);
        }
        Ok((!chunk.entries.is_empty()).then_some(chunk))
    }
}

fn staged_by_key(connection: &mut SqliteConnection, after: &str) -> Result<Vec<(String, i64, Digest)>> {
    let by_key = StagedByKey {
        after,
        limit: CHUNK,
        lifetime: PhantomData,
    };
    let rows: Vec<(String, i64, Vec<u8>)> = by_key.load(connection).map_err(unavailable)?;
    rows.into_iter()
        .map(|(key, place, digest)| {
            let digest = Digest::from_bytes(&digest).ok_or_else(damaged)?;
            Ok((key, place, digest))
        })
        .collect()
}

fn entry((_, _, key, payload, digest, canonical, slots, subject): StagedRow) -> Result<Entry> {
    let key = RecordKey::parse(&key).map_err(|_| damaged())?;
    let Some(text) = payload else {
        return Ok(Entry::Delete(key));
    };
    let read = |bytes: Option<Vec<u8>>| {
        bytes
            .and_then(|bytes| Digest::from_bytes(&bytes))
            .ok_or_else(damaged)
    };
    let (slots, marks): (Vec<String>, Vec<i64>) =
        serde_json::from_str(&slots.unwrap_or_default()).map_err(|_| damaged())?;
    Ok(Entry::Put(Payload {
        key,
        text,
        digest: read(digest)?,
        canonical: read(canonical)?,
        slots: slots.into(),
        marks: marks.into_iter().map(Mark).collect(),
        // What was staged is judged as a whole, when all of it is written.
        referrals: Box::default(),
        subject: subject.map(Subject::from_bytes),
    }))
}

/// By what an entry is found, as it lies in the file.
fn found_by_text(entry: &Entry) -> String {
    let marks: Vec<i64> = entry.marks().iter().map(|mark| mark.0).collect();
    serde_json::json!([entry.slots(), marks]).to_string()
}

fn damaged() -> Error {
    Error::Internal("a staged entry can't be read back".into())
}

/// A walk through keys in byte order, some at a time.
struct Keys {
    waiting: std::collections::VecDeque<(String, i64, Digest)>,
    last: String,
    ended: bool,
}

impl Keys {
    fn new() -> Self {
        Keys {
            waiting: std::collections::VecDeque::new(),
            last: String::new(),
            ended: false,
        }
    }

    /// Fetches more when nothing is waiting.
    fn fill(&mut self, more: impl FnOnce(&str) -> Result<Vec<(String, i64, Digest)>>) -> Result<()> {
        if self.waiting.is_empty() && !self.ended {
            self.waiting = more(&self.last)?.into();
            match self.waiting.back() {
                Some((key, _, _)) => self.last.clone_from(key),
                None => self.ended = true,
            }
        }
        Ok(())
    }
}

/// Both walks side by side.
struct Comparison {
    staged: Keys,
    standing: Keys,
    found: Difference,
}

impl Comparison {
    /// Goes on until one side must fetch more; false at the end of both.
    fn step(&mut self, staging: &mut SqliteConnection, lines: &mut u64) -> Result<bool> {
        loop {
            let order = match (self.staged.waiting.front(), self.standing.waiting.front()) {
                (Some(staged), Some(standing)) => staged.0.as_bytes().cmp(standing.0.as_bytes()),
                (Some(_), None) if self.standing.ended => std::cmp::Ordering::Less,
                (None, Some(_)) if self.staged.ended => std::cmp::Ordering::Greater,
                (None, None) if self.staged.ended && self.standing.ended => return Ok(false),
                _ => return Ok(true),
            };
            let staged = order.is_le().then(|| self.staged.waiting.pop_front()).flatten();
            let standing = order.is_ge().then(|| self.standing.waiting.pop_front()).flatten();
            *lines += u64::from(staged.is_some());
            self.found.standing += u64::from(standing.is_some());
            let (key, place, count) = match (staged, standing) {
                (Some(staged), Some(standing)) if staged.2 == standing.2 => {
                    self.found.unchanged += 1;
                    continue;
                }
                (Some((key, place, _)), Some(_)) => (key, Some(place), &mut self.found.changed),
                (Some((key, place, _)), None) => (key, Some(place), &mut self.found.added),
                (None, Some((key, _, _))) => (key, None, &mut self.found.removed),
                (None, None) => continue,
            };
            *count += 1;
            Note {
                staged: place,
                key: &key,
                lifetime: PhantomData,
            }
            .execute(staging)
            .map_err(unavailable)?;
        }
    }
}
