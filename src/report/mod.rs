//! Papers and tables that leave the hub as files.
//!
//! Not here: where the data comes from and where the file goes. Invariant: no I/O of its own; it
//! writes to whatever it is given.

mod decimal;
mod filed;
mod freshness;
pub mod integration;
pub mod monthly;
mod package;
pub mod paper;
pub mod papers;
pub mod sheet;
pub mod unit_test;
pub mod validation;
mod xml;

pub use decimal::is_number;
pub use filed::{Endorsement, Endorser, ReportKind, ReportState};
pub use freshness::{contact_words, update_words};
