//! Whether the log, and the changes it answers for, are as they were written.
//!
//! Needs the database and nothing else: it works on a copy, and beside running hubs. Checkpoints come first,
//! then the chains, the rows and the changes, so that what is written meanwhile is never taken for a fault.
//! Invariant: nothing is written.

mod chains;
mod changes;
mod file;
mod rows;

use std::path::Path;

use serde::Serialize;

use crate::audit::PublicKey;
use crate::error::Result;
use crate::store::{self, Store};

/// How many rows are read at once.
const AT_ONCE: i64 = 1_000;
/// How many faults are told.
const MAX_FAULTS: usize = 1_000;

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// What was done to it: `altered`, `removed`, `inserted`, `moved` or `unsigned`.
    pub kind: &'static str,
    /// What it is: `exchange`, `audit`, `change`, `payload`, `record`, `link`, `chain`, `gap`, `checkpoint` or
    /// `file`.
    pub what: &'static str,
    /// Which one.
    pub which: String,
    /// How that is known.
    pub detail: String,
}

/// What verifying found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Verdict {
    /// Whether everything is as it was written.
    pub ok: bool,
    /// The public key that checkpoints are signed with, in hexadecimal.
    pub key: String,
    /// How many chains there are.
    pub chains: u64,
    /// How many links they have.
    pub links: u64,
    /// How many checkpoints there are.
    pub checkpoints: u64,
    /// How many rows of the exchange log were verified.
    pub exchanges: u64,
    /// How many rows of the audit log were verified.
    pub actions: u64,
    /// How many changes were compared with the exchange that wrote them.
    pub changes: u64,
    /// How many rows expired and were let go.
    pub expired: u64,
    /// How many payloads were erased.
    pub erased: u64,
    /// How many rows come from before there were chains, so nothing can be said of them.
    pub unchained: u64,
    /// How many faults there are.
    pub faults_total: u64,
    /// The first faults.
    pub faults: Vec<Fault>,
}

impl Verdict {
    fn fault(
        &mut self,
        (kind, what): (&'static str, &'static str),
        which: String,
        detail: impl Into<String>,
    ) {
        self.faults_total += 1;
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(Fault {
                kind,
                what,
                which,
                detail: detail.into(),
            });
        }
    }
}

/// What is known at the beginning and asked for all along.
struct Verifier<'v> {
    store: &'v Store,
    key: &'v PublicKey,
    verdict: Verdict,
}

/// Verifies the log in `store`, and that `file` holds the same checkpoints, where there is one. The key that
/// the database tells is believed where none is `given`: whoever wants to be sure writes it down elsewhere.
///
/// # Errors
/// When the database fails, it tells no key, or the file can't be read.
pub fn verify(store: &Store, given: Option<PublicKey>, file: Option<&Path>) -> Result<Verdict> {
    let key = match given {
        Some(key) => key,
        None => super::public_key(store)?,
    };
    let mut verifier = Verifier {
        store,
        key: &key,
        verdict: Verdict {
            key: key.to_string(),
            ..Verdict::default()
        },
    };
    // In this order: each step knows at least what the one before knew.
    let named = verifier.checkpoints(file)?;
    let mut counts = verifier.chains(&named)?;
    verifier.rows(&mut counts)?;
    verifier.removed(&counts)?;
    verifier.changes(counts.until)?;
    let mut verdict = verifier.verdict;
    verdict.ok = verdict.faults_total == 0;
    Ok(verdict)
}

/// How many rows of a table were there before there were chains.
fn unchained_before(store: &Store, name: &str) -> Result<u64> {
    let value = store.read(|connection| store::settings::find(connection, name))?;
    let text = String::from_utf8(value.unwrap_or_default()).unwrap_or_default();
    Ok(text.parse().unwrap_or_default())
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
