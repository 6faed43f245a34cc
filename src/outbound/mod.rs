//! Outbound: the only room that calls other systems, over HTTP and TLS, and that gives mail to a server.
//!
//! Not here: which systems there are and whether they may be called now (`hub::connectors`), what a connector
//! may say (`connector`). Invariant: a connection is made to an address only after the guard judged that very
//! address; no proxy, no redirect and no cookie is followed behind the hub's back.

mod answer;
mod failure;
mod guard;
mod lines;
mod mail;
mod request;
mod token;
mod trial;
mod trust;
mod upload;

pub use answer::{Answer, Headers};
pub use failure::{Failure, FailureKind};
pub use lines::{Line, Lines};
pub use mail::{Mail, MailFailure, Mailer, is_mail_address};
pub use request::{Body, Feeder, Part, Request, Shown};
pub use token::Token;
pub use trial::{Phase, PhaseReport, Reached};
pub use trust::Trust;
