//! Which pulls are due, and who begins or goes on with their runs.
//!
//! Invariant: a run is begun, or taken over, in the transaction that takes hold of its pull; of two hubs one
//! gets it.

use std::sync::Arc;
use std::time::Instant;

use super::hold::{HELD, Hold};
use super::{Pull, schedule_next};
use crate::connector::pull::{Bookmark, Kind, Position};
use crate::error::Result;
use crate::hub::Hub;
use crate::store::pulls::PullRow;
use crate::store::pulls::runs::{Progress, RunRow};
use crate::store::{self, DbConnection};
use crate::types::Timestamp;

/// After how long nobody goes on in the middle of a run any more, in milliseconds: pages move.
const STALE: i64 = 3_600_000;
/// How many due pulls are looked at at once.
const LOOKED_AT: i64 = 100;

/// A pull that this hub holds, with the run that it shall make.
#[derive(Debug)]
pub struct DuePull {
    /// The pull.
    pub(super) pull: Pull,
    /// The right to run it.
    pub(super) hold: Hold,
    /// When the run began.
    pub(super) begun_at: Timestamp,
    /// How far it is already.
    pub(super) progress: Progress,
    /// The page that comes next.
    pub(super) position: Position,
    /// The greatest bookmark so far.
    pub(super) bookmark: Option<Bookmark>,
}

impl DuePull {
    /// The pull's number.
    pub fn id(&self) -> i64 {
        self.pull.id
    }

    /// The system that it reads.
    pub fn system(&self) -> String {
        system_of(&self.pull)
    }
}

fn system_of(pull: &Pull) -> String {
    format!("{}/{}", pull.settings.dataset.opd, pull.settings.connector)
}

impl Hub {
    /// Takes hold of pulls that are due and that nobody runs, as far as `may` allows for their systems.
    ///
    /// # Errors
    /// When the database fails.
    pub fn take_due_pulls(self: &Arc<Self>, mut may: impl FnMut(&str) -> bool) -> Result<Vec<DuePull>> {
        let now = self.clock.now();
        let due = self
            .store
            .read(|connection| store::pulls::due(connection, (now, Timestamp(now.0 + HELD)), LOOKED_AT))?;
        let mut taken = Vec::new();
        for row in due {
            let pull = match Pull::read(&row) {
                Ok(pull) => pull,
                // One that a newer hub wrote must not hold up the others.
                Err(error) => {
                    tracing::error!(cause = error.cause(), "a pull can't be used");
                    continue;
                }
            };
            if !may(&system_of(&pull)) {
                continue;
            }
            let begun = self
                .store
                .write(|connection| self.begin(connection, &row, pull, now))?;
            taken.extend(begun);
        }
        Ok(taken)
    }

    /// Takes hold of one, and begins its run or goes on with the one that was cut off.
    fn begin(
        &self,
        connection: &mut DbConnection,
        row: &PullRow,
        pull: Pull,
        now: Timestamp,
    ) -> Result<Option<DuePull>> {
        let token = uuid::Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, 0, 0)).to_string();
        let until = Timestamp(now.0 + HELD);
        if !store::pulls::hold(connection, row.id, &token, (now, until))? {
            return Ok(None);
        }
        let hold = |run| Hold {
            pull: row.id,
            revision: row.revision,
            run,
            token: token.clone(),
            asked: Instant::now(),
        };
        if let Some(open) = store::pulls::runs::open(connection, row.id)? {
            if open.revision == row.revision && open.progress_at > now.0 - STALE {
                return resumed(pull, hold(open.id), open).map(Some);
            }
            let reason = super::interrupted();
            store::pulls::runs::end(connection, open.id, "interrupted", Some(&reason.written()), now)?;
        }
        let cause = match row.wanted_at {
            Some(_) => "request",
            None => "schedule",
        };
        let before = row.bookmark.as_deref();
        let run = store::pulls::runs::insert(connection, (row.id, row.revision), cause, before, now)?;
        Ok(Some(DuePull {
            hold: hold(run),
            begun_at: now,
            progress: Progress::default(),
            position: Position::First,
            bookmark: before.and_then(Bookmark::parse),
            pull,
        }))
    }

    /// Lets go of a pull whose run this hub can't go on with, so that whoever comes next does.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn leave(&self, hold: &Hold, progress: &Progress) -> Result<()> {
        let now = self.clock.now();
        self.store.write(|connection| {
            let (of, until) = ((hold.pull, hold.revision), Timestamp(now.0 + HELD));
            if store::pulls::keep(connection, of, &hold.token, until)? {
                let progress = Progress {
                    progress_at: now.0,
                    ..progress.clone()
                };
                store::pulls::runs::progress(connection, hold.run, &progress)?;
            }
            store::pulls::release(connection, hold.pull, &hold.token)
        })
    }

    /// Plans pulls anew that were planned by a clock that was ahead, so that they don't wait until it is as late.
    ///
    /// # Errors
    /// When the database fails.
    pub fn mend_plans(&self) -> Result<()> {
        let now = self.clock.now();
        for row in self.store.read(store::pulls::list)? {
            let Some(planned) = row
                .next_at
                .filter(|at| Timestamp(*at).is_to_come(now) && !row.paused)
            else {
                continue;
            };
            // One that a newer hub wrote is its own to plan.
            let Ok(pull) = Pull::read(&row) else { continue };
            let next = self.next_run(&pull);
            if next.is_none_or(|next| next.0 < planned) {
                self.store
                    .write(|connection| store::pulls::plan(connection, row.id, planned, next))?;
            }
        }
        Ok(())
    }

    /// When a pull is due again by its schedule.
    pub(super) fn next_run(&self, pull: &Pull) -> Option<Timestamp> {
        schedule_next(&pull.settings, self.clock.now(), &self.config.time.zone)
    }
}

/// The run that goes on from where it was written down last; a snapshot goes on from its beginning.
fn resumed(pull: Pull, hold: Hold, open: RunRow) -> Result<DuePull> {
    let position = match (&open.position, pull.settings.kind) {
        // One that only another version of the program knows is none: what is read twice is unchanged.
        (Some(position), Kind::Incremental) => serde_json::from_str(position).unwrap_or(Position::First),
        _ => Position::First,
    };
    let (begun_at, fresh) = (Timestamp(open.begun_at), position == Position::First);
    let reached = open.bookmark_after.as_ref().or(open.bookmark_before.as_ref());
    let bookmark = reached.and_then(|token| Bookmark::parse(token));
    let progress = match fresh {
        true => Progress::default(),
        false => Progress {
            progress_at: open.progress_at,
            pages: open.pages,
            bytes: open.bytes,
            received: open.received,
            created: open.created,
            updated: open.updated,
            unchanged: open.unchanged,
            deleted: open.deleted,
            rejected: open.rejected,
            bookmark_after: open.bookmark_after,
            position: open.position,
            exchange_id: open.exchange,
        },
    };
    Ok(DuePull {
        pull: Pull {
            bookmark: open.bookmark_before,
            ..pull
        },
        hold,
        begun_at,
        progress,
        position,
        bookmark,
    })
}
