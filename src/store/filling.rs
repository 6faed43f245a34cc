//! How far the columns of datasets are filled, day by day, as it was counted in the background.
//!
//! Not here: the counting. Invariant: of each dataset the newest day before the first that is kept is kept as well, so that
//! it is known how it stood on any day since.

use diesel::prelude::*;

use super::schema::day_filling;
use super::{DbConnection, unavailable};
use crate::error::Result;

/// How far a dataset was filled at the end of a day, in the order of the columns.
#[derive(Debug, Clone, Queryable)]
pub struct FillingRow {
    /// The dataset's number.
    pub dataset: i64,
    /// The day.
    pub day: String,
    /// How many cells hold something.
    pub filled: i64,
    /// How many there are.
    pub cells: i64,
}

/// Keeps how far a dataset is filled on a day, in place of what was counted before on that day, and forgets what stood
/// before `oldest` but the last of it.
///
/// # Errors
/// When the database fails.
pub fn keep(connection: &mut DbConnection, row: &FillingRow, oldest: &str) -> Result<()> {
    let of_dataset = day_filling::table.filter(day_filling::dataset_id.eq(row.dataset));
    let there = diesel::update(of_dataset.filter(day_filling::day.eq(&row.day)))
        .set((
            day_filling::filled.eq(row.filled),
            day_filling::cells.eq(row.cells),
        ))
        .execute(connection)?;
    if there == 0 {
        diesel::insert_into(day_filling::table)
            .values((
                day_filling::dataset_id.eq(row.dataset),
                day_filling::day.eq(&row.day),
                day_filling::filled.eq(row.filled),
                day_filling::cells.eq(row.cells),
            ))
            .execute(connection)?;
    }
    let last: Option<String> = of_dataset
        .filter(day_filling::day.le(oldest))
        .order(day_filling::day.desc())
        .select(day_filling::day)
        .first(connection)
        .optional()?;
    if let Some(last) = last {
        diesel::delete(of_dataset.filter(day_filling::day.lt(last))).execute(connection)?;
    }
    Ok(())
}

/// All that is kept, by dataset, the oldest day first.
///
/// # Errors
/// When the database fails.
pub fn all(connection: &mut DbConnection) -> Result<Vec<FillingRow>> {
    day_filling::table
        .order((day_filling::dataset_id, day_filling::day))
        .load(connection)
        .map_err(unavailable)
}
