//! The table of references that keep records from being deleted.
//!
//! Not here: judging them (`append/references`). Invariant: what a contract says stands here from the
//! transaction on that publishes it, so a deletion that comes later finds it whichever hub it is done by.

use diesel::prelude::*;

use super::append::Examined;
use super::records::Stored;
use super::schema::reference;
use super::{DbConnection, unavailable};
use crate::contract::Reference;
use crate::error::Result;
use crate::record::{Link, Referral};
use crate::types::{DatasetId, Moment, Pointer};

/// A reference of a dataset that keeps what it refers to from being deleted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Guard {
    /// The field that refers.
    pub field: Pointer,
    /// The dataset referred to.
    pub target: DatasetId,
    /// Whether whoever is refused may learn which dataset refers.
    pub named: bool,
}

/// Puts a dataset's guards in the place of those it had.
///
/// # Errors
/// When the database fails.
pub fn set(connection: &mut DbConnection, dataset: i64, guards: &[Guard]) -> Result<()> {
    diesel::delete(reference::table.filter(reference::dataset_id.eq(dataset))).execute(connection)?;
    for guard in guards {
        diesel::insert_into(reference::table)
            .values((
                reference::dataset_id.eq(dataset),
                reference::field.eq(guard.field.to_string()),
                reference::target_opd.eq(guard.target.opd.as_str()),
                reference::target_name.eq(guard.target.name.as_str()),
                reference::target_major.eq(i32::try_from(guard.target.major).unwrap_or(i32::MAX)),
                reference::named.eq(guard.named),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// All guards, each with its dataset's number.
///
/// # Errors
/// When the database fails.
pub fn list(connection: &mut DbConnection) -> Result<Vec<(i64, Guard)>> {
    let rows: Vec<(i64, String, String, String, i32, bool)> = reference::table
        .select((
            reference::dataset_id,
            reference::field,
            reference::target_opd,
            reference::target_name,
            reference::target_major,
            reference::named,
        ))
        .load(connection)?;
    rows.into_iter()
        .map(|(dataset, field, opd, name, major, named)| {
            let damaged = || unavailable("a reference that can't be read");
            let guard = Guard {
                field: field.parse().map_err(|_| damaged())?,
                target: format!("{opd}/{name}/v{major}").parse().map_err(|_| damaged())?,
                named,
            };
            Ok((dataset, guard))
        })
        .collect()
}

/// Tells of each referral of these records that leads to nothing now.
///
/// # Errors
/// When the database fails.
pub fn unresolved(
    connection: &mut DbConnection,
    dataset: i64,
    (links, references): (&[Link], &[Reference]),
    records: Vec<Stored>,
    now: Moment<'_>,
    mut tell: impl FnMut(&Referral),
) -> Result<()> {
    let rows = records.into_iter().map(|stored| {
        // What was erased refers to nothing.
        let payload = Some(stored.payload).filter(|payload| !payload.is_empty());
        (stored.key, Some(payload.unwrap_or_else(|| "null".into())))
    });
    let examined = Examined::read(references, rows.collect())?;
    let ledger = examined.ledger(connection, dataset, links, now, None)?;
    for (key, referrals) in &examined.rows {
        for referral in referrals.iter().flatten() {
            let link = links.get(referral.link);
            if link.is_some_and(|link| !ledger.resolves(dataset, key, link, referral)) {
                tell(referral);
            }
        }
    }
    Ok(())
}
