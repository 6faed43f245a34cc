//! [`SheetRun`]: a spreadsheet that somebody sent, as it is shown.
//!
//! Invariant: a person sees their own alone.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::audit::ExchangeId;
use crate::hub::ingest::SheetCounts;
use crate::hub::long_work::WorkState;
use crate::store::sheet_runs::SheetRunRow;
use crate::types::Timestamp;

/// A sheet that somebody sent.
#[derive(Debug)]
pub struct SheetRun {
    /// Its number.
    pub id: i64,
    /// The dataset's address.
    pub dataset: String,
    /// What the file was called.
    pub name: String,
    /// Its entry in the log, by which its refused rows are found.
    pub exchange: Option<ExchangeId>,
    /// When it was sent.
    pub begun_at: Timestamp,
    /// When it was last said how far it is.
    pub progress_at: Timestamp,
    /// How it stands.
    pub state: WorkState,
    /// How many rows it has.
    pub total: u64,
    /// How far it is.
    pub counts: SheetCounts,
    /// The first corrections that were refused again.
    pub uncorrected: Vec<Uncorrected>,
}

/// A correction that was refused again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Uncorrected {
    /// The row of the sheet.
    pub row: u64,
    /// The number of the refused payload.
    pub number: i64,
    /// Why, as it is kept of refused payloads.
    pub reason: Value,
}

impl SheetRun {
    /// As it is kept, at the moment `now`.
    pub(super) fn read(row: SheetRunRow, now: Timestamp) -> Self {
        let counted = |number: i64| u64::try_from(number).unwrap_or_default();
        let uncorrected = row.uncorrected.as_deref();
        SheetRun {
            id: row.id,
            state: WorkState::of(row.progress_at, (row.ended_at, row.reason.as_deref()), now),
            exchange: ExchangeId::from_bytes(&row.exchange_id),
            begun_at: Timestamp(row.begun_at),
            progress_at: Timestamp(row.progress_at),
            total: counted(row.total),
            counts: SheetCounts {
                taken: counted(row.taken),
                created: counted(row.created),
                updated: counted(row.updated),
                unchanged: counted(row.unchanged),
                rejected: counted(row.rejected),
                repaired: counted(row.repaired),
            },
            uncorrected: uncorrected
                .and_then(|text| serde_json::from_str(text).ok())
                .unwrap_or_default(),
            dataset: row.dataset,
            name: row.name,
        }
    }
}
