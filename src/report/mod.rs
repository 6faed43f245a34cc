//! Papers and tables that leave the hub as files.
//!
//! Not here: where the data comes from and where the file goes. Invariant: no I/O of its own; it
//! writes to whatever it is given.

mod package;
pub mod paper;
pub mod papers;
pub mod sheet;
pub mod unit_test;
mod xml;
