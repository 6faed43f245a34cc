//! Undoing: a dataset is set back to an earlier state, by new changes.
//!
//! What would change is worked out as of one moment and shown; it is done only as long as the feed
//! stands where it stood then. Invariant: history is never rewritten, and a payload that the contract
//! of today refuses does not come back.

use std::sync::Arc;

use serde::Serialize;

use super::{exchange, submission};
use crate::audit::Action;
use crate::error::{Bound, Conflict, Error, Malformed, Result, Unknown};
use crate::hub::{Actor, Call, Dataset, Hub};
use crate::record::{Entry, Outcome, Precondition, Refusal, judge};
use crate::store::append::Write;
use crate::store::undo::{Since, Then};
use crate::store::{self, DbConnection};
use crate::types::{DatasetId, Kind, Mode, RecordKey, Seq, Text};

/// How many keys are looked at at once.
const AT_ONCE: i64 = 500;
/// How many keys of a kind are shown.
const SHOWN: usize = 20;
/// What an entry takes beside its payload, in bytes.
const ENTRY_BYTES: usize = 256;

/// What is wanted of an undo.
#[derive(Debug, Clone, Copy)]
pub struct UndoWish {
    /// The state to go back to: the feed's seq at that time.
    pub to: Seq,
    /// Only show.
    pub dry: bool,
    /// Where the feed must stand, as it was shown.
    pub expect_head: Option<Seq>,
}

/// What an undo changes.
#[derive(Debug, Serialize)]
pub struct UndoReport {
    /// The dataset.
    pub dataset: DatasetId,
    /// The state to go back to.
    pub to: Seq,
    /// Where the feed stood when this was worked out.
    pub head: Seq,
    /// Records that were deleted since and come back.
    pub restored: UndoKeys,
    /// Records that get back what they held.
    pub changed_back: UndoKeys,
    /// Records that were not there yet and go.
    pub removed: UndoKeys,
    /// Records that can't come back: the contract of today refuses them, or they are no longer kept.
    pub misfits: UndoKeys,
    /// Whether it was done.
    pub done: bool,
    /// Where the feed stands after it.
    pub new_head: Option<Seq>,
}

/// Some keys.
#[derive(Debug, Default, Serialize)]
pub struct UndoKeys {
    /// How many there are.
    pub count: u64,
    /// The first ones.
    pub keys: Vec<String>,
}

impl UndoKeys {
    fn add(&mut self, key: &str) {
        self.count += 1;
        if self.keys.len() < SHOWN {
            self.keys.push(key.to_owned());
        }
    }
}

impl Hub {
    /// Shows what setting a dataset back to an earlier state would change, and does it unless only
    /// that was wanted. Blocks.
    ///
    /// # Errors
    /// A conflict for transactions, when records of that state can't come back, or when the feed has
    /// moved on; malformed when there is no such state; too large when it does not fit one transaction.
    pub fn undo(
        self: &Arc<Self>,
        actor: &Actor,
        call: &Call,
        id: &DatasetId,
        wish: UndoWish,
    ) -> Result<UndoReport> {
        let dataset = self.dataset(id)?;
        if dataset.mode() == Mode::Live {
            return Err(Error::Unknown(Unknown::LiveDataset(id.clone())));
        }
        if dataset.kind() == Kind::Transaction {
            return Err(Error::Conflict(Conflict::NotUndoable(id.clone())));
        }
        let (mut report, entries) = self.store.read_at_once(|connection| {
            let mut plan = Plan::begin(self, connection, &dataset, wish.to)?;
            plan.fill(connection)?;
            Ok((plan.report, plan.entries))
        })?;
        if wish.dry {
            return Ok(report);
        }
        match wish.expect_head {
            Some(head) if head == report.head => {}
            Some(_) => return Err(Error::Conflict(Conflict::HeadMoved(report.head))),
            None => return Err(unseen()),
        }
        if report.misfits.count > 0 {
            return Err(Error::Conflict(Conflict::UndoMisfits(report.misfits.count)));
        }
        if !entries.is_empty() {
            self.go_back(actor, call, &dataset, &mut report, entries)?;
        }
        report.done = true;
        Ok(report)
    }

    /// Writes what was worked out, all of it or nothing.
    fn go_back(
        &self,
        actor: &Actor,
        call: &Call,
        dataset: &Dataset,
        report: &mut UndoReport,
        entries: Vec<Entry>,
    ) -> Result<()> {
        let after = Seq(report.head.0 + i64::try_from(entries.len()).unwrap_or_default());
        let precondition = Precondition {
            head: Some(report.head),
            ..Precondition::default()
        };
        let write = Write {
            audit: Some(Action {
                actor: actor.0.clone().into(),
                name: "dataset.undo",
                target: format!("{} to {}", dataset.id, report.to),
                before: Some(format!("{{\"head\":{}}}", report.head)),
                after: Some(format!("{{\"head\":{after}}}")),
            }),
            ..Write::new(
                submission(dataset, entries, precondition, true),
                exchange(call, dataset, "undo", 0),
            )
        };
        let settled = self.writer.submit(write)?.wait()?;
        call.set_logged();
        match settled.outcomes.first() {
            Some(Outcome::Refused(Refusal::Moved(head))) => Err(Error::Conflict(Conflict::HeadMoved(*head))),
            _ if !settled.stored => Err(Error::Internal("an undo was refused by what stands".into())),
            _ => {
                report.new_head = Some(after);
                Ok(())
            }
        }
    }
}

/// An undo being worked out.
struct Plan<'h> {
    hub: &'h Hub,
    dataset: &'h Dataset,
    report: UndoReport,
    entries: Vec<Entry>,
    bytes: usize,
}

impl<'h> Plan<'h> {
    fn begin(hub: &'h Hub, connection: &mut DbConnection, dataset: &'h Dataset, to: Seq) -> Result<Self> {
        let head = store::datasets::head(connection, dataset.number)?;
        if to > head || to < Seq(0) {
            return Err(Error::Malformed(Malformed::Body(Text::new(
                format!("Tidak ada keadaan {to}: umpan perubahan berada di {head}."),
                format!("There is no state {to}: the feed stands at {head}."),
            ))));
        }
        let report = UndoReport {
            dataset: (*dataset.id).clone(),
            to,
            head,
            restored: UndoKeys::default(),
            changed_back: UndoKeys::default(),
            removed: UndoKeys::default(),
            misfits: UndoKeys::default(),
            done: false,
            new_head: None,
        };
        Ok(Plan {
            hub,
            dataset,
            report,
            entries: Vec::new(),
            bytes: 0,
        })
    }

    fn fill(&mut self, connection: &mut DbConnection) -> Result<()> {
        let mut after = self.report.to;
        loop {
            let state = self.report.to;
            let some = store::undo::since(connection, self.dataset.number, state, after, AT_ONCE)?;
            let Some(last) = some.last() else {
                return Ok(());
            };
            after = last.first;
            for since in some {
                self.take(since)?;
            }
        }
    }

    /// Works out what brings a key back.
    fn take(&mut self, since: Since) -> Result<()> {
        let key = RecordKey::parse(&since.key)
            .map_err(|_| Error::Internal(format!("a key of {} is damaged", self.dataset.id)))?;
        let payload = match since.then {
            Then::Absent if since.now.deleted => return Ok(()),
            Then::Absent => {
                self.report.removed.add(&since.key);
                return self.add(Entry::Delete(key), 0);
            }
            Then::Lost => {
                self.report.misfits.add(&since.key);
                return Ok(());
            }
            Then::Stood(payload) => payload,
        };
        let limit = self.hub.config.limits.record_bytes;
        match judge(self.dataset.judge()?, payload.as_bytes(), limit) {
            Ok(judged) if judged.key == key => {
                match since.now.deleted {
                    true => self.report.restored.add(&since.key),
                    false if judged.canonical == since.now.canonical => return Ok(()),
                    false => self.report.changed_back.add(&since.key),
                }
                let bytes = judged.text.len();
                self.add(Entry::Put(judged), bytes)
            }
            Ok(_) | Err(Error::Violates(_) | Error::TooLarge(_) | Error::Malformed(_)) => {
                self.report.misfits.add(&since.key);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn add(&mut self, entry: Entry, bytes: usize) -> Result<()> {
        let bound = self.hub.config.limits.dry_bytes;
        self.bytes += bytes + ENTRY_BYTES;
        if self.bytes > bound {
            return Err(Error::TooLarge(Bound::Undo(bound)));
        }
        self.entries.push(entry);
        Ok(())
    }
}

fn unseen() -> Error {
    Error::Malformed(Malformed::Body(Text::new(
        "Sertakan expect_head: head dari jawaban yang menunjukkan apa yang akan berubah (dry_run).",
        "Name expect_head: the head of the answer that showed what would change (dry_run).",
    )))
}
