//! The one place where records are written: a batch of submissions in one transaction.
//!
//! Both databases follow the same steps: lock the heads of the datasets, read what stands under
//! the batch's keys, let the `record::Ledger` decide, write its rows and the exchanges, commit.
//! Invariant: [`append`] returns outcomes only after the commit.

mod columns;
mod head;
mod postgres;
mod rejected;
mod sqlite;

use std::collections::{BTreeSet, HashMap};

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::DbConnection;
use crate::audit::Exchange;
use crate::record::{Claimed, Entry, Ledger, Outcome, Rejection, Rows, Settled, Standing, Submission};
use crate::types::{Digester, RecordKey, Seq, Timestamp};
use head::Heads;
pub use head::KnownHeads;

pub(super) use postgres::insert_exchanges as postgres_exchanges;
pub(super) use sqlite::insert_exchange as sqlite_exchange;

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
    /// The line of each entry in a bulk; empty for a single record.
    pub lines: Vec<u64>,
    /// The number of the rejection that the first entry repairs, if it is stored.
    pub repairs: Option<i64>,
}

impl Write {
    /// Whether nothing but records and the exchange is to be written.
    fn is_plain(&self) -> bool {
        self.rejections.is_empty() && self.repairs.is_none() && self.claimed.is_none()
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

/// What stands under the keys of a batch.
type Standings<'w> = HashMap<(i64, &'w RecordKey), Standing>;

/// Why a batch was not stored.
#[derive(Debug)]
pub struct AppendFault {
    /// What the database said.
    pub cause: String,
    /// Whether a row is to blame, so that the others may do better without it.
    pub of_a_row: bool,
    /// Whether another request holds the Idempotency-Key.
    pub claimed: bool,
}

impl From<crate::error::Error> for AppendFault {
    fn from(error: crate::error::Error) -> Self {
        let claimed = matches!(
            error,
            crate::error::Error::Conflict(crate::error::Conflict::StillRunning)
        );
        AppendFault {
            cause: error.cause().unwrap_or_default().to_owned(),
            of_a_row: claimed,
            claimed,
        }
    }
}

/// What databases say when no row is to blame: the disk, a lock, a table or the server.
const NOT_OF_A_ROW: &[&str] = &[
    "disk I/O error",
    "disk is full",
    "No space left",
    "locked",
    "readonly",
    "read-only",
    "unable to open",
    "malformed",
    "no such table",
    "does not exist",
    "server closed",
    "connection",
    "out of memory",
    "timeout",
];

impl From<DieselError> for AppendFault {
    fn from(error: DieselError) -> Self {
        let of_a_row = match &error {
            DieselError::DatabaseError(DatabaseErrorKind::Unknown, information) => {
                let message = information.message();
                !NOT_OF_A_ROW.iter().any(|part| message.contains(part))
            }
            DieselError::DatabaseError(kind, _) => matches!(
                kind,
                DatabaseErrorKind::UniqueViolation
                    | DatabaseErrorKind::ForeignKeyViolation
                    | DatabaseErrorKind::NotNullViolation
                    | DatabaseErrorKind::CheckViolation
            ),
            DieselError::SerializationError(_) => true,
            _ => false,
        };
        AppendFault {
            cause: error.to_string(),
            of_a_row,
            claimed: false,
        }
    }
}

impl From<AppendFault> for crate::error::Error {
    fn from(fault: AppendFault) -> Self {
        super::unavailable(fault.cause)
    }
}

/// What went wrong while a batch was written.
type Result<T> = std::result::Result<T, AppendFault>;

/// A row that can't be as it is.
fn damaged(what: &str) -> AppendFault {
    AppendFault {
        cause: what.to_owned(),
        of_a_row: false,
        claimed: false,
    }
}

/// Writes a batch and commits it. A submission whose dataset another hub is writing to right now
/// gets `None` and stays to be done; at least one submission is always done.
///
/// # Errors
/// When anything fails, nothing of the batch is stored, unless the connection broke during the
/// commit: then nobody can know, and the same may be sent again.
pub fn append(
    connection: &mut DbConnection,
    batch: &mut [Write],
    now: Timestamp,
    bound: RejectionBound,
    known: &mut KnownHeads,
) -> Result<Vec<Option<Settled>>> {
    if let DbConnection::Postgres(inner) = connection
        && batch.iter().all(Write::is_plain)
        && let Some(settled) = postgres::write_at_once(inner, batch, now, known)?
    {
        return Ok(settled);
    }
    known.forget(batch);
    connection.in_write(|connection| write(connection, batch, now, bound))
}

/// Writes a batch within the open transaction.
fn write(
    connection: &mut DbConnection,
    batch: &mut [Write],
    now: Timestamp,
    bound: RejectionBound,
) -> Result<Vec<Option<Settled>>> {
    let (settled, heads) = match connection {
        DbConnection::Sqlite(inner) => sqlite::write(inner, batch, now)?,
        DbConnection::Postgres(inner) => postgres::write(inner, batch, now)?,
    };
    head::leave_to_backfill(connection, batch, &heads)?;
    rejected::keep(connection, batch, &settled, heads, now, bound)?;
    keep_claims(connection, batch, &settled, now)?;
    Ok(settled)
}

/// Keeps the answers of those calls that may be repeated.
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
    }
    Ok(())
}

/// Writes that are committed together, however many they are; see [`append_as_one`].
pub struct Whole<'c> {
    connection: &'c mut DbConnection,
    now: Timestamp,
    bound: RejectionBound,
}

impl Whole<'_> {
    /// The connection, inside the transaction.
    pub fn connection(&mut self) -> &mut DbConnection {
        self.connection
    }

    /// Writes to a dataset whose head this transaction holds.
    ///
    /// # Errors
    /// When the database fails.
    pub fn append(&mut self, one: Write) -> crate::error::Result<Settled> {
        let settled = write(self.connection, &mut [one], self.now, self.bound)?;
        let settled = settled.into_iter().next().flatten();
        settled.ok_or_else(|| crate::error::Error::Internal("a head that was held is not".into()))
    }
}

/// Writes to one dataset, whose head is locked before `work` begins; an error of `work` undoes all
/// of it.
///
/// # Errors
/// Whatever `work` says, or that the database failed.
pub fn append_as_one<T>(
    connection: &mut DbConnection,
    dataset: i64,
    now: Timestamp,
    bound: RejectionBound,
    work: impl FnOnce(&mut Whole<'_>, Seq) -> crate::error::Result<T>,
) -> crate::error::Result<T> {
    connection.in_write(|connection| {
        let head = super::datasets::lock(connection, dataset)?;
        let mut whole = Whole {
            connection,
            now,
            bound,
        };
        work(&mut whole, head)
    })
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
) -> (Vec<Option<Settled>>, Rows<'w>) {
    let seqs = heads.iter().map(|(dataset, head)| (*dataset, head.seq)).collect();
    let mut ledger = Ledger::new(seqs, standings);
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

/// The exchange of a settled write, with its counts and the digest over what was stored.
fn account(write: &Write, settled: &Settled) -> Exchange {
    let mut exchange = write.exchange.clone();
    exchange.rejected += u64::try_from(write.rejections.len()).unwrap_or(u64::MAX);
    let mut digester = Digester::default();
    for (entry, outcome) in write.submission.entries.iter().zip(&settled.outcomes) {
        let changed = matches!(
            outcome,
            Outcome::Created(_) | Outcome::Updated(_) | Outcome::Deleted(_)
        );
        match (outcome, entry) {
            (Outcome::Refused(_), _) => exchange.rejected += 1,
            _ if !settled.stored => exchange.rejected += 1,
            _ => exchange.records += 1,
        }
        if let (true, true, Entry::Put(payload)) = (settled.stored, changed, entry) {
            digester.update(payload.digest.as_bytes());
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
