//! Tables as text (CSV, RFC 4180): from rows to payloads.
//!
//! [`Rows`] cuts a stream into rows, [`Columns`] turns a row into JSON by the header and the
//! contract's schema. Not here: reading files. Invariant: a value is never guessed from how it looks;
//! its type comes from the schema alone, and a number stays the literal that stands in the cell. Where
//! there is no schema yet, [`Untyped`] takes every cell for a text.

mod columns;
mod guard;
mod header;
mod rows;
mod untyped;

pub use columns::{Columns, Given};
pub use guard::needs_guard;
pub use header::is_field;
pub use rows::{Row, Rows, separator_of};
pub use untyped::Untyped;
