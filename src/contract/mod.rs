//! The contract room: what an interchange document says, whether it may be registered, and the
//! compiled schema that judges payloads.
//!
//! No I/O, no clock, no other room but `types`; the only room that knows the jsonschema library.
//! `model` is the typed document, `read` turns bytes into a value with places, `check` finds every
//! fault, `rules` and `lint` are what it finds them by, `validator` judges payloads, `cost` makes the
//! payloads by which the price of a schema is measured, `national` the formats of Indonesian numbers,
//! `columns` lists a table's columns, `conformity` holds a contract against the field standard, `compat`
//! tells whether a version accepts all that another accepted, `freshness` until when data is new, `draft` proposes a contract by a sample,
//! `trials` chooses payloads by which an integration is tried.

mod check;
mod columns;
pub mod compat;
mod conformity;
pub mod cost;
pub mod draft;
pub mod fault;
mod freshness;
mod life;
mod lint;
mod model;
mod names;
mod national;
mod read;
mod schema;
mod trials;
mod validator;
mod write;

pub use check::{Checked, Checker, MAX_FINDINGS, META_SCHEMA};
pub use conformity::{Conformity, FieldConformity, Member};
pub use fault::Fault;
pub use life::State;
pub use model::*;
pub use read::{MAX_BYTES, read_document, schema_file_of};
pub use schema::{Fields, Types, modern, schema_of_part, with_fields};
pub use trials::{Trials, trials};
pub use validator::{MAX_COUNTED, MAX_DIGITS, MAX_EXPECTED, Validator, Violations};
pub use write::{Layout, to_yaml};
