//! Keeping what was refused, numbered by the dataset's head, in the transaction of the call.
//!
//! Invariant: a dataset never keeps more than its bound; the oldest give way.

use diesel::prelude::*;

use super::head::Heads;
use super::{RejectionBound, Result, Write, signed};
use crate::store::DbConnection;
use crate::store::schema::{dataset_head, rejection};
use crate::types::{OpdCode, Timestamp};

/// How many rows are looked at at once for their bytes.
const AT_ONCE: i64 = 1_000;

/// Keeps the rejections of a batch whose heads are locked.
pub(super) fn keep(
    connection: &mut DbConnection,
    batch: &[Write],
    heads: Heads,
    now: Timestamp,
    bound: RejectionBound,
) -> Result<()> {
    for (dataset, mut head) in heads {
        let (number, bytes) = (head.rejections, head.rejected_bytes);
        let of_dataset = batch.iter().filter(|write| write.submission.dataset == dataset);
        for write in of_dataset {
            for refused in &write.rejections {
                head.rejections += 1;
                head.rejected_bytes += signed(refused.body.as_ref().map_or(0, |body| body.len()));
                diesel::insert_into(rejection::table)
                    .values((
                        rejection::dataset_id.eq(dataset),
                        rejection::number.eq(head.rejections),
                        rejection::at.eq(now.0),
                        rejection::exchange_id.eq(write.exchange.id.as_bytes()),
                        rejection::opd.eq(write.exchange.opd.as_ref().map(OpdCode::as_str)),
                        rejection::application_id.eq(write.exchange.application),
                        rejection::contract_id.eq(write.submission.contract),
                        rejection::line.eq(refused.line.map(signed)),
                        rejection::key.eq(refused.key.as_deref()),
                        rejection::body.eq(refused.body.as_deref()),
                        rejection::reason.eq(&refused.reason),
                        rejection::upto.eq(head.rejected_bytes),
                    ))
                    .execute(connection)?;
            }
        }
        if (number, bytes) != (head.rejections, head.rejected_bytes) {
            diesel::update(dataset_head::table.filter(dataset_head::dataset_id.eq(dataset)))
                .set((
                    dataset_head::rejections.eq(head.rejections),
                    dataset_head::rejected_bytes.eq(head.rejected_bytes),
                ))
                .execute(connection)?;
            let by_number = head.rejections - bound.rows;
            let by_bytes = superfluous(connection, dataset, head.rejected_bytes - bound.bytes)?;
            diesel::delete(rejection::table)
                .filter(rejection::dataset_id.eq(dataset))
                .filter(rejection::number.le(by_number.max(by_bytes)))
                .execute(connection)?;
        }
    }
    Ok(())
}

/// The number of the last rejection that lies before the byte `from`; 0 when none does.
fn superfluous(connection: &mut DbConnection, dataset: i64, from: i64) -> QueryResult<i64> {
    let mut last = 0;
    loop {
        let rows: Vec<(i64, i64)> = rejection::table
            .filter(rejection::dataset_id.eq(dataset))
            .filter(rejection::number.gt(last))
            .order(rejection::number)
            .limit(AT_ONCE)
            .select((rejection::number, rejection::upto))
            .load(connection)?;
        let before: Vec<i64> = rows
            .iter()
            .filter(|(_, upto)| *upto <= from)
            .map(|(number, _)| *number)
            .collect();
        last = before.last().copied().unwrap_or(last);
        if before.len() < usize::try_from(AT_ONCE).unwrap_or_default() {
            return Ok(last);
        }
    }
}
