//! What stands under the keys of a batch.

use std::marker::PhantomData;

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Text};

use crate::record::Standing;
use crate::store::append::head::Heads;
use crate::store::append::{Result, Standings, Write, damaged};
use crate::store::statement::statement;
use crate::types::{Digest, RecordKey, Seq};

statement!(
    /// What stands under the keys of the batch.
    SelectStandings on Pg, PgConnection: (datasets: Vec<i64> => Array<BigInt>, keys: Vec<&'a str> => Array<Text>)
        -> (BigInt, BigInt, Binary, Bool),
    "SELECT q.n, r.seq, r.digest, r.deleted
     FROM unnest(?::BIGINT[], ?::TEXT[]) WITH ORDINALITY AS q (dataset_id, key, n)
     CROSS JOIN LATERAL (
         SELECT seq, digest, deleted FROM record
         WHERE dataset_id = q.dataset_id AND key = q.key COLLATE \"C\" LIMIT 1
     ) r"
);

/// What stands under the keys of the batch.
pub(super) fn standings<'w>(
    connection: &mut PgConnection,
    batch: &'w [Write],
    heads: &Heads,
) -> Result<Standings<'w>> {
    let mut wanted: Vec<(i64, &RecordKey)> = batch
        .iter()
        .filter(|write| heads.contains_key(&write.submission.dataset))
        .flat_map(|write| {
            write
                .submission
                .entries
                .iter()
                .map(|entry| (write.submission.dataset, entry.key()))
        })
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    select_standings(connection, &wanted)
}

/// What stands under these keys.
pub(in crate::store::append) fn select_standings<'w>(
    connection: &mut PgConnection,
    wanted: &[(i64, &'w RecordKey)],
) -> Result<Standings<'w>> {
    let rows: Vec<(i64, i64, Vec<u8>, bool)> = SelectStandings {
        datasets: wanted.iter().map(|(dataset, _)| *dataset).collect(),
        keys: wanted.iter().map(|(_, key)| key.as_str()).collect(),
        lifetime: PhantomData,
    }
    .load(connection)?;
    rows.into_iter()
        .map(|(number, seq, digest, deleted)| {
            let place = usize::try_from(number)
                .ok()
                .and_then(|number| wanted.get(number.checked_sub(1)?));
            let place = place
                .copied()
                .ok_or_else(|| damaged("a row that was not asked for"))?;
            let canonical = Digest::from_bytes(&digest).ok_or_else(|| damaged("a damaged digest"))?;
            Ok((
                place,
                Standing {
                    seq: Seq(seq),
                    canonical,
                    deleted,
                },
            ))
        })
        .collect()
}
