//! Undoing: a dataset is set back to an earlier state, by new changes.
//!
//! What would change is worked out as of one moment and shown; it is done, in one transaction however
//! much it is, only as long as the feed stands where it stood then. Invariant: history is never
//! rewritten, and a payload that the contract of today refuses does not come back.

use std::sync::Arc;

use serde::Serialize;

use super::staged::judged;
use super::{exchange, scope, submission};
use crate::audit::Action;
use crate::error::{Conflict, Error, Malformed, Result, Unknown};
use crate::hub::{Actor, Call, Dataset, Hub};
use crate::record::{Entry, Outcome, Precondition, Refusal, judge};
use crate::store::append::{Whole, Write, append_as_one};
use crate::store::chains::Chain;
use crate::store::undo::{Since, Then};
use crate::store::{self, DbConnection};
use crate::types::{DatasetId, Kind, Mode, RecordKey, Seq, Text};

/// How many keys are looked at at once.
const AT_ONCE: i64 = 200;
/// How many keys of a kind are shown.
const SHOWN: usize = 20;

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
    /// that was wanted.
    ///
    /// # Errors
    /// A conflict for transactions, when records of that state can't come back, or when the feed has
    /// moved on; malformed when there is no such state.
    pub async fn undo(
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
        if wish.dry {
            return self
                .blocking(move |hub| {
                    hub.store.read_at_once(|connection| {
                        let head = store::datasets::head(connection, dataset.number)?;
                        let mut plan = Plan::begin(hub, &dataset, wish.to, head)?;
                        while plan.next(connection)?.is_some() {}
                        Ok(plan.report)
                    })
                })
                .await;
        }
        let seen = wish.expect_head.ok_or_else(unseen)?;
        let (hub, actor, call) = (Arc::clone(self), actor.clone(), call.clone());
        let bound = self.rejection_bound();
        let work = move |connection: &mut DbConnection, chain: &mut Chain| {
            let report = append_as_one(
                connection,
                scope(&dataset, true),
                hub.moment(),
                bound,
                chain,
                |whole, head| {
                    if head != seen {
                        return Err(Error::Conflict(Conflict::HeadMoved(head)));
                    }
                    let plan = Plan::begin(&hub, &dataset, wish.to, head)?;
                    plan.go_back(whole, &actor, &call)
                },
            )?;
            if report.new_head.is_some() {
                call.set_logged();
            }
            Ok(report)
        };
        self.while_it_answers(self.writer.alone(work)).await
    }
}

/// An undo being worked out.
struct Plan<'h> {
    hub: &'h Hub,
    dataset: &'h Dataset,
    report: UndoReport,
    /// The last of the first changes that was looked at.
    after: Seq,
}

impl<'h> Plan<'h> {
    fn begin(hub: &'h Hub, dataset: &'h Dataset, to: Seq, head: Seq) -> Result<Self> {
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
            after: to,
        })
    }

    /// Writes what brings the state back; an error undoes all of it. What is written on the way is
    /// no first change since the state, so the pass over those does not meet it.
    fn go_back(mut self, whole: &mut Whole<'_>, actor: &Actor, call: &Call) -> Result<UndoReport> {
        let (mut part, mut head) = (0, self.report.head);
        while let Some(entries) = self.next(whole.connection())? {
            if entries.is_empty() || self.report.misfits.count > 0 {
                continue;
            }
            let mut exchange = exchange(call, self.dataset, "undo", 0);
            exchange.part = part;
            part += 1;
            let submission = submission(self.dataset, entries, Precondition::default(), true);
            let settled = whole.append(Write::new(submission, exchange))?;
            head = match settled.outcomes.last() {
                Some(Outcome::Created(seq) | Outcome::Updated(seq) | Outcome::Deleted(seq))
                    if settled.stored =>
                {
                    *seq
                }
                _ => return Err(Error::Internal("an undo was refused by what stands".into())),
            };
        }
        if self.report.misfits.count > 0 {
            return Err(Error::Conflict(Conflict::UndoMisfits(self.report.misfits.count)));
        }
        let broken = judged(whole)?;
        let in_use = |refusal: &Refusal| !matches!(refusal, Refusal::Broken(_));
        if let Some(broken) = broken.iter().find(|broken| in_use(&broken.refusal)) {
            return Err(broken.refusal.error(&broken.key));
        }
        if !broken.is_empty() {
            let count = u64::try_from(broken.len()).unwrap_or(u64::MAX);
            return Err(Error::Conflict(Conflict::UndoMisfits(count)));
        }
        if head > self.report.head {
            self.report.new_head = Some(head);
            let action = Action {
                actor: actor.0.as_str().into(),
                name: "dataset.undo",
                target: format!("{} to {}", self.dataset.id, self.report.to),
                before: Some(format!("{{\"head\":{}}}", self.report.head)),
                after: Some(format!("{{\"head\":{head}}}")),
            };
            store::audit::insert(whole.connection(), &action, self.hub.clock.now())?;
        }
        self.report.done = true;
        Ok(self.report)
    }

    /// What brings the next keys back; `None` behind the last.
    fn next(&mut self, connection: &mut DbConnection) -> Result<Option<Vec<Entry>>> {
        let state = self.report.to;
        let some = store::undo::since(connection, self.dataset.number, state, self.after, AT_ONCE)?;
        let Some(last) = some.last() else {
            return Ok(None);
        };
        self.after = last.first;
        let mut entries = Vec::new();
        for since in some {
            entries.extend(self.entry(since)?);
        }
        Ok(Some(entries))
    }

    /// What brings a key back, if it is not back already.
    fn entry(&mut self, since: Since) -> Result<Option<Entry>> {
        let key = RecordKey::parse(&since.key)
            .map_err(|_| Error::Internal(format!("a key of {} is damaged", self.dataset.id)))?;
        let report = &mut self.report;
        let payload = match since.then {
            Then::Absent if since.now.deleted => return Ok(None),
            Then::Absent => {
                report.removed.add(&since.key);
                return Ok(Some(Entry::Delete(key)));
            }
            Then::Lost => {
                report.misfits.add(&since.key);
                return Ok(None);
            }
            Then::Stood(payload) => payload,
        };
        let limit = self.hub.config.limits.record_bytes;
        match judge(self.dataset.judge()?, payload.as_bytes(), limit) {
            Ok(judged) if judged.key == key => {
                match since.now.deleted {
                    true => report.restored.add(&since.key),
                    false if judged.canonical == since.now.canonical => return Ok(None),
                    false => report.changed_back.add(&since.key),
                }
                Ok(Some(Entry::Put(judged)))
            }
            Ok(_) | Err(Error::Violates(_) | Error::TooLarge(_) | Error::Malformed(_)) => {
                report.misfits.add(&since.key);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

fn unseen() -> Error {
    Error::Malformed(Malformed::Body(Text::new(
        "Sertakan expect_head: head dari jawaban yang menunjukkan apa yang akan berubah (dry_run).",
        "Name expect_head: the head of the answer that showed what would change (dry_run).",
    )))
}
