//! What is logged: exchanges through the hub, and actions of those who manage it.
//!
//! Not here: where the log is kept. Invariant: no payload, key or token is ever part of an entry.

mod action;
mod exchange;

pub use action::Action;
pub use exchange::{Exchange, ExchangeId};
