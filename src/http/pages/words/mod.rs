//! What the words of the code are called on pages.
//!
//! The Indonesian terms are those of all screens and papers. Invariant: every value has words in both languages.

pub(super) mod contract;
pub(super) mod exchange;
pub(super) mod people;
pub(super) mod procedure;
pub(super) mod system;
