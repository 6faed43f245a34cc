//! Integrations: the rules of the procedure that this hub carries.
//!
//! `document` tells what files are. Not here: where anything is kept. Invariant: no I/O of its own, no clock.

pub mod document;
