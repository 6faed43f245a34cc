//! Connectors: the rules of how the hub reaches the agencies' own systems.
//!
//! Invariant: nothing here does I/O or looks at a clock; moments and chances are handed in.

pub mod delivery;
