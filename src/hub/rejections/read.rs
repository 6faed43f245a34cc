//! Reading refused payloads: a page of them, one after the other, one alone.
//!
//! Invariant: where they may be about persons, the log says which were shown, and whom they are about as far as
//! that is known, before anything of them goes further than here; a list without bodies tells keys, too.

use std::sync::Arc;

use super::{RejectionPage, RejectionView, RejectionsWanted};
use crate::audit::{ExchangeId, Reading, Refused};
use crate::error::{Error, Malformed, Result, Unknown};
use crate::hub::log::Showing;
use crate::hub::{Call, Dataset, Hub, ListQuery};
use crate::record::Cursor;
use crate::store::subjects::SHOWS_REFUSED;
use crate::store::{self, rejections::Kept};
use crate::types::{OpdCode, RecordKey, Seq};

impl Hub {
    /// A page of the wanted rejections, newest first.
    ///
    /// # Errors
    /// Malformed when the cursor was not given out for this list.
    pub async fn rejections(
        self: &Arc<Self>,
        call: &Call,
        dataset: &Arc<Dataset>,
        wanted: RejectionsWanted,
        query: ListQuery,
    ) -> Result<RejectionPage> {
        let asked = Arc::clone(dataset);
        let (read, next) = self
            .blocking(move |hub| {
                let binding = binding(&asked, &wanted);
                let before = match &query.cursor {
                    Some(text) => Cursor::open(text, &hub.cursor_key, &binding)
                        .and_then(|cursor| cursor.after.as_str().parse().ok())
                        .ok_or(Error::Malformed(Malformed::Cursor))?,
                    None => i64::MAX,
                };
                let rows = i64::from(query.limit) + 1;
                let mut kept = hub.store.read(|connection| {
                    store::rejections::page(connection, asked.number, &wanted, before, rows)
                })?;
                let limit = usize::from(query.limit);
                let more = kept.len() > limit;
                kept.truncate(limit);
                let last = kept.last().filter(|_| more);
                let last = last.and_then(|last| RecordKey::parse(&last.number.to_string()).ok());
                let next = last.map(|after| Cursor { as_of: Seq(0), after }.seal(&hub.cursor_key, &binding));
                Ok((Read::of(&asked, kept)?, next))
            })
            .await?;
        Ok(RejectionPage {
            rejections: self.witnessed(call, dataset, read).await?,
            next,
        })
    }

    /// The number of the newest of the wanted rejections; 0 where there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_rejection(
        self: &Arc<Self>,
        dataset: &Arc<Dataset>,
        wanted: RejectionsWanted,
    ) -> Result<i64> {
        let number = dataset.number;
        self.blocking(move |hub| {
            let newest = hub
                .store
                .read(|connection| store::rejections::page(connection, number, &wanted, i64::MAX, 1))?;
            Ok(newest.first().map_or(0, |newest| newest.number))
        })
        .await
    }

    /// The wanted rejections after the number `after` up to `upto`, oldest first, with their bodies, at most
    /// `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rejections_between(
        self: &Arc<Self>,
        call: &Call,
        dataset: &Arc<Dataset>,
        wanted: RejectionsWanted,
        range: (i64, i64),
        limit: u16,
    ) -> Result<Vec<RejectionView>> {
        let asked = Arc::clone(dataset);
        let read = self
            .blocking(move |hub| {
                let kept = hub.store.read(|connection| {
                    store::rejections::bodies(connection, asked.number, &wanted, range, i64::from(limit))
                })?;
                Read::of(&asked, kept)
            })
            .await?;
        self.witnessed(call, dataset, read).await
    }

    /// One rejection, with its body.
    ///
    /// # Errors
    /// Unknown when it is not among the wanted ones.
    pub async fn rejection(
        self: &Arc<Self>,
        call: &Call,
        dataset: &Arc<Dataset>,
        wanted: RejectionsWanted,
        number: i64,
    ) -> Result<RejectionView> {
        let asked = Arc::clone(dataset);
        let read = self
            .blocking(move |hub| Read::of(&asked, vec![hub.kept_rejection(&asked, &wanted, number)?]))
            .await?;
        let shown = self.witnessed(call, dataset, read).await?;
        shown.into_iter().next().ok_or_else(|| unknown(number))
    }

    /// Whether a rejection was repaired.
    ///
    /// # Errors
    /// Unknown when it is not among the wanted ones.
    pub(super) async fn is_repaired(
        self: &Arc<Self>,
        dataset: &Arc<Dataset>,
        wanted: RejectionsWanted,
        number: i64,
    ) -> Result<bool> {
        let dataset = Arc::clone(dataset);
        self.blocking(move |hub| Ok(hub.kept_rejection(&dataset, &wanted, number)?.repaired.is_some()))
            .await
    }

    fn kept_rejection(&self, dataset: &Dataset, wanted: &RejectionsWanted, number: i64) -> Result<Kept> {
        let kept = self
            .store
            .read(|connection| store::rejections::find(connection, dataset.number, wanted, number))?;
        kept.ok_or_else(|| unknown(number))
    }

    /// Waits until the log says what is shown, and gives it out.
    async fn witnessed(&self, call: &Call, dataset: &Dataset, read: Read) -> Result<Vec<RejectionView>> {
        if !read.views.is_empty() {
            let showing = Showing {
                dataset,
                action: SHOWS_REFUSED,
                reading: Reading::Rejections(read.refused),
                records: read.views.len(),
                bytes: read.bytes,
            };
            self.witness(call, showing).await?;
        }
        Ok(read.views)
    }
}

/// What was read and not shown yet.
struct Read {
    views: Vec<RejectionView>,
    /// What the log says of them.
    refused: Vec<Refused>,
    /// The bytes of their bodies.
    bytes: usize,
}

impl Read {
    fn of(dataset: &Dataset, kept: Vec<Kept>) -> Result<Self> {
        let of_one = |kept: &Kept| Refused::new(kept.number, kept.subject.as_ref(), kept.key.as_deref());
        let bodies = kept.iter().filter_map(|kept| kept.body.as_ref());
        Ok(Read {
            refused: kept.iter().map(of_one).collect(),
            bytes: bodies.map(Vec::len).sum(),
            views: kept
                .into_iter()
                .map(|kept| view(dataset, kept))
                .collect::<Result<_>>()?,
        })
    }
}

fn unknown(number: i64) -> Error {
    Error::Unknown(Unknown::Rejection(number.to_string()))
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
