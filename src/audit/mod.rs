//! What is logged: exchanges through the hub, and actions of those who manage it; and how the log proves that
//! nobody altered it.
//!
//! Not here: where the log is kept. Invariant: no payload and no credential is ever part of an entry.

mod action;
mod chain;
mod checkpoint;
mod exchange;
mod fields;
mod kinds;
mod reading;
mod signer;
mod subject;

pub use action::{Action, LoggedAction};
pub use chain::{Base, Gap, HASH, Link, nothing};
pub use checkpoint::{Checkpoint, HeadOf, Statement};
pub use exchange::{ChangeParts, Columns, Exchange, ExchangeId};
pub use fields::{Fields, SALT, Salt};
pub use kinds::{EXCHANGES_NOTHING, OutcomeClass, SENDING, sends};
pub use reading::{About, Reading, Refused};
pub use signer::{PublicKey, Signer, hex};
pub use subject::{Subject, SubjectKey};
