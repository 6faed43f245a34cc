//! The one place where records are written: a batch of submissions in one transaction.
//!
//! Both databases follow the same steps: lock the heads of the datasets, read what stands under
//! the batch's keys, let the `record::Ledger` decide, write its rows and the exchanges, commit.
//! Invariant: [`append`] returns outcomes only after the commit.

mod columns;
mod fault;
mod head;
mod locks;
pub(super) mod marks;
mod postgres;
pub mod references;
mod referred;
mod rejected;
mod sqlite;
mod whole;

use std::collections::{BTreeSet, HashMap};

use super::DbConnection;
use super::chains::{Chain, OpenLink};
use crate::audit::{ChangeParts, Exchange, Subject};
use crate::record::{
    Claimed, Counts, Entry, Evidence, Ledger, Outcome, PartOf, Rejection, Rows, Settled, Standing, Submission,
};
use crate::types::{Digester, Moment, RecordKey, Timestamp};
pub use fault::AppendFault;
use fault::{Result, damaged};
use head::Heads;
use head::KnownHeads;
use marks::KnownMarks;
use references::Questions;
pub use referred::KnownReferred;
pub(super) use whole::Examined;
pub use whole::{Broken, Scope, Verdict, Whole, append_as_one};

pub(super) use postgres::insert_exchanges as postgres_exchanges;
pub(super) use sqlite::insert_exchanges as sqlite_exchanges;

/// A submission together with the exchange that brought it.
#[derive(Debug)]
pub struct Write {
    /// What to do.
    pub submission: Submission,
    /// The call behind it; its counts and digest are filled in by [`append`].
    pub exchange: Exchange,
    /// What of the call was refused already, to be kept. What is refused by what stands is kept
    /// without being named here.
    pub rejections: Vec<Rejection>,
    /// What keeps the call from having its effect twice.
    pub claimed: Option<Claimed>,
    /// Which part it is of a call that is to have its effect once.
    pub part_of: Option<PartOf>,
    /// The line of each entry in a bulk; empty for a single record.
    pub lines: Vec<u64>,
    /// The number of the rejection that the first entry repairs, if it is stored.
    pub repairs: Option<i64>,
}

impl Write {
    /// Whether nothing but records and the exchange is to be written, and no other dataset matters.
    fn is_plain(&self) -> bool {
        let alone = |entry: &Entry| matches!(entry, Entry::Put(payload) if payload.referrals.is_empty());
        self.rejections.is_empty()
            && self.repairs.is_none()
            && self.claimed.is_none()
            && self.part_of.is_none()
            && self
                .submission
                .entries
                .iter()
                .all(|entry| alone(entry) && entry.marks().is_empty())
    }

    /// A write of a single record, with nothing refused.
    pub fn new(submission: Submission, exchange: Exchange) -> Self {
        Write {
            submission,
            exchange,
            rejections: Vec::new(),
            lines: Vec::new(),
            repairs: None,
            claimed: None,
            part_of: None,
        }
    }
}

/// How many rejections a dataset keeps; older ones give way.
#[derive(Debug, Clone, Copy)]
pub struct RejectionBound {
    /// How many.
    pub rows: i64,
    /// How many bytes of payload.
    pub bytes: i64,
}

/// What a writer knows of the database while nobody else writes to it.
#[derive(Debug, Default)]
pub struct Known {
    heads: KnownHeads,
    marks: KnownMarks,
    referred: KnownReferred,
}

/// What a batch is kept with.
#[derive(Debug, Clone, Copy)]
struct Keeping<'k> {
    now: Moment<'k>,
    bound: RejectionBound,
    marks: &'k KnownMarks,
}

/// What stands under the keys of a batch.
pub type Standings<'w> = HashMap<(i64, &'w RecordKey), Standing>;

/// What was looked up of the references of a batch: what stands under the keys referred to, and the
/// rest; nothing of the latter where references are not judged here.
type Looked<'w> = (Standings<'w>, Option<Evidence<'w>>);

/// Writes a batch and commits it. A submission whose dataset somebody else is writing to right now
/// gets `None` and stays to be done; that may be so for all of them. The exchanges become one link of `chain`.
///
/// # Errors
/// When anything fails, nothing of the batch is stored, unless the connection broke during the
/// commit: then nobody can know, and the same may be sent again.
pub fn append(
    connection: &mut DbConnection,
    batch: &[Write],
    now: Moment<'_>,
    bound: RejectionBound,
    known: &mut Known,
    chain: &mut Chain,
) -> Result<Vec<Option<Settled>>> {
    let mut link = chain.open(connection, now.at)?;
    let appended = append_link(connection, batch, (now, bound), known, &mut link);
    match &appended {
        Ok(_) => chain.moved(&link),
        Err(_) => chain.unsure(),
    }
    appended
}

fn append_link(
    connection: &mut DbConnection,
    batch: &[Write],
    (now, bound): (Moment<'_>, RejectionBound),
    known: &mut Known,
    link: &mut OpenLink,
) -> Result<Vec<Option<Settled>>> {
    if let DbConnection::Postgres(inner) = connection
        && batch.iter().all(Write::is_plain)
    {
        if let Some(settled) = postgres::write_at_once(inner, batch, now.at, &mut known.heads, link)? {
            return Ok(settled);
        }
        link.clear();
    }
    known.heads.forget(batch);
    let keeping = Keeping {
        now,
        bound,
        marks: &known.marks,
    };
    let referred = &mut known.referred;
    let settled = connection.in_write(|connection| write(connection, batch, keeping, referred, link))?;
    let settled = settled.unwrap_or_else(|| batch.iter().map(|_| None).collect());
    known.marks.learn(batch, &settled);
    Ok(settled)
}

/// Writes what can be written of a batch within the open transaction; `None` when others hold what is
/// needed.
fn write(
    connection: &mut DbConnection,
    batch: &[Write],
    keeping: Keeping<'_>,
    referred: &mut KnownReferred,
    link: &mut OpenLink,
) -> Result<Option<Vec<Option<Settled>>>> {
    let heads = match connection {
        DbConnection::Sqlite(inner) => Some(sqlite::heads(inner, batch)?),
        DbConnection::Postgres(inner) => locks::free(inner, batch)?,
    };
    let Some(heads) = heads else {
        return Ok(None);
    };
    let settled = write_judged(connection, batch, heads, keeping, referred, link)?;
    link.store(connection)?;
    Ok(Some(settled))
}

/// Writes a batch whose heads are held, judging its references.
fn write_judged(
    connection: &mut DbConnection,
    batch: &[Write],
    heads: Heads,
    keeping: Keeping<'_>,
    referred: &mut KnownReferred,
    link: &mut OpenLink,
) -> Result<Vec<Option<Settled>>> {
    let held = batch.iter().map(|write| &write.submission);
    let held = held.filter(|submission| heads.contains_key(&submission.dataset));
    let questions = Questions::of(held);
    let looked = if questions.is_empty() {
        (Standings::new(), None)
    } else {
        let (standings, evidence) = references::look_up(connection, &questions, keeping.now, Some(referred))?;
        (standings, Some(evidence))
    };
    write_settled(connection, batch, heads, looked, keeping, link)
}

/// Writes to a dataset whose head this transaction holds, leaving its references to be judged later.
fn write_held(
    connection: &mut DbConnection,
    batch: &[Write],
    (now, bound): (Moment<'_>, RejectionBound),
    link: &mut OpenLink,
) -> Result<Vec<Option<Settled>>> {
    let heads = match connection {
        DbConnection::Sqlite(inner) => sqlite::heads(inner, batch)?,
        DbConnection::Postgres(inner) => locks::held(inner, batch)?,
    };
    let keeping = Keeping {
        now,
        bound,
        marks: &KnownMarks::default(),
    };
    write_settled(connection, batch, heads, (Standings::new(), None), keeping, link)
}

/// Settles a batch by what was looked up, and writes what comes of it.
fn write_settled<'w>(
    connection: &mut DbConnection,
    batch: &'w [Write],
    heads: Heads,
    looked: Looked<'w>,
    keeping: Keeping<'_>,
    link: &mut OpenLink,
) -> Result<Vec<Option<Settled>>> {
    let (now, bound, marks) = (keeping.now.at, keeping.bound, keeping.marks);
    let settled = match connection {
        DbConnection::Sqlite(inner) => sqlite::write(inner, batch, &heads, looked, now, link)?,
        DbConnection::Postgres(inner) => postgres::write(inner, batch, &heads, looked, now, link)?,
    };
    head::leave_to_backfill(connection, batch, &heads)?;
    marks::keep(connection, batch, &settled, marks)?;
    rejected::keep(connection, batch, &settled, heads, now, bound)?;
    keep_claims(connection, batch, &settled, now)?;
    Ok(settled)
}

/// Keeps the answers of those calls that may be repeated, and how far those came that are stored part by part.
fn keep_claims(
    connection: &mut DbConnection,
    batch: &[Write],
    settled: &[Option<Settled>],
    now: Timestamp,
) -> Result<()> {
    for (write, settled) in batch.iter().zip(settled) {
        if let (Some(claimed), Some(settled)) = (&write.claimed, settled)
            && let Some(answer) = (claimed.answer)(settled)
        {
            super::idempotency::keep(connection, &claimed.claim, Some(&answer), now)?;
        }
        if let (Some(part), Some(settled)) = (&write.part_of, settled) {
            let mut counted = Counts {
                rejected: u64::try_from(write.rejections.len()).unwrap_or(u64::MAX),
                ..Counts::default()
            };
            settled.outcomes.iter().for_each(|outcome| counted.count(outcome));
            super::idempotency::note(connection, part, &counted)?;
        }
    }
    Ok(())
}

/// The datasets of a batch, ascending, so that all hubs lock in the same order.
fn datasets(batch: &[Write]) -> BTreeSet<i64> {
    batch.iter().map(|write| write.submission.dataset).collect()
}

/// Settles what can be settled with these heads and tells which rows to write.
fn settle<'w>(
    batch: &'w [Write],
    heads: &Heads,
    standings: Standings<'w>,
    evidence: Option<Evidence<'w>>,
) -> (Vec<Option<Settled>>, Rows<'w>) {
    let seqs = heads.iter().map(|(dataset, head)| (*dataset, head.seq)).collect();
    let ledger = Ledger::new(seqs, standings);
    let mut ledger = match evidence {
        Some(evidence) => ledger.judging(evidence),
        None => ledger,
    };
    let settled = batch
        .iter()
        .enumerate()
        .map(|(index, write)| {
            heads
                .contains_key(&write.submission.dataset)
                .then(|| ledger.settle(index, &write.submission))
        })
        .collect();
    (settled, ledger.finish())
}

/// The exchanges of what was settled.
fn accounts(batch: &[Write], settled: &[Option<Settled>]) -> Vec<Exchange> {
    let each = batch.iter().zip(settled);
    each.filter_map(|(write, settled)| settled.as_ref().map(|settled| account(write, settled)))
        .collect()
}

/// The exchange of a settled write, with its counts and the digest over what was stored.
fn account(write: &Write, settled: &Settled) -> Exchange {
    let mut exchange = write.exchange.clone();
    exchange.rejected += u64::try_from(write.rejections.len()).unwrap_or(u64::MAX);
    exchange.unresolved = settled.unresolved;
    let mut digester = Digester::default();
    for (entry, outcome) in write.submission.entries.iter().zip(&settled.outcomes) {
        match outcome {
            Outcome::Refused(_) => exchange.rejected += 1,
            _ if !settled.stored => exchange.rejected += 1,
            Outcome::Unchanged(_) => exchange.records += 1,
            Outcome::Created(seq) | Outcome::Updated(seq) | Outcome::Deleted(seq) => {
                exchange.records += 1;
                exchange.changes += 1;
                exchange.first_seq.get_or_insert(*seq);
                let payload = match entry {
                    Entry::Put(payload) => Some(payload.digest.as_bytes()),
                    Entry::Delete(_) => None,
                };
                let change = ChangeParts {
                    seq: *seq,
                    contract: write.submission.contract,
                    key: entry.key().as_str(),
                    payload,
                    subject: entry.subject().map(Subject::as_bytes),
                };
                change.digest(&mut digester);
            }
        }
    }
    if exchange.records == 0 && exchange.rejected > 0 && exchange.outcome == "ok" {
        exchange.outcome = "refused";
    }
    exchange.batch_sha256 = Some(digester.finish());
    exchange
}

/// A count or a position as the database takes it.
fn signed<T: TryInto<i64>>(number: T) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
