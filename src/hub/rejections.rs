//! Refused payloads: listed, shown, repaired by whoever may, forgotten when they are old.
//!
//! The owner of a dataset sees all of them, another agency that may push sees what it sent itself.
//! Invariant: a repaired payload comes in by the ordinary way, like any other push.

use std::sync::Arc;

use serde_json::Value;

use super::ingest::{Conditions, Pushed};
use super::{Call, Dataset, Hub, ListQuery};
use crate::audit::ExchangeId;
use crate::error::{Conflict, Error, Malformed, Result, Unknown};
use crate::record::Cursor;
use crate::store::{self, rejections::Kept};
use crate::types::{OpdCode, RecordKey, Seq, Timestamp, Version};

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
    /// A page of the wanted rejections, newest first.
    ///
    /// # Errors
    /// Malformed when the cursor was not given out for this list.
    pub async fn rejections(
        self: &Arc<Self>,
        dataset: &Arc<Dataset>,
        wanted: RejectionsWanted,
        query: ListQuery,
    ) -> Result<RejectionPage> {
        let dataset = Arc::clone(dataset);
        self.blocking(move |hub| {
            let binding = binding(&dataset, &wanted);
            let before = match &query.cursor {
                Some(text) => Cursor::open(text, &hub.cursor_key, &binding)
                    .and_then(|cursor| cursor.after.as_str().parse().ok())
                    .ok_or(Error::Malformed(Malformed::Cursor))?,
                None => i64::MAX,
            };
            let rows = i64::from(query.limit) + 1;
            let mut kept = hub.store.read(|connection| {
                store::rejections::page(connection, dataset.number, &wanted, before, rows)
            })?;
            let limit = usize::from(query.limit);
            let more = kept.len() > limit;
            kept.truncate(limit);
            let last = kept.last().filter(|_| more);
            let last = last.and_then(|last| RecordKey::parse(&last.number.to_string()).ok());
            let next = last.map(|after| Cursor { as_of: Seq(0), after }.seal(&hub.cursor_key, &binding));
            let rejections = kept.into_iter().map(|kept| view(&dataset, kept));
            Ok(RejectionPage {
                rejections: rejections.collect::<Result<_>>()?,
                next,
            })
        })
        .await
    }

    /// The wanted rejections after the one with the number `after`, oldest first, with their bodies,
    /// at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rejections_after(
        self: &Arc<Self>,
        dataset: &Arc<Dataset>,
        wanted: RejectionsWanted,
        after: i64,
        limit: u16,
    ) -> Result<Vec<RejectionView>> {
        let dataset = Arc::clone(dataset);
        self.blocking(move |hub| {
            let kept = hub.store.read(|connection| {
                store::rejections::bodies(connection, dataset.number, &wanted, after, i64::from(limit))
            })?;
            kept.into_iter().map(|kept| view(&dataset, kept)).collect()
        })
        .await
    }

    /// One rejection, with its body.
    ///
    /// # Errors
    /// Unknown when it is not among the wanted ones.
    pub async fn rejection(
        self: &Arc<Self>,
        dataset: &Arc<Dataset>,
        wanted: RejectionsWanted,
        number: i64,
    ) -> Result<RejectionView> {
        let dataset = Arc::clone(dataset);
        self.blocking(move |hub| {
            let kept = hub
                .store
                .read(|connection| store::rejections::find(connection, dataset.number, &wanted, number))?;
            match kept {
                Some(kept) => view(&dataset, kept),
                None => Err(Error::Unknown(Unknown::Rejection(number.to_string()))),
            }
        })
        .await
    }

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
        if self.rejection(dataset, wanted, number).await?.repaired.is_some() {
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

/// What a cursor is good for.
fn binding(dataset: &Dataset, wanted: &RejectionsWanted) -> String {
    let opd = wanted.opd.as_ref().map_or("", OpdCode::as_str);
    let exchange = wanted.exchange.as_ref().map(ToString::to_string);
    format!(
        "rejections {} {} {opd} {} {}",
        dataset.id,
        dataset.feed,
        wanted.open,
        exchange.unwrap_or_default()
    )
}

fn view(dataset: &Dataset, kept: Kept) -> Result<RejectionView> {
    let damaged = || Error::Internal(format!("rejection {} of {} is damaged", kept.number, dataset.id));
    Ok(RejectionView {
        number: kept.number,
        at: kept.at,
        exchange: ExchangeId::from_bytes(&kept.exchange)
            .ok_or_else(damaged)?
            .to_string(),
        reason: serde_json::from_str(&kept.reason).map_err(|_| damaged())?,
        opd: kept.opd,
        application: kept.application,
        contract: dataset.version_of(kept.contract),
        line: kept.line,
        key: kept.key,
        repaired: kept.repaired,
        body: kept.body,
    })
}
