//! [`Column`]: a column of the log that has a value, and the index on it, which goes on with the ids.
//!
//! PostgreSQL plans for whatever value comes: told that a column equals one, it may walk all of the log by its ids and look
//! at each row, which takes seconds where the value is rare. So it is told both ends of what it may walk, value and id
//! together, and an order that no other index has. SQLite takes the index for an equality. Invariant: the rows are those
//! that have the value, newest first.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Text};

use crate::store::DbConnection;
use crate::store::schema::exchange;

/// No id is above.
const HIGHEST: [u8; 16] = [0xff; 16];

/// Rows of the log that are still to be loaded.
pub(super) type Rows<'r> = exchange::BoxedQuery<'r, <DbConnection as Connection>::Backend>;

/// Which column, and its value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Column<'v> {
    /// The application that called.
    Application(i64),
    /// The agency of whoever called without an application.
    Persons(&'v str),
    /// The dataset's address.
    Dataset(&'v str),
    /// What came of it, other than `ok`.
    Outcome(&'v str),
    /// What was asked, other than what is common.
    Action(&'v str),
}

/// Between which ids rows are walked, both included; all where there is none.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids {
    /// The lowest.
    pub(super) from: Option<Vec<u8>>,
    /// The highest.
    pub(super) until: Option<Vec<u8>>,
}

macro_rules! having {
    ($connection:expr, $column:literal, $kind:ty, $value:expr, $ids:expr) => {
        match $connection {
            DbConnection::Sqlite(_) => exchange::table
                .into_boxed()
                .filter(sql::<Bool>(concat!($column, " = ")).bind::<$kind, _>($value)),
            DbConnection::Postgres(_) => exchange::table
                .into_boxed()
                .filter(
                    sql::<Bool>(concat!("(", $column, ", id) >= ("))
                        .bind::<$kind, _>($value)
                        .sql(", ")
                        .bind::<Binary, _>($ids.from.unwrap_or_default())
                        .sql(")"),
                )
                .filter(
                    sql::<Bool>(concat!("(", $column, ", id) <= ("))
                        .bind::<$kind, _>($value)
                        .sql(", ")
                        .bind::<Binary, _>($ids.until.unwrap_or_else(|| HIGHEST.to_vec()))
                        .sql(")"),
                ),
        }
    };
}

impl<'v> Column<'v> {
    /// The rows that have the value. SQLite leaves it to the caller to keep to `ids`.
    pub(super) fn rows(self, connection: &DbConnection, ids: Ids) -> Rows<'v> {
        // Conditions of partial indexes stand in the text: a value that is bound proves nothing.
        match self {
            Column::Application(number) => having!(connection, "application_id", BigInt, number, ids)
                .filter(exchange::application_id.is_not_null()),
            Column::Persons(code) => having!(connection, "opd", Text, code, ids)
                .filter(exchange::opd.is_not_null())
                .filter(exchange::application_id.is_null()),
            Column::Dataset(address) => having!(connection, "dataset", Text, address, ids),
            Column::Outcome(outcome) => {
                having!(connection, "outcome", Text, outcome, ids).filter(sql::<Bool>("outcome <> 'ok'"))
            }
            Column::Action(action) => having!(connection, "action", Text, action, ids)
                .filter(sql::<Bool>("action NOT IN ('push', 'pull', 'changes')")),
        }
    }

    /// The order of the rows, newest first.
    pub(super) fn order(self, connection: &DbConnection) -> SqlLiteral<Bool> {
        let name = match self {
            Column::Application(_) => "application_id",
            Column::Persons(_) => "opd",
            Column::Dataset(_) => "dataset",
            Column::Outcome(_) => "outcome",
            Column::Action(_) => "action",
        };
        match connection {
            DbConnection::Sqlite(_) => newest_first(),
            DbConnection::Postgres(_) => sql(&format!("{name} DESC, id DESC, part DESC")),
        }
    }
}

/// The order of rows that no column leads to.
pub(super) fn newest_first() -> SqlLiteral<Bool> {
    sql("id DESC, part DESC")
}
