//! The integration room: the procedure of twelve steps, and how far one run of it is.
//!
//! `procedure` is the procedure as data, `calendar` counts working days, `file` is one integration as its
//! moves make it, `document` tells what files are. No I/O, no clock, no other room but `types`. Invariant:
//! nothing here names a province.

pub mod calendar;
pub mod document;
pub mod file;
mod number;
pub mod procedure;

pub use calendar::{Calendar, Pause};
pub use number::IntegrationNumber;
pub use procedure::{DocumentKind, Procedure};
