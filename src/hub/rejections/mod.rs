//! Refused payloads: listed, shown, repaired by whoever may, forgotten when they are old.
//!
//! The owner of a dataset sees all of them, another agency that may push sees what it sent itself. What is
//! shown of them is in the log before (`read`). `sheet` gives them out to be corrected. Invariant: a repaired payload comes in by the ordinary way, like
//! any other push.

mod read;
mod sheet;

use std::sync::Arc;

use serde_json::Value;

use super::ingest::{Conditions, Pushed};
use super::{Call, Dataset, Hub};
use crate::error::{Conflict, Error, Result};
use crate::store;
use crate::types::{OpdCode, Seq, Timestamp, Version};

pub use crate::store::rejections::Wanted as RejectionsWanted;

/// For how long refused payloads are kept where the contract says nothing, in seconds.
const KEPT_SECONDS: i64 = 30 * 86_400;
/// How many are forgotten in one transaction.
const FORGOTTEN_AT_ONCE: i64 = 1_000;

/// A refused payload as it is shown.
#[derive(Debug)]
pub struct RejectionView {
    /// Its number within the dataset.
    pub number: i64,
    /// When it was refused.
    pub at: Timestamp,
    /// The call that brought it.
    pub exchange: String,
    /// Whose application sent it.
    pub opd: Option<String>,
    /// The application's name.
    pub application: Option<String>,
    /// The contract version that judged it.
    pub contract: Version,
    /// Its line in a bulk.
    pub line: Option<i64>,
    /// The record's key, where one was found.
    pub key: Option<String>,
    /// Why: `code`, `detail` in both languages, `violations`, `violations_total`.
    pub reason: Value,
    /// When it was repaired, and by which change.
    pub repaired: Option<(Timestamp, Seq)>,
    /// What was sent; not there in a list, nor for a line that was too long to be held.
    pub body: Option<Vec<u8>>,
}

/// A page of refused payloads, without their bodies.
#[derive(Debug)]
pub struct RejectionPage {
    /// They, newest first.
    pub rejections: Vec<RejectionView>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<String>,
}

impl Dataset {
    /// Whose rejections `opd` may see: everybody's if it owns the dataset, else its own.
    pub fn rejections_of(&self, opd: Option<&OpdCode>) -> RejectionsWanted {
        RejectionsWanted {
            opd: opd.filter(|opd| **opd != self.grants.owner).cloned(),
            ..RejectionsWanted::default()
        }
    }
}

impl Hub {
    /// Sends the corrected payload of a rejection; if it is stored, the rejection is repaired in the
    /// same transaction.
    ///
    /// # Errors
    /// Unknown when it is not among the wanted ones, a conflict when it is repaired already, and
    /// whatever a push is refused for; then the rejection stays as it is.
    pub async fn repair(
        self: &Arc<Self>,
        call: &Call,
        dataset: &Arc<Dataset>,
        number: i64,
        body: bytes::Bytes,
        conditions: Conditions,
    ) -> Result<Pushed> {
        let wanted = dataset.rejections_of(call.caller.opd());
        if self.is_repaired(dataset, wanted, number).await? {
            return Err(Error::Conflict(Conflict::RejectionRepaired(number)));
        }
        self.push_repair(call, dataset, number, body, conditions).await
    }

    /// Forgets the rejections of all datasets that are older than their contracts say; tells how many.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget_rejections(&self) -> Result<usize> {
        let (now, mut forgotten) = (self.clock.now(), 0);
        let catalog = self.catalog();
        for dataset in catalog.datasets().into_iter().chain(catalog.sandboxes()) {
            let retention = &dataset.current.contract.retention;
            let seconds = retention
                .rejections
                .as_ref()
                .map_or(KEPT_SECONDS, |kept| kept.seconds());
            let before = Timestamp(now.0.saturating_sub(seconds.saturating_mul(1_000)));
            loop {
                let some = self.store.write(|connection| {
                    store::rejections::forget(connection, dataset.number, before, FORGOTTEN_AT_ONCE)
                })?;
                forgotten += some;
                if i64::try_from(some).unwrap_or_default() < FORGOTTEN_AT_ONCE {
                    break;
                }
            }
        }
        Ok(forgotten)
    }
}
